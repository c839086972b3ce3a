"""Write the parts of docs/architecture.md that follow from the code: floors, imports, modules.

python docs/architecture.py

Floors are those of pyproject.toml's import contract, imports are the code's own, and a module's
line is the first paragraph of its docstring.
"""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import grimp

PAGE = Path(__file__).with_suffix(".md")
ROOT = PAGE.parents[1]
PACKAGE = ROOT / "har_search"


def floors() -> list[tuple[str, ...]]:
    """Return the packages and modules of each floor, the lowest first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    (house,) = (
        each["layers"]
        for each in contracts["importlinter"]["contracts"]
        if each.get("containers") == ["har_search"]
    )
    return [tuple(each.strip() for each in floor.split("|")) for floor in reversed(house)]


def summary(path: Path) -> str:
    """Return the first paragraph of a module's docstring, without its last full stop."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(docstring.split("\n\n")[0].split()).removesuffix(".")


def home(name: str) -> Path:
    """Return the file whose docstring says what a package or a single module holds."""
    folder = PACKAGE / name
    return folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")


def imports() -> dict[str, list[str]]:
    """Return what each package or single module imports of the others."""
    graph = grimp.build_graph("har_search", exclude_type_checking_imports=True)
    found: dict[str, set[str]] = {name: set() for floor in floors() for name in floor}
    for module in graph.modules - {"har_search"}:
        own = module.split(".")[1]
        for imported in graph.find_modules_directly_imported_by(module) - {"har_search"}:
            found[own].add(imported.split(".")[1])
    order = [name for floor in floors() for name in floor]
    return {name: sorted(others - {name}, key=order.index) for name, others in found.items()}


def drawing() -> str:
    """Return the house as text, the highest floor first; imports go down."""
    rows = list(enumerate(floors(), 1))
    inside = max(len("   ".join(names)) for _, names in rows) + 4
    line = f"   +{'-' * inside}+"
    lines = [line]
    for number, names in reversed(rows):
        text = "   ".join(names)
        lines += [f"{number:2} |  {text:{inside - 4}}  |", line]
    return "\n".join(["```text", *lines, "```"])


def table_of_floors() -> str:
    """Return the table of packages: their floor, what they hold, what they import."""
    known = imports()
    lines = ["| floor | package | what it holds | imports |", "| ---: | --- | --- | --- |"]
    for number, names in reversed(list(enumerate(floors(), 1))):
        for name in names:
            others = ", ".join(known[name]) or "nothing of ours"
            lines.append(f"| {number} | `{name}` | {summary(home(name))} | {others} |")
    return "\n".join(lines)


def modules() -> str:
    """Return one line on every module, package by package, the highest floor first."""
    parts = []
    for name in (name for floor in reversed(floors()) for name in floor):
        folder = PACKAGE / name
        if not folder.is_dir():
            continue
        lines = [f"### {name}", "", "| module | what it holds |", "| --- | --- |"]
        lines += [
            f"| `{path.name}` | {summary(path)} |"
            for path in sorted(folder.glob("*.py"))
            if path.name != "__init__.py"
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def page() -> str:
    """Return the whole page, with its written parts as they are and the others made anew."""
    text = PAGE.read_text(encoding="utf-8")
    for name, make in (("drawing", drawing), ("floors", table_of_floors), ("modules", modules)):
        begin, end = f"<!-- {name}: made by docs/architecture.py -->\n", f"<!-- end of {name} -->"
        before, _, rest = text.partition(begin)
        after = rest.partition(end)[2]
        text = f"{before}{begin}\n{make()}\n\n{end}{after}"
    return text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
