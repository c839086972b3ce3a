"""A trial's train.py: data, network, loss, optimizer and loop as one script in plain PyTorch."""

from __future__ import annotations

from har_search.challenge.inputs import CALIBRATED, PERSON_RANKS
from har_search.challenge.words import visible
from har_search.data.dataset import SIMULATED
from har_search.data.standardize import SMALLEST_SD
from har_search.entries.entry import Entry
from har_search.networks import mlp
from har_search.texts import rendered

_TRAIN_WINDOWS = 7352  # of UCI's data
_RATES = {
    "constant": "",
    "cosine": "  # of the first step; then it falls as a cosine does",
    "one-cycle": "  # the highest: it rises to it and falls again",
}


def training_script(entry: Entry) -> str:
    """Return train.py: a script that trains an entry with PyTorch and NumPy alone.

    It reads UCI's zip or folder and says only what this entry uses. It draws the entry's own random
    numbers, in the order in which the search drew them. Of several seeds it is the first one's run.
    """
    config, standing = entry.config, entry.standing
    several = standing.replicas > 1
    dropout = config.mlp.dropout
    return rendered(
        "har_search.handin",
        "train.py.jinja",
        entry=entry,
        config=config,
        study=visible(entry.study),
        simulated=standing.dataset == SIMULATED,
        several=several,
        best=entry.stored.spec.scored_epoch == "best",
        test=standing.first_test_accuracy if several else standing.test_accuracy,
        train=standing.first_train_accuracy if several else standing.train_accuracy,
        network=mlp.source(config.mlp).partition("\n\n")[2],
        inputs=entry.inputs,
        calibrated=entry.inputs in CALIBRATED,
        ranks=entry.inputs == PERSON_RANKS,
        smallest_sd=f"{SMALLEST_SD:g}",
        schedule=config.schedule,
        rate_comment=_RATES[config.schedule],
        optimizer="AdamW" if config.optimizer == "adamw" else "Adam",
        mixup=config.mixup > 0,
        noise=config.input_noise > 0,
        decay=config.weight_decay > 0,
        lonely=_TRAIN_WINDOWS % config.batch_size == 1,
        smoothing=config.label_smoothing > 0,
        averaging=config.weight_averaging > 0,
        norm=config.mlp.batch_norm,
        dropout=dropout > 0,
        width=config.mlp.hidden_widths[0],
        kept=min(round((1 - dropout) * 65_536), 65_535),
    )
