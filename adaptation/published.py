"""Takes a published encoder back into weights to go on from: its checkpoint need not have been kept.

What is published has been smoothed and rounded to eight bits (see export.py). Undoing both gives back the
weights up to that rounding, which the first hundred steps of adapting smooth over.
"""

from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import numpy_helper
from sentencepiece import SentencePieceProcessor
from torch import Tensor
from weights import Pretrained

NETWORK, PIECES = "network.onnx", "pieces.model"


def published(folder: Path, source: Pretrained) -> dict[str, Any]:
    """Return the encoder in `folder` as a checkpoint: {"kept": piece numbers, "encoder": weights by name}.

    Raises ValueError if its pieces are not those of the pretrained encoder.
    """
    graph = onnx.load(folder / NETWORK).graph
    values = {one.name: torch.tensor(numpy_helper.to_array(one)) for one in graph.initializer}
    weights = {name: values[name] for name in values if name in ("places", "centre") or _is_plain(name)}
    for node in graph.node:
        if node.op_type == "MatMulInteger":  # named as "/layers.0/qkv/MatMul_quant"
            linear = ".".join(node.name.split("/")[1:3])
            rounded = node.input[1].removesuffix("_quantized")
            shrink = values.get(f"{linear}.shrink", torch.ones(1))  # else shrunk already
            weights[f"{linear}.weight"] = _exact(values, rounded) * shrink
    kept = _kept(folder, source)
    width = source.width
    weights["words.weight"] = torch.tensor(source.tensors["emb.word"].reshape(-1, width)[kept])
    return {"kept": kept, "encoder": weights}


def _is_plain(name: str) -> bool:
    return name.endswith((".bias", "norm.weight"))


def _exact(values: dict[str, Tensor], name: str) -> Tensor:
    """Return a matrix as PyTorch has it (out, in), from one rounded by column."""
    steps = values[f"{name}_quantized"].float() - values[f"{name}_zero_point"].float()
    return (steps * values[f"{name}_scale"]).T


def _kept(folder: Path, source: Pretrained) -> list[int]:
    pieces = SentencePieceProcessor(model_file=str(folder / PIECES))
    numbers = {piece: number for number, piece in enumerate(source.pieces)}
    names = [pieces.id_to_piece(number) for number in range(pieces.get_piece_size())]
    if any(name not in numbers for name in names):
        raise ValueError(
            f"{folder}: its pieces are not those of the pretrained encoder. Adapt from the start."
        )
    return [numbers[name] for name in names]
