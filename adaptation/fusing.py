"""Makes of an encoder what is exported: texts stand in one row, and attention is one operation.

ONNX Runtime has one for it. PyTorch would export thirty small ones, which take a tenth of the time that a
text takes.
"""

from typing import Any

import torch
from network import Attention, Encoder
from torch import Tensor, nn


class OneOperation(torch.autograd.Function):
    """MultiHeadAttention of ONNX Runtime's own operators; in PyTorch it is the attention it replaces."""

    @staticmethod
    def forward(
        _: Any,  # noqa: ANN401 -- autograd's context
        query: Tensor,
        key: Tensor,
        value: Tensor,
        heard: Tensor,
        heads: int,
    ) -> Tensor:
        """Return what `Attention` returns."""
        return Attention(heads)(torch.cat([query, key, value], dim=-1), heard.bool())

    @staticmethod
    def symbolic(graph: Any, query: Any, key: Any, value: Any, heard: Any, heads: int) -> Any:  # noqa: ANN401 -- as above
        """Write the operation: it takes no bias here, and the pieces that each one hears as int32."""
        none = graph.op("prim::Constant")
        none.setType(torch._C.OptionalType.ofTensor())  # noqa: SLF001 -- the exporter has no other word for it
        inputs = (query, key, value, none, heard)
        return graph.op("com.microsoft::MultiHeadAttention", *inputs, num_heads_i=heads).setType(query.type())


class FusedAttention(nn.Module):
    """Attention, to be exported as one operation."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.heads = heads

    def forward(self, qkv: Tensor, heard: Tensor) -> Tensor:
        """Take and return what `Attention` does."""
        width = int(qkv.shape[-1]) // 3  # a constant of the network, so that one operation splits it
        return OneOperation.apply(*qkv.split(width, dim=-1), heard.int(), self.heads)


def fuse(encoder: Encoder) -> None:
    """Replace the attention of each layer, and have the encoder called with texts that stand in one row."""
    encoder.forward = encoder.packed  # type: ignore[method-assign]
    for layer in encoder.layers:
        layer.attention = FusedAttention(layer.attention.heads)
