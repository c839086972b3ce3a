"""Why an entry or a study came out as it did, and what to try next, in a sentence or two.

Each rule looks at one thing and stays silent where the data do not carry a claim. Figures are
fractions; in sentences they are percent and percentage points (pp).
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from har_search.board.advice import FIT, GAP, STEADY, Fault, advice, jump
from har_search.board.edges import edges
from har_search.board.evidence import (
    ALPHA,
    FEWEST_TRIALS,
    Neighbour,
    at_least_by_luck,
    differs_by_luck,
)
from har_search.board.standings import Standing
from har_search.challenge.figures import Curve
from har_search.challenge.words import percent
from har_search.study.spec import StudySpec, Value

FEWEST_EPOCHS = 8  # of a curve: below these nothing is said of it
MOST = 2  # findings for one entry: more would not be read
BEST = 10  # trials of a study that are looked at as its best
NEAR = 3  # epochs on each side of the checkpoint
WARM_UP = 3  # the first epochs, in which every curve climbs

# In 159 trials on the real data: 0.2 to 1.9 pp without BatchNorm, typically 2.5 pp with it.
PEAK = 0.02
# In the same trials: 0.4 to 1.2 pp without BatchNorm, typically 2.2 pp with it.
JUMPS = 0.015
# Without BatchNorm accuracy on the training windows moved as much evaluated as while training.
CALM, CALM_TIMES = 0.002, 3
# There is little left to learn of the training windows, and a gap is not for lack of fit.
LEARNED = 0.99
LUCK = 0.01  # within one curve
RISE = 0.003  # 9 of 2,947 test windows
_FAULTS: Mapping[str, Fault] = {"unstable": STEADY, "overfits": GAP, "underfits": FIT}


@dataclass(frozen=True)
class Finding:
    """One thing that is to be said, what to try, and what the study's other trials show of that.

    `kind` is "unstable", "overfits", "underfits", "not trained out" or "at an edge". `suggestion`
    is None where the study's trials speak against all that is usually tried, `evidence` None where
    they show nothing.
    """

    kind: str
    sentence: str
    suggestion: str | None = None
    evidence: str | None = None

    @property
    def text(self) -> str:
        """All of it, as one paragraph."""
        return " ".join(filter(None, (self.sentence, self.suggestion, self.evidence)))


def diagnose(
    standing: Standing, curve: Curve, spec: StudySpec, neighbours: Sequence[Neighbour] = ()
) -> list[Finding]:
    """Return what stands out in an entry, the most important first, at most `MOST` findings.

    `neighbours` are the study's trials whose values its sampler chose.
    """
    if len(curve.test_accuracy) < FEWEST_EPOCHS:
        return []
    found = [
        _unstable(standing, curve, spec, neighbours),
        _overfits(standing, curve, spec, neighbours),
        _underfits(standing, spec, neighbours),
        _not_trained_out(standing, curve, spec),
    ]
    return _with_edges(found, spec, _best(neighbours), standing.params)[:MOST]


def diagnose_study(spec: StudySpec, neighbours: Sequence[Neighbour]) -> list[Finding]:
    """Return what stands out in a study: nothing where it has fewer than `FEWEST_TRIALS` trials."""
    if len(neighbours) < FEWEST_TRIALS:
        return []
    best = _best(neighbours)
    found = [
        _study_unstable(spec, neighbours),
        _study_overfits(spec, best, neighbours),
        _study_not_trained_out(spec, best),
    ]
    return _with_edges(found, spec, best)


def _with_edges(
    found: Sequence[Finding | None],
    spec: StudySpec,
    best: Sequence[Neighbour],
    params: Mapping[str, Value] | None = None,
) -> list[Finding]:
    """Return what was found, and at which edges: not of what other suggestions speak of already."""
    known = [each for each in found if each is not None]
    spoken_of = {
        remedy.name
        for each in known
        if each.kind in _FAULTS
        for remedy in _FAULTS[each.kind].remedies
    }
    ends = edges(spec, best, params)
    return known + [Finding("at an edge", *words) for name, *words in ends if name not in spoken_of]


def _best(neighbours: Sequence[Neighbour]) -> list[Neighbour]:
    """Return the best by score; none where the trials are too few to say so."""
    if len(neighbours) < FEWEST_TRIALS:
        return []
    return sorted(neighbours, key=lambda each: -each.score)[:BEST]


def peak(test_accuracy: Sequence[float], epoch: int) -> float | None:
    """Return how far an epoch lies above the median of those around it; None with too few."""
    around = _around(test_accuracy, epoch)
    if epoch < 1 or len(around) < NEAR:
        return None
    return test_accuracy[epoch - 1] - statistics.median(around)


def _around(test_accuracy: Sequence[float], epoch: int) -> list[float]:
    before = test_accuracy[max(epoch - 1 - NEAR, 0) : max(epoch - 1, 0)]
    return [*before, *test_accuracy[epoch : epoch + NEAR]]


def _unstable(
    standing: Standing, curve: Curve, spec: StudySpec, neighbours: Sequence[Neighbour]
) -> Finding | None:
    """Find a checkpoint on a peak, or a curve that jumps."""
    tests, epoch = curve.test_accuracy, standing.epoch
    height, jumps = peak(tests, epoch), jump(tests)
    # Where the last epoch counts, nothing chose it for being high.
    if spec.scored_epoch == "best" and height is not None and height >= PEAK:
        first, last = max(epoch - NEAR, 1), min(epoch + NEAR, len(tests))
        sentence = (
            f"Unstable: epoch {epoch} has {percent(tests[epoch - 1])} % on test, the epochs around "
            f"it ({first} to {last}) typically {_short(height)} pp less."
        )
    elif jumps is not None and jumps >= JUMPS:
        sentence = (
            f"Unstable: test accuracy typically jumps by {_short(jumps)} pp from epoch to epoch."
        )
    else:
        return None
    advised = advice(STEADY, spec, neighbours, standing.params)
    return Finding("unstable", sentence, *(_of_batch_norm(standing, curve) or advised))


def _of_batch_norm(standing: Standing, curve: Curve) -> tuple[str, str] | None:
    """Find in an entry's own curve that BatchNorm makes it jump.

    In training mode it uses each batch's own mean and spread, evaluated running averages of the
    last batches'. Where only the evaluated curve jumps, on the training windows too, it is these.
    """
    train = [each for each in curve.train_accuracy if each is not None]
    if not standing.params["batch_norm"] or len(train) < len(curve.test_accuracy):
        return None
    evaluated, running = jump(train), jump(curve.running_train_accuracy)
    if evaluated is None or running is None or evaluated < CALM_TIMES * max(running, CALM):
        return None
    return (
        "Try no BatchNorm.",
        f"On the training windows it jumps, too, by {_short(evaluated)} pp where they are "
        f"evaluated, but by {_short(running)} pp while it trains: BatchNorm evaluates with running "
        "averages of the last batches.",
    )


def _overfits(
    standing: Standing, curve: Curve, spec: StudySpec, neighbours: Sequence[Neighbour]
) -> Finding | None:
    """Find a network that learns its training windows at the cost of others.

    It knows them by heart, or went on learning them when it no longer learned for the others.
    """
    grown = _grown_gap(curve, spec)
    if _by_heart(standing.train_accuracy, standing.gap, spec):
        sentence = (
            f"Overfits: training accuracy is {percent(standing.train_accuracy)} %, test accuracy "
            f"{percent(standing.test_accuracy)} %, a gap of {percent(standing.gap)} pp"
        )
        sentence += f"; {grown}." if grown else "."
    elif grown:
        sentence = f"Overfits: {grown}."
    else:
        return None
    return Finding("overfits", sentence, *advice(GAP, spec, neighbours, standing.params))


def _by_heart(train_accuracy: float, gap: float, spec: StudySpec) -> bool:
    return train_accuracy >= LEARNED and gap > spec.scoring.gap_limit


def _grown_gap(curve: Curve, spec: StudySpec) -> str | None:
    """Say that the gap grew, with nothing gained on the test windows; None where that is not clear.

    Halves of the curve are compared: in which epoch it began would be read out of the noise.
    """
    train = [each for each in curve.train_accuracy if each is not None]
    tests = curve.test_accuracy
    if len(train) < len(tests) or len(tests) < WARM_UP + FEWEST_EPOCHS:
        return None
    middle = (WARM_UP + len(tests)) // 2
    gaps = [known - test for known, test in zip(train, tests, strict=True)]
    early, late = (statistics.median(part) for part in (gaps[WARM_UP:middle], gaps[middle:]))
    if late <= spec.scoring.gap_limit or _rose(tests, middle):
        return None
    if not (_rose(gaps, middle) and _rose(train, middle)):
        return None
    return (
        f"the gap grew from {_short(early)} pp (typical of epochs {WARM_UP + 1} to {middle}) to "
        f"{_short(late)} pp ({middle + 1} to {len(tests)}): training accuracy rose, test accuracy "
        "not clearly"
    )


def _rose(figures: Sequence[float], middle: int) -> bool:
    """Return whether a figure is clearly higher from an epoch on than before it."""
    early, late = figures[WARM_UP:middle], figures[middle:]
    higher = statistics.median(late) > statistics.median(early)
    return higher and differs_by_luck(early, late) < LUCK


def _underfits(
    standing: Standing, spec: StudySpec, neighbours: Sequence[Neighbour]
) -> Finding | None:
    """Find a network that has not learned its own training windows well enough for any track."""
    floor = min((track.test_accuracy_above for track in spec.tracks), default=0.0)
    if standing.train_accuracy >= floor or standing.epochs < spec.epochs:
        return None
    sentence = (
        f"Underfits: training accuracy is {percent(standing.train_accuracy)} %, and test accuracy "
        "is seldom higher."
    )
    return Finding("underfits", sentence, *advice(FIT, spec, neighbours, standing.params))


def _not_trained_out(standing: Standing, curve: Curve, spec: StudySpec) -> Finding | None:
    """Find a curve that still rises at its end.

    One that was ended early says nothing of more epochs. Where the learning rate falls to 0 every
    curve rises at the end.
    """
    tests = curve.test_accuracy
    if (
        len(tests) < max(spec.epochs, 2 * FEWEST_EPOCHS)
        or standing.params["schedule"] != "constant"
    ):
        return None
    half = len(tests) // 2
    middle = half + (len(tests) - half) // 2
    before, last = tests[half:middle], tests[middle:]
    rise = statistics.median(last) - statistics.median(before)
    if rise < RISE or differs_by_luck(before, last) >= LUCK:
        return None
    return Finding(
        "not trained out",
        f"Not trained out: test accuracy was still rising at the end, by {_short(rise)} pp from "
        f"epochs {half + 1} to {middle} to the last {len(last)}.",
        "Try more epochs, or a higher learning rate.",
    )


def _study_unstable(spec: StudySpec, neighbours: Sequence[Neighbour]) -> Finding | None:
    jumps = [found for each in neighbours if (found := jump(each.curve)) is not None]
    if len(jumps) < FEWEST_TRIALS or statistics.median(jumps) < JUMPS:
        return None
    text = (
        f"Unstable: in the typical trial test accuracy jumps by {_short(statistics.median(jumps))} "
        "pp from epoch to epoch"
    )
    if spec.scored_epoch == "best":
        heights = [peak(each.curve, each.epoch) for each in neighbours]
        high = sum(height is not None and height >= PEAK for height in heights)
        text += (
            f"; of {len(neighbours):,} checkpoints {high:,} lie {_short(PEAK)} pp or more above "
            "the epochs around them"
        )
    return Finding("unstable", f"{text}.", *advice(STEADY, spec, neighbours))


def _study_overfits(
    spec: StudySpec, best: Sequence[Neighbour], neighbours: Sequence[Neighbour]
) -> Finding | None:
    over = sum(_by_heart(each.test_accuracy + each.gap, each.gap, spec) for each in best)
    if 2 * over <= len(best):
        return None
    sentence = (
        f"Overfits: {over} of the {len(best)} best trials have a training accuracy of "
        f"{100 * LEARNED:g} % or more and a gap over {100 * spec.scoring.gap_limit:g} pp."
    )
    return Finding("overfits", sentence, *advice(GAP, spec, neighbours))


def _study_not_trained_out(spec: StudySpec, best: Sequence[Neighbour]) -> Finding | None:
    """Find that the best trials have their checkpoint at the end, more often than luck would."""
    if spec.scored_epoch != "best" or spec.epochs < 2 * FEWEST_EPOCHS:
        return None
    last = spec.epochs // 10
    late = sum(each.epoch > spec.epochs - last for each in best)
    if not best or at_least_by_luck(late, len(best), last / spec.epochs) >= ALPHA:
        return None
    return Finding(
        "not trained out",
        f"Not trained out: {late} of the {len(best)} best trials have their best epoch among the "
        f"last {last} of {spec.epochs}.",
        "Try more epochs, or a higher learning rate.",
    )


def _short(fraction: float) -> str:
    """Write a fraction as percent with one decimal: enough for what is only typical."""
    return f"{100 * fraction:.1f}"
