"""What an export's README says, and that names in it are text."""

from pathlib import Path

import pytest

from har_search.board.diagnosis import Finding
from har_search.data.locate import Located
from har_search.entries.checkpoint import restore
from har_search.entries.record import read_record
from har_search.handin.export import export
from har_search.handin.model_card import model_card
from har_search.storage.artifacts import folder_of


@pytest.fixture
def about(kept: str, located: Located, tmp_path: Path) -> dict[str, object]:
    record = read_record(kept, 1)
    made = restore(record, folder_of(kept), located.dataset, lambda *_: None)
    return export(record, made, located.dataset, tmp_path / "out").about


def test_the_card_has_its_sections(about: dict[str, object]) -> None:
    card = model_card(about, onnx=True)
    headings = [line for line in card.splitlines() if line.startswith("## ")]
    assert headings == [
        "## Model details",
        "## Uses",
        "## Bias, risks and limitations",
        "## How to get started",
        "## Training details",
        "## Evaluation",
        "## Reproduce it",
        "## Citation",
    ]
    for said in (
        "30 volunteers",
        "Worn on the waist, in a laboratory",
        "The test set was used for choosing",
        "No fresh seeds were tried",
        "| walking upstairs |",
        "(confusion-matrix.png)",
        "onnxruntime.InferenceSession",
        "    har-search reproduce 1 --study quick\n",
    ):
        assert said in card, said
    assert "\n\n\n" not in card


def test_the_card_tells_of_fresh_seeds(about: dict[str, object]) -> None:
    about["confirmed"] = {
        "seeds": 10,
        "test_mean": 0.961,
        "test_sd": 0.003,
        "gap_mean": 0.025,
        "gap_sd": 0.004,
        "verdicts": {"A": "holds", "B": "misses"},
        "reasons": {"A": "10 of 10 seeds qualify; mean 96.10 %", "B": "0 of 10 seeds qualify"},
    }
    card = model_card(about, onnx=False)
    assert "**Confirmed with 10 fresh seeds**" in card
    assert "mean test accuracy 96.10 ± 0.30 % and mean gap 2.50 ± 0.40 pp" in card
    assert "\n- track A holds: 10 of 10 seeds qualify; mean 96.10 %\n- track B misses: 0 of" in card
    lead = "Over 10 fresh seeds its test accuracy is **96.10 ± 0.30 %** at a train-test gap of "
    assert f"{lead}**2.50 ± 0.40 pp**: track A holds, track B misses. With its own seed it" in card
    assert "see the figures of fresh seeds below" in card
    assert "No fresh seeds" not in card


def test_simulated_data_are_said_first(about: dict[str, object]) -> None:
    about["data"] = {"name": "simulated", "fingerprint": "0"}
    card = model_card(about, onnx=True)
    assert card.index("simulated data") < card.index("Test accuracy")
    assert "volunteers" not in card
    assert "Citation" not in card


def test_what_stands_out_in_the_curve_is_a_limitation(about: dict[str, object]) -> None:
    found = [Finding("unstable", "Unstable: it jumps.", "Try this."), Finding("overfits", "Too.")]
    card = model_card(about, onnx=True, findings=found)
    risks = card[card.index("## Bias") : card.index("## How to")]
    assert (
        "\n- **Its learning curve.** Unstable: it jumps.\n- **Its learning curve.** Too.\n" in risks
    )
    assert "learning curve" not in model_card(about, onnx=True)


def test_names_are_text(about: dict[str, object]) -> None:
    about["student"] = "<img src=x>\n# ann | [b](c)"
    about["study"] = "a`b\n```\n# '; rm -rf"
    card = model_card(about, onnx=True)
    assert "**Made by:** \\<img src=x\\> \\# ann \\| \\[b\\]\\(c\\)\n" in card
    assert "\n# '; rm" not in card
    assert card.count("\n```") % 2 == 0
    assert "    har-search reproduce 1 --study 'a`b ``` # '\"'\"'; rm -rf'\n" in card
