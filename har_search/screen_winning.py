"""What the commands that make a homework entry of a trial show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from har_search.render import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from har_search.export import Exported
    from har_search.reproduce import Difference, Reproduction


def show_reproduction(found: Reproduction, console: Console) -> None:
    """Say whether a trial came back to the last bit, or what differs, and probably why."""
    record = found.record
    verdict = "[green]identical[/]" if found.identical else "[bold red]differs[/]"
    console.print(f"[bold]{escape(record.title)}:[/] {verdict}")
    if found.identical:
        console.print(
            f"Trained again with seed {record.entry.seed} for {record.figures['epochs']} epochs on "
            f"the same data ({record.fingerprint}), it is the same to the last bit: "
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
            "  Versions, device and data are those recorded, so another model of processor, or a "
            "record that was changed."
        )


def show_export(exported: Exported, console: Console, errors: Console) -> None:
    """Say what was written, how well the network in it does, and on stderr what is missing."""
    about = exported.about
    figures, board = about["figures"], about["leaderboard"]
    console.print(
        f"[bold]trial {about['trial']} of study {escape(about['study'])}[/] is in "
        f"{escape(str(exported.folder))}: {', '.join(exported.files)}",
        soft_wrap=True,
    )
    console.print(
        f"test {percent(figures['test_accuracy'])} %, train {percent(figures['train_accuracy'])} "
        f"%, gap {percent(figures['gap'])} pp as evaluated now; weights: "
        f"{about['weights']['from']}",
        soft_wrap=True,
    )
    if any(figures[name] != board[name] for name in board):
        errors.print(
            "[bold yellow]warning:[/] this is not the leaderboard's network, which has "
            f"{percent(board['test_accuracy'])} % and {percent(board['gap'])} pp; training again "
            f"did not bring it back (`har-search reproduce {about['trial']}` says why)"
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
        from har_search.reproduce import first_epoch_apart

        return "", f"another from epoch {first_epoch_apart(recorded, now)} on"
    if isinstance(recorded, list):
        moved = sum(
            abs(ours - theirs)
            for row, other in zip(recorded, now, strict=True)
            for ours, theirs in zip(row, other, strict=True)
        )
        return "", f"{moved // 2} of {sum(map(sum, now)):,} windows moved"
    return str(recorded), str(now)
