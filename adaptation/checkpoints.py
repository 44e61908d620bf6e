"""Encoders as they are kept between goes: which pieces they know, and their weights by name."""

from pathlib import Path
from typing import TypedDict

import torch
from network import Encoder
from published import published
from torch import Tensor
from weights import Pretrained

Weights = dict[str, Tensor]


class Checkpoint(TypedDict):
    """The numbers of the pieces in the pretrained encoder, and the weights."""

    kept: list[int]
    encoder: Weights


def load(path: Path, source: Pretrained) -> Checkpoint:
    """Return a checkpoint from its file, or from the folder of a published encoder."""
    found: Checkpoint = published(path, source) if path.is_dir() else torch.load(path, weights_only=True)
    return found


def mean(paths: list[Path], source: Pretrained) -> Checkpoint:
    """Return the mean of encoders of one line: each lies in another corner of what fits the texts.

    Raises ValueError if they know other pieces.
    """
    found = [load(path, source) for path in paths]
    if any(one["kept"] != found[0]["kept"] for one in found):
        raise ValueError(f"{paths[0]} and the others were adapted with other pieces: take those of one line.")
    return {"kept": found[0]["kept"], "encoder": mean_weights([one["encoder"] for one in found])}


def mean_weights(weights: list[Weights]) -> Weights:
    """Return the mean of weights of the same names and shapes."""
    return {name: torch.stack([one[name] for one in weights]).mean(0) for name in weights[0]}


def restored(checkpoint: Checkpoint, source: Pretrained) -> Encoder:
    """Return the encoder of a checkpoint."""
    encoder = Encoder(source, checkpoint["kept"])
    encoder.load_state_dict(checkpoint["encoder"])
    return encoder
