import pytest
import torch

from har_search.networks.mlp import MLPConfig, build, layers, parameter_count, source

LESSON = MLPConfig(width=128, depth=3, dropout=0.3, batch_norm=True)
CONFIGS = [
    LESSON,
    MLPConfig(width=184, depth=1, dropout=0.0, batch_norm=False),
    MLPConfig(width=67, depth=2, dropout=0.14020374553880846, batch_norm=True),
    MLPConfig(width=8, depth=4, dropout=0.5, batch_norm=False),
]


def test_the_lessons_network_is_the_lessons() -> None:
    assert [str(layer) for layer in layers(LESSON)] == [
        "nn.Linear(561, 128)",
        "nn.BatchNorm1d(128)",
        "nn.ReLU()",
        "nn.Dropout(0.3)",
        "nn.Linear(128, 64)",
        "nn.ReLU()",
        "nn.Linear(64, 32)",
        "nn.ReLU()",
        "nn.Linear(32, 6)",
    ]


@pytest.mark.parametrize("config", CONFIGS)
def test_the_source_runs_when_pasted_and_is_the_network(config: MLPConfig) -> None:
    pasted: dict[str, torch.nn.Sequential] = {}
    exec(source(config), pasted)
    ours = build(config)
    assert str(pasted["model"]) == str(ours)
    assert pasted["model"].state_dict().keys() == ours.state_dict().keys()


@pytest.mark.parametrize("config", CONFIGS)
def test_parameters_are_counted_as_torch_counts_them(config: MLPConfig) -> None:
    network = build(config)
    assert parameter_count(config) == sum(each.numel() for each in network.parameters())
    assert network(torch.zeros(2, 561)).shape == (2, 6)


def test_hidden_widths_halve_but_never_below_the_activities() -> None:
    assert LESSON.hidden_widths == (128, 64, 32)
    assert MLPConfig(width=9, depth=3, dropout=0, batch_norm=False).hidden_widths == (9, 6, 6)


def test_a_generator_fixes_the_weights_and_follows_torchs_own_rule() -> None:
    one, two = (build(LESSON, torch.Generator().manual_seed(5)) for _ in range(2))
    for ours, theirs in zip(one.parameters(), two.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    torch.manual_seed(0)
    reference = build(LESSON)
    for index in (0, 4, 6, 8):
        ours, torchs = (each[index].weight.detach() for each in (one, reference))
        assert float(ours.std()) == pytest.approx(float(torchs.std()), rel=0.1)
        assert float(one[index].bias.detach().abs().max()) <= one[index].in_features ** -0.5


def test_steps_that_floats_miss_are_written_as_meant() -> None:
    assert "nn.Dropout(0.57)" in source(MLPConfig(64, 1, 0.5700000000000001, batch_norm=False))
