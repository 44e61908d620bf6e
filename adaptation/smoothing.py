"""Evens out what a matrix is multiplied with, so that eight bits hold it well.

A few of the encoder's channels are twenty times as large as the rest. Activations are rounded in steps that
follow the largest one, so all the others would be rounded away, and differently so in every batch. Here each
channel is divided by a number and the matrix's weights for it are multiplied by the same (SmoothQuant,
arXiv 2211.10438): the product stays what it was.
"""

import torch
from network import Encoder
from torch import Tensor, nn
from torch.nn import functional

LINEAR = ("qkv", "attended", "wider", "narrower")
FROM_ACTIVATIONS = 0.75  # how far the unevenness moves into the weights: 1 is all of it
SMALLEST = 1e-5


class Smoothed(nn.Module):
    """A linear layer that divides each channel by its size, and has weights that expect so."""

    def __init__(self, linear: nn.Linear, largest: Tensor) -> None:
        """Take the layer, and the largest value that each channel of its input was seen to have."""
        super().__init__()
        weights = linear.weight.detach()
        heavy = weights.abs().amax(0).clamp(min=SMALLEST)
        size = largest.clamp(min=SMALLEST) ** FROM_ACTIVATIONS / heavy ** (1 - FROM_ACTIVATIONS)
        self.shrink: nn.Parameter | None = nn.Parameter(1 / size)  # None where the input is shrunk already
        self.weight = nn.Parameter(weights * size)
        self.bias = nn.Parameter(linear.bias.detach())

    def forward(self, states: Tensor) -> Tensor:
        """Return what the layer would have returned."""
        shrunk = states if self.shrink is None else states * self.shrink
        return functional.linear(shrunk, self.weight, self.bias)


@torch.no_grad()
def smooth(encoder: Encoder, texts: list[list[int]]) -> None:
    """Replace the encoder's linear layers, after a look at what they meet in some texts (piece numbers)."""
    layers = [(layer, name) for layer in encoder.layers for name in LINEAR]
    largest = {}

    def look(linear: nn.Module, given: tuple[Tensor, ...], _: Tensor) -> None:
        found = given[0].abs().flatten(0, -2).amax(0)
        largest[linear] = torch.maximum(largest.get(linear, found), found)

    hooks = [getattr(layer, name).register_forward_hook(look) for layer, name in layers]
    for text in texts:
        encoder(torch.tensor([text]))
    for hook in hooks:
        hook.remove()
    for layer, name in layers:
        linear = getattr(layer, name)
        setattr(layer, name, Smoothed(linear, largest[linear]))
    for layer in encoder.layers:
        _shrink_values(layer.qkv, layer.attended)


def _shrink_values(qkv: Smoothed, attended: Smoothed) -> None:
    """Let attention's values be as small as the next layer wants them: it only weighs and adds them up."""
    width = attended.shrink.shape[0]
    qkv.weight[-width:] *= attended.shrink[:, None]
    qkv.bias[-width:] *= attended.shrink
    attended.shrink = None
