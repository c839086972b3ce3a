"""The network of a finished trial: its saved weights, or the same network trained again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import nn

from har_search.challenge.inputs import TRAIN
from har_search.data.dataset import Dataset
from har_search.data.standardize import Scale
from har_search.entries.record import Record
from har_search.errors import OptionError
from har_search.networks import mlp
from har_search.networks.device import choose_device
from har_search.networks.evaluation import accuracy, one_thread
from har_search.networks.splits import Splits, prepare
from har_search.networks.trained import TrainedNetwork, standardizing
from har_search.storage.artifacts import WEIGHTS
from har_search.study.seeds import replica_seeds
from har_search.training.epochs import EpochFigures
from har_search.training.last_epoch import TOGETHER
from har_search.training.results import TrainingResult
from har_search.training.trial import train_trial
from har_search.training.watch import UNWATCHED, Unwatched

Weights = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Saved:
    """A trial's saved weights, or why there are none to be used."""

    weights: Weights | None
    reason: str = ""


def saved_weights(record: Record, folder: Path | None) -> Saved:
    """Read a trial's saved weights, with the keys of its network's `state_dict()`.

    Weights that do not fit the network count as damaged. The reason goes into what is handed in, so
    it names no folder of this machine.
    """
    if WEIGHTS not in record.files:
        return Saved(None, "no weights of it were saved (only a study's notable trials' are)")
    if folder is None:
        return Saved(None, "where its weights were saved is not known here (--artifacts FOLDER)")
    path = folder / Path(record.files[WEIGHTS]).name  # a key is no path, whoever wrote it
    try:
        weights = load(path.read_bytes())
        network_of(record, weights)
    except FileNotFoundError:
        return Saved(None, "its saved weights are gone from the artifacts' folder")
    except OSError as error:
        return Saved(None, f"its saved weights cannot be read ({error.strerror})")
    except (SafetensorError, RuntimeError):
        return Saved(None, "its saved weights are damaged")
    return Saved(weights)


def network_of(record: Record, weights: Weights) -> nn.Sequential:
    """Build a trial's network with these weights, on the CPU and in eval mode.

    It takes windows standardised as in its study.

    Raises:
        RuntimeError: the weights do not fit.
    """
    network = mlp.build(record.entry.config.mlp)
    network.load_state_dict(weights)
    return network.eval()


def device_of(record: Record) -> torch.device:
    """Return the device that a trial was trained on, or the CPU where there is none such here."""
    with suppress(OptionError):
        return choose_device(str(record.figures.get("device", "cpu")))
    return torch.device("cpu")


def train_again(
    record: Record,
    dataset: Dataset,
    *,
    epochs: int,
    device: torch.device,
    replicas: int | None = None,
) -> TrainingResult:
    """Train a trial's network again with its own seed, for so many epochs of its schedule.

    One that diverged is trained until it does so again. One of several seeds is trained with as
    many as it had, or with `replicas` of them.

    Raises:
        StudyMismatchError: the trial was trained on other data.
    """
    record.entry.stored.require_data(dataset)
    diverged = bool(record.figures.get("diverged"))
    return train_trial(
        record.spec,
        record.entry.config,
        splits_of(record, dataset, device),
        seeds=replica_seeds(record.entry.seed, replicas or record.figures.get("replicas", 1)),
        watch=UNWATCHED if diverged else _UntilEpoch(epochs),
    )


@dataclass(frozen=True)
class _UntilEpoch(Unwatched):
    """Ends a training after an epoch."""

    epoch: int

    def on_epoch(self, figures: EpochFigures) -> bool:
        return figures.epoch >= self.epoch


def splits_of(record: Record, dataset: Dataset, device: torch.device | str = "cpu") -> Splits:
    """Return both splits as a trial's network was trained and tested on them."""
    return prepare(dataset.train, dataset.test, record.spec.inputs, device)


@dataclass(frozen=True)
class Restored:
    """A trial's network, and how it came to be: as saved, or why not."""

    trained: TrainedNetwork
    retrained_because: str = ""


OnTraining = Callable[[Record, int, str], None]


def restore(
    record: Record, folder: Path | None, dataset: Dataset, on_training: OnTraining
) -> Restored:
    """Return a trial's network: with its saved weights where they do what was recorded, else anew.

    `on_training` is told the epochs and the reason before a training.

    Raises:
        StudyMismatchError: the trial was trained on other data.
    """
    record.entry.stored.require_data(dataset)
    saved = saved_weights(record, folder)
    if saved.weights is None:
        return retrained(record, dataset, saved.reason, on_training)
    network = network_of(record, saved.weights)
    recorded = record.own["test_accuracy"]
    with one_thread():
        found = accuracy(network, splits_of(record, dataset).test)
    if found == recorded:
        return Restored(trained_network(record, network, dataset))
    reason = (
        f"its saved weights have a test accuracy of {100 * found:.2f} %, not the recorded "
        f"{100 * recorded:.2f} %"
    )
    return retrained(record, dataset, reason, on_training)


def retrained(record: Record, dataset: Dataset, reason: str, on_training: OnTraining) -> Restored:
    """Train a trial's network again with its own seed, up to its checkpoint epoch.

    Raises:
        StudyMismatchError: the trial was trained on other data.
    """
    record.entry.stored.require_data(dataset)
    epochs = record.entry.epoch
    on_training(record, epochs, reason)
    again = train_again(
        record,
        dataset,
        epochs=epochs,
        device=device_of(record),
        replicas=min(TOGETHER, record.spec.replicas),  # the first seed's bits: with its companion
    )
    weights = {key: value.cpu() for key, value in again.weights.items()}
    return Restored(trained_network(record, network_of(record, weights), dataset), reason)


def saved_network(record: Record, folder: Path | None) -> TrainedNetwork | None:
    """Return a trial's network without the data: None where that takes them, or no weights are.

    `folder` is the artifacts', if any.
    """
    saved = saved_weights(record, folder)
    if saved.weights is None or record.spec.inputs == TRAIN:
        return None
    network = network_of(record, saved.weights)
    return TrainedNetwork(network, record.entry.config.mlp, record.spec.inputs)


def trained_network(record: Record, network: nn.Sequential, dataset: Dataset) -> TrainedNetwork:
    """Return a trial's network with its inputs; training people's scale becomes its first layer."""
    config, inputs = record.entry.config.mlp, record.spec.inputs
    if inputs == TRAIN:
        return standardizing(network, config, Scale.of(dataset.train.features))
    return TrainedNetwork(network, config, inputs)
