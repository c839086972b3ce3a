// Keeps the page current: fetches its moving part and puts it in place where it has changed.
"use strict";

const EVERY = 3000; // milliseconds
const live = document.getElementById("live");
let known = null;

// What tells a link or a heading from the others, before and after.
const mark = (each) =>
  `${each.closest("table") !== null} ${each.getAttribute("href") ?? each.textContent}`;

// Puts the new text in place, keeps what is open and marked, and the keyboard where it was.
function replace(text) {
  const open = [...live.querySelectorAll("details[open]")].map((each) => each.id);
  const focused = live.contains(document.activeElement) && mark(document.activeElement);
  const marked = [...live.querySelectorAll("input:checked")].map((each) => each.value);
  live.innerHTML = text;
  for (const each of live.querySelectorAll("input[name=entry]")) {
    each.checked = marked.includes(each.value);
  }
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  const stops = [...live.querySelectorAll("a:not([tabindex]), [tabindex='0'], summary")];
  if (focused) stops.find((each) => mark(each) === focused)?.focus();
}

async function refresh() {
  const selection = getSelection();
  const reading = !selection.isCollapsed && selection.containsNode(live, true);
  if (document.hidden || reading) return; // someone copies from it: it waits
  const state = document.getElementById("state");
  try {
    const response = await fetch("/live" + location.search, {
      headers: known ? { "If-None-Match": known } : {},
    });
    if (response.ok) {
      const changed = known !== null;
      known = response.headers.get("ETag");
      const text = await response.text();
      if (changed || text.trim() !== live.innerHTML.trim()) replace(text);
    } else if (response.status !== 304) {
      throw new Error(response.status);
    }
    state.textContent = "live";
    state.className = "state on";
  } catch {
    state.textContent = "not connected";
    state.className = "state off";
  }
}

if (live) {
  refresh();
  setInterval(refresh, EVERY);
  document.addEventListener("visibilitychange", refresh);
  document.getElementById("filters").addEventListener("change", (event) => {
    event.currentTarget.requestSubmit();
  });
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(source); // not a secure context: Ctrl-C does the rest
      button.textContent = "selected: press Ctrl-C";
    }
    setTimeout(() => (button.textContent = "copy"), 2500);
  });
}
