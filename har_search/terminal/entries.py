"""What the commands that make a homework entry of a trial show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from har_search.board.words import accuracy_of, inputs_after_comma, mean_sd
from har_search.challenge.inputs import explained, label
from har_search.challenge.rules import accuracy_limits, gap_limits
from har_search.challenge.words import counted, percent, verdicts_explained, visible
from har_search.terminal.console import say
from har_search.terminal.hints import NO_OPTIONS, Hints
from har_search.terminal.table import show_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from har_search.challenge.confirmed import Confirmed
    from har_search.challenge.held_out import HeldOutPeople
    from har_search.entries.confirm import Comparison
    from har_search.entries.entry import Entry
    from har_search.entries.reproduce import Difference, Reproduction
    from har_search.handin.export import Exported


def show_confirmed(chosen: Sequence[Entry], found: Sequence[Confirmed], console: Console) -> None:
    """Write what fresh seeds made of entries: figures, shares and verdicts."""
    tracks = {track.name: track for entry in chosen for track in entry.tracks}
    figures = ["trial", "was %", "seeds", "test %: mean ± sd", "min to max", "gap pp: mean ± sd"]
    rows = []
    for entry, confirmed in zip(chosen, found, strict=True):
        summary = confirmed.summary(entry.tracks)
        tests, gaps = confirmed.test_accuracies, confirmed.gaps
        own = {track.name: track for track in entry.tracks}
        judged = []
        for name in tracks:
            if name not in own:
                judged.append("")
                continue
            qualify = sum(own[name].qualifies(*pair) for pair in zip(tests, gaps, strict=True))
            judged.append(f"{summary.verdicts[name]} ({qualify} of {len(tests)})")
        row = [
            str(entry.number),
            accuracy_of(entry.standing),
            str(summary.seeds),
            mean_sd(summary.test_mean, summary.test_sd, accuracy_limits(entry.tracks)),
            f"{percent(min(tests))} to {percent(max(tests))}",
            mean_sd(summary.gap_mean, summary.gap_sd, gap_limits(entry.tracks)),
        ]
        rows.append([*row, *judged])
    show_rows(figures, [f"track {name}" for name in tracks], rows, console)
    say(
        console,
        f"\n{verdicts_explained()} In brackets: how many seeds qualify by themselves. An entry "
        "ends early when all its tracks are decided.",
        "dim",
    )
    _show_inputs(chosen, console)


def show_held_out(
    chosen: Sequence[Entry], found: Sequence[HeldOutPeople], console: Console
) -> None:
    """Write how entries do on people of the train split who were held out."""
    figures = ["trial", "was %", "people", "windows %", "a person %: mean ± sd", "worst"]
    rows = []
    for entry, known in zip(chosen, found, strict=True):
        worst = known.worst
        row = [
            str(entry.number),
            percent(entry.standing.test_accuracy),
            str(len(known.people)),
            percent(known.accuracy),
            f"{percent(known.mean)} ± {percent(known.sd)}",
            f"{percent(worst.accuracy)} (person {worst.subject})",
        ]
        rows.append(row)
    show_rows(figures, (), rows, console)
    say(
        console,
        "\nEach person of the train split was held out once: the network trained on the "
        "others, up to the checkpoint epoch. The test set took no part here; but it chose this "
        "configuration and epoch before.",
        "dim",
    )
    _show_inputs(chosen, console)


def _show_inputs(chosen: Sequence[Entry], console: Console) -> None:
    """Say of which entries the inputs are standardised, and what that means."""
    marked = [entry for entry in chosen if label(entry.inputs)]
    for inputs in sorted({entry.inputs for entry in marked}):
        own = [str(entry.number) for entry in marked if entry.inputs == inputs]
        trials = f"trial{'s' if len(own) > 1 else ''} {', '.join(own)}"
        say(console, f"{trials}: {explained(inputs)}", "dim")


def show_comparison(comparison: Comparison, console: Console) -> None:
    """Write how two entries' networks differ on the same test windows."""
    first, second = comparison.first, comparison.second
    say(
        console,
        f"trial {first.number} alone is right on {counted(comparison.only_first, 'test window')}, "
        f"trial {second.number} alone on {comparison.only_second}: "
        f"p = {comparison.p:.2g} (McNemar's exact test, two-sided)",
    )
    if comparison.p < 0.01:
        better = first if comparison.only_first > comparison.only_second else second
        console.print(f"Trial {better.number}'s network is the better one on these windows.")
    else:
        console.print("Luck alone can do that: neither network is shown to be better.")


def show_reproduction(found: Reproduction, console: Console) -> None:
    """Say whether a trial came back to the last bit, or what differs, and probably why."""
    record = found.record
    verdict = "[green]identical[/]" if found.identical else "[bold red]differs[/]"
    console.print(f"[bold]{escape(record.entry.title)}:[/] {verdict}")
    if found.identical:
        console.print(
            f"Trained again with seed {record.entry.seed}{_others(record.figures)} for "
            f"{record.figures['epochs']} epochs on the same data "
            f"({record.entry.stored.fingerprint}), it is the same to the last bit: "
            f"{', '.join(found.same)}.",
        )
    else:
        console.print(_table(found.differences))
        console.print(f"Identical: {', '.join(found.same) or 'nothing'}.")
    if found.missing:
        console.print(f"[dim]Not compared: {escape('; '.join(found.missing))}.[/]")
    if found.identical:
        return
    console.print("\n[bold]Probable causes[/]")
    for each in found.causes:
        console.print(f"  {escape(f'{each.name}: {each.recorded} then, {each.now} now')}")
    if not found.causes:
        console.print(
            "  Versions, device and data are as recorded. So the processor is another model, or "
            "the record was changed."
        )


def _others(figures: Mapping[str, Any]) -> str:
    count = figures.get("replicas", 1)
    return "" if count == 1 else f" and {count - 1} that follow from it,"


def show_export(
    exported: Exported, console: Console, errors: Console, hints: Hints = NO_OPTIONS
) -> None:
    """Say what was written, how well the network in it does, and on stderr what is missing."""
    about = exported.about
    figures, recorded, seeds = about["figures"], about["recorded"], about["seeds"]
    say(
        console,
        Text.assemble(
            (f"trial {about['trial']} of study {about['study']}", "bold"),
            f" is in {exported.folder}: {', '.join(exported.files)}",
        ),
    )
    say(
        console,
        f"test {percent(figures['test_accuracy'])} %, train {percent(figures['train_accuracy'])} "
        f"%, gap {percent(figures['gap'])} pp as evaluated now; weights: "
        f"{about['weights']['from']}{inputs_after_comma(about['standardize'])}",
    )
    if seeds is not None:
        board = about["leaderboard"]
        say(
            console,
            f"the leaderboard has the means over {seeds['count']} seeds: test "
            f"{percent(board['test_accuracy'])} ± {percent(seeds['test_accuracy_sd'])} %, gap "
            f"{percent(board['gap'])} pp; this network is the first seed's",
        )
    if figures != figures | recorded:
        why = hints.whole(f"`har-search reproduce {about['trial']}`")
        errors.print(
            "[bold yellow]warning:[/] this is not the leaderboard's network, which has "
            f"{percent(recorded['test_accuracy'])} % and {percent(recorded['gap'])} pp; training "
            f"again did not bring it back ({escape(why)} says why)"
        )
    if exported.no_onnx:
        errors.print(
            f"[bold yellow]warning:[/] model.onnx was left out: {escape(exported.no_onnx)}"
        )


def _table(differences: Sequence[Difference]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("figure", "recorded", "now"):
        table.add_column(heading, overflow="fold")
    for each in differences:
        table.add_row(escape(each.name), *map(escape, _values(each)))
    return table


def _values(difference: Difference) -> tuple[str, str]:
    """Write both values of a difference; of a learning curve or matrix only where it begins."""
    recorded, now = difference.recorded, difference.now
    if isinstance(recorded, dict):
        from har_search.entries.reproduce import first_epoch_apart

        return "", f"another from epoch {first_epoch_apart(recorded, now)} on"
    if isinstance(recorded, list):
        moved = sum(
            abs(ours - theirs)
            for row, other in zip(recorded, now, strict=True)
            for ours, theirs in zip(row, other, strict=True)
        )
        return "", f"{moved // 2} of {sum(map(sum, now)):,} windows moved"
    return visible(str(recorded)), visible(str(now))
