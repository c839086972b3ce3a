"""What each hyperparameter did, in words, and a whole study in a few sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from har_search.board.standings import Standing
from har_search.board.trials import StudyTrials
from har_search.board.words import led_with
from har_search.challenge.rules import Track
from har_search.challenge.words import percent
from har_search.report.effects import FEWEST_IN_GROUP, FEWEST_TRIALS, Effect, Group, Tendency


def words(effect: Effect) -> list[str]:
    """Say what a hyperparameter did, a sentence each."""
    groups, choices, trials = effect.groups, effect.choices, len(effect.values)
    if effect.tendencies is None:
        if len(groups) == 1 and trials >= FEWEST_TRIALS:
            return [f"All {trials:,} trials had {_named(groups[0], choices)}: nothing to compare."]
        if trials < FEWEST_TRIALS:
            return [f"Only {_trials(trials)} chose a value: too few to tell."]
        few = min(groups, key=lambda group: group.trials)
        return [f"Only {_trials(few.trials)} had {_named(few, choices)}: too few to tell."]
    accuracy, gap = effect.tendencies
    if choices:
        return _of_choices(groups, choices, accuracy, gap)
    large = [group for group in groups if group.trials >= FEWEST_IN_GROUP]
    if not (accuracy.any or gap.any):
        return [f"No clear tendency in test accuracy ({_rho(accuracy)}) or gap ({_rho(gap)})."]
    words = [_course(accuracy, "test accuracy", "higher", "lower")]
    if accuracy.any:
        best, worst = _extremes(large, "test_accuracy")
        words.append(
            f"Its median was highest at {best.label} ({percent(best.test_accuracy)} %) and lowest "
            f"at {worst.label} ({percent(worst.test_accuracy)} %)."
        )
    words.append(_course(gap, "gap", "larger", "smaller"))
    if gap.any:
        wide, narrow = _extremes(large, "gap")
        words.append(
            f"Its median was smallest at {narrow.label} ({percent(narrow.gap)} pp) and largest at "
            f"{wide.label} ({percent(wide.gap)} pp)."
        )
    return words


def _rho(tendency: Tendency) -> str:
    """Write a correlation, with spaces at which no line breaks."""
    shown = round(tendency.correlation or 0.0, 2) + 0.0  # no -0.00
    return f"ρ\u00a0=\u00a0{shown:+.2f}".replace("-", "−")


def _course(tendency: Tendency, figure: str, more: str, less: str) -> str:
    rho = _rho(tendency)
    article = "" if figure == "test accuracy" else "a "
    if tendency.turn:
        extreme = {"highest": more, "lowest": less}[tendency.turn]
        return f"Middle values went with {article}{extreme} {figure} than both ends ({rho})."
    if tendency.clear:
        direction = more if (tendency.correlation or 0.0) > 0 else less
        return f"Larger values went {tendency.strength} with {article}{direction} {figure} ({rho})."
    if tendency.bends:
        return f"The {figure} did not simply rise or fall ({rho}), but differed along the way."
    return f"No clear tendency in {figure} ({rho})."


def _of_choices(
    groups: tuple[Group, ...], choices: tuple[str, ...], accuracy: Tendency, gap: Tendency
) -> list[str]:
    if set(choices) == {"with", "without"} and len(groups) == 2:
        without, having = groups
        more = 100 * (having.test_accuracy - without.test_accuracy)
        wider = 100 * (having.gap - without.gap)
        return [
            f"With it the median test accuracy was {percent(having.test_accuracy)} % "
            f"({_trials(having.trials)}), without it {percent(without.test_accuracy)} % "
            f"({_trials(without.trials)}): {abs(more):.2f} pp "
            f"{'higher' if more >= 0 else 'lower'} with it, {_clearly(accuracy)}.",
            f"The median gap was {percent(having.gap)} pp with it and {percent(without.gap)} pp "
            f"without: {abs(wider):.2f} pp {'larger' if wider >= 0 else 'smaller'} with it, "
            f"{_clearly(gap)}.",
        ]
    listed = ", ".join(
        f"{group.label} {percent(group.test_accuracy)} % ({_trials(group.trials)})"
        for group in sorted(groups, key=lambda group: -group.test_accuracy)
    )
    gaps = ", ".join(
        f"{group.label} {percent(group.gap)} pp"
        for group in sorted(groups, key=lambda group: group.gap)
    )
    return [
        f"Median test accuracy: {listed}; {_clearly(accuracy)}.",
        f"Median gap: {gaps}; {_clearly(gap)}.",
    ]


def _clearly(tendency: Tendency) -> str:
    return "a clear difference" if tendency.clear else "no clear difference"


def _extremes(groups: Sequence[Group], figure: str) -> tuple[Group, Group]:
    """Return the groups of the highest and of the lowest median."""
    ordered = sorted(groups, key=lambda group: float(getattr(group, figure)))
    return ordered[-1], ordered[0]


def _named(group: Group, choices: tuple[str, ...]) -> str:
    if set(choices) == {"with", "without"}:
        return {"with": "it", "without": "none of it"}[group.label]
    return group.label


def _trials(count: int) -> str:
    return f"{count:,} trial{'' if count == 1 else 's'}"


@dataclass(frozen=True)
class TrackSummary:
    """A track, how many finished trials qualify for it, and its leader's standing."""

    track: Track
    qualify: int
    leader: Standing | None


def in_short(
    study: StudyTrials, tracks: Sequence[TrackSummary], effects: Sequence[Effect]
) -> list[str]:
    """Return what a reader in a hurry should know, a sentence each."""
    return [
        *(_of_track(study, each) for each in tracks),
        *_of_lesson(study),
        *_of_effects(effects),
    ]


def _of_track(study: StudyTrials, each: TrackSummary) -> str:
    name, finished = each.track.name, study.finished
    if each.leader is None:
        best = finished.iloc[int(finished["test_accuracy"].argmax())]
        return (
            f"Track {name}: no trial qualifies. The highest test accuracy is "
            f"{percent(best['test_accuracy'])} % at a gap of {percent(best['gap'])} pp "
            f"(trial {best['number']})."
        )
    leader = each.leader
    count = "1 trial qualifies" if each.qualify == 1 else f"{each.qualify:,} trials qualify"
    return (
        f"Track {name}: {count}; trial {leader.trial} of {leader.student} leads, "
        f"{led_with(leader, name)}."
    )


def _of_lesson(study: StudyTrials) -> list[str]:
    own = study.finished[study.finished["start"] == "lesson"]
    if own.empty:
        return []
    figures = own.iloc[0]
    return [
        f"The lesson's own network (trial {figures['number']}): "
        f"{percent(figures['test_accuracy'])} % at a gap of {percent(figures['gap'])} pp."
    ]


def _of_effects(effects: Sequence[Effect]) -> list[str]:
    known = [effect for effect in effects if effect.tendencies is not None]
    if not known:
        return ["What the hyperparameters did: too few trials to tell."]
    found = [
        *_changes(
            "Test accuracy", [(each.title, each.tendencies[0]) for each in known if each.tendencies]
        ),
        *_changes(
            "The gap", [(each.title, each.tendencies[1]) for each in known if each.tendencies]
        ),
    ]
    return found or [
        "No hyperparameter clearly went with test accuracy or gap where the search looked."
    ]


def _changes(figure: str, tendencies: Sequence[tuple[str, Tendency]]) -> list[str]:
    """Say with which hyperparameters a figure clearly rose, fell, turned or differed, if any."""
    ways: dict[str, list[str]] = {}
    for title, tendency in tendencies:
        if tendency.turn:
            way = f"was {tendency.turn} at middle values of"
        elif tendency.clear and tendency.correlation is not None:
            way = "rose with larger" if tendency.correlation > 0 else "fell with larger"
        elif tendency.any:
            way = "differed by"
        else:
            continue
        ways.setdefault(way, []).append(title)
    if not ways:
        return []
    parts = [f"{way} {', '.join(titles)}" for way, titles in ways.items()]
    return [f"{figure} clearly {' and '.join(parts)}."]
