"""What fresh seeds' figures say of an entry, as plain values."""

import pytest

from har_search.challenge.confirmed import Confirmation, Confirmed
from har_search.challenge.rules import HOMEWORK_TRACKS

A, B = HOMEWORK_TRACKS


def confirmed(*tests: float, gap: float = 0.01, planned: int = 10) -> Confirmed:
    seeds = tuple(Confirmation(n, n, test, test + gap) for n, test in enumerate(tests))
    return Confirmed(planned, seeds)


@pytest.mark.parametrize(
    ("found", "on_a", "on_b"),
    [
        (
            confirmed(0.94, 0.95, 0.957),
            "0 of 3 seeds qualify; mean 94.90 %, 1.10 pp short",
            "0 of 3 seeds qualify; mean 94.90 %, 2.60 pp short",
        ),
        (
            confirmed(0.97, 0.98, 0.981),
            "3 of 3 seeds qualify; mean 97.70 %, gap 1.00 pp",
            "2 of 3 seeds qualify; mean 97.70 %",
        ),
        (
            confirmed(0.964, 0.963, gap=0.0236),
            "0 of 2 seeds qualify; mean 96.35 %, gap 2.36 pp, 0.36 pp too large",
            "0 of 2 seeds qualify; mean 96.35 %, 1.15 pp short",
        ),
        (
            confirmed(0.97500001, gap=0.0199999),
            "1 of 1 seed qualifies; mean 97.50 %, gap 1.99999 pp",
            "1 of 1 seed qualifies; mean 97.500001 %",
        ),
        (
            confirmed(0.9599999),
            "0 of 1 seed qualify; mean 95.99999 %, 0.00001 pp short",
            "0 of 1 seed qualify; mean 96.00 %, 1.50 pp short",
        ),
    ],
)
def test_a_reason_says_how_many_qualify_and_what_is_lacking(
    found: Confirmed, on_a: str, on_b: str
) -> None:
    assert found.summary(HOMEWORK_TRACKS).reasons == {"A": on_a, "B": on_b}
    assert (found.reason(A), found.reason(B)) == (on_a, on_b)


def test_json_has_the_figures_and_no_reasons() -> None:
    summary = confirmed(*[0.98, 0.981, 0.979] * 3, 0.98).summary(HOMEWORK_TRACKS)
    assert list(summary.as_json()) == [
        "seeds",
        "test_mean",
        "test_sd",
        "gap_mean",
        "gap_sd",
        "verdicts",
    ]
    assert summary.as_json()["verdicts"] == {"A": "holds", "B": "holds"}
