"""The encoder as a PyTorch network: a BERT of twelve small layers whose mean is the text's vector."""

import torch
from torch import Tensor, nn
from torch.nn import functional
from weights import Pretrained

LONGEST = 128  # pieces of a text that are read, the two marks around it included
PADDING = 1  # the pieces' numbers are as in the pretrained tokenizer: <s>, <pad>, </s>, <unk>


class Attention(nn.Module):
    """What each piece hears of the others, in several heads. It has no weights of its own."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.heads = heads

    def forward(self, qkv: Tensor, heard: Tensor) -> Tensor:
        """Take queries, keys and values (rows, pieces, 3 * width), and which pieces each one hears."""
        texts, pieces, width = qkv.shape[0], qkv.shape[1], qkv.shape[2] // 3
        split = qkv.view(texts, pieces, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4).unbind(0)
        scores = query @ key.transpose(-1, -2) * (width // self.heads) ** -0.5
        shares = functional.softmax(scores.masked_fill(~heard[:, None], -1e4), dim=-1)
        return (shares @ value).transpose(1, 2).reshape(texts, pieces, width)


class Layer(nn.Module):
    """Self-attention and a feed-forward network, each added to its input and normalised."""

    def __init__(self, source: Pretrained, number: int, dropout: float) -> None:
        super().__init__()
        width = source.width
        self.dropout = dropout
        self.qkv = nn.Linear(width, 3 * width)
        self.attention = Attention(source.heads)
        self.attended = nn.Linear(width, width)
        self.attended_norm = nn.LayerNorm(width, eps=1e-12)
        self.wider = nn.Linear(width, 4 * width)
        self.narrower = nn.Linear(4 * width, width)
        self.out_norm = nn.LayerNorm(width, eps=1e-12)
        self._take(source, f"l{number}.")

    def _take(self, source: Pretrained, at: str) -> None:
        found = {
            name[len(at) :]: torch.tensor(values)
            for name, values in source.tensors.items()
            if name.startswith(at)
        }
        parts = [
            (
                self.qkv,
                torch.cat([found[f"{x}.w"] for x in "qkv"]),
                torch.cat([found[f"{x}.b"] for x in "qkv"]),
            ),
            (self.attended, found["ao.w"], found["ao.b"]),
            (self.attended_norm, found["aln.w"], found["aln.b"]),
            (self.wider, found["fi.w"], found["fi.b"]),
            (self.narrower, found["fo.w"], found["fo.b"]),
            (self.out_norm, found["oln.w"], found["oln.b"]),
        ]
        with torch.no_grad():
            for module, weight, bias in parts:
                module.weight.copy_(weight.reshape(module.weight.shape))
                module.bias.copy_(bias)

    def forward(self, states: Tensor, heard: Tensor) -> Tensor:
        """Take states (rows, pieces, width) and which pieces each one hears (rows, pieces or 1, pieces)."""
        attention = self.attention(self.qkv(states), heard)
        states = self.attended_norm(states + self._dropped(self.attended(attention)))
        return self.out_norm(states + self._dropped(self.narrower(functional.gelu(self.wider(states)))))

    def _dropped(self, states: Tensor) -> Tensor:
        return functional.dropout(states, self.dropout, self.training)


class Encoder(nn.Module):
    """Pieces' numbers in, one vector a text out."""

    def __init__(self, source: Pretrained, kept: list[int], dropout: float = 0.1) -> None:
        """Take the pretrained weights; of the vocabulary only the pieces `kept` (their numbers there)."""
        super().__init__()
        width = source.width
        words = torch.tensor(source.tensors["emb.word"].reshape(-1, width)[kept])
        places = torch.tensor(source.tensors["emb.pos"].reshape(-1, width)[:LONGEST])
        self.words = nn.Embedding.from_pretrained(words, freeze=True)
        self.places = nn.Parameter(places + torch.tensor(source.tensors["emb.type"].reshape(-1, width)[0]))
        self.norm = nn.LayerNorm(width, eps=1e-12)
        with torch.no_grad():
            self.norm.weight.copy_(torch.tensor(source.tensors["emb.ln.w"]))
            self.norm.bias.copy_(torch.tensor(source.tensors["emb.ln.b"]))
        self.layers = nn.ModuleList(Layer(source, number, dropout) for number in range(source.layers))
        self.register_buffer("centre", torch.zeros(width))  # where texts lie on average; set when adapted

    def forward(self, pieces: Tensor) -> Tensor:
        """Take numbers (texts, pieces), padded; return mean states, seen from the centre (texts, width)."""
        there = pieces != PADDING
        states = self._states(pieces, self.places[: pieces.shape[1]], there.unsqueeze(1))
        weights = there.unsqueeze(-1).to(states.dtype)
        return (states * weights).sum(1) / weights.sum(1) - self.centre

    def packed(self, pieces: Tensor, positions: Tensor, texts: Tensor) -> Tensor:
        """Return the same for texts that stand in one row, nothing padded; each hears only itself.

        Take the numbers of pieces, where each stands in its text, and its text's number, all (1, pieces).
        """
        states = self._states(pieces, self.places[positions], texts.unsqueeze(2) == texts.unsqueeze(1))
        numbers = torch.arange(texts.max() + 1)
        shares = (numbers.unsqueeze(1) == texts).to(states.dtype)
        return shares @ states.squeeze(0) / shares.sum(1, keepdim=True) - self.centre

    def _states(self, pieces: Tensor, places: Tensor, heard: Tensor) -> Tensor:
        states: Tensor = self.norm(self.words(pieces) + places)
        for layer in self.layers:
            states = layer(states, heard)
        return states
