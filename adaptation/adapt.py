"""Adapts the pretrained encoder to complaints.

It learns the training data's labels, then the labels are thrown away:

    python adapt.py TEXTS.jsonl CHECKPOINT.pt [--epochs 8] [--resume OLDER.pt ... | FOLDER] [--halfway]

TEXTS.jsonl has one {"text": normal form, "label", "complaint": bool} a line, as `bot.nlu.training_texts`
writes them: without the tenth on which the classifier is calibrated (see docs/understanding.md).
"""

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import torch
from network import LONGEST, PADDING, Encoder
from published import published
from sentencepiece import SentencePieceProcessor
from torch import Tensor, nn
from torch.nn import functional
from vocabulary import needed, tokenizer
from weights import Pretrained, pretrained

BATCH = 32
RATE, HEAD_RATE = 1e-4, 1e-3
WARM_UP = 0.06  # the share of steps in which the rate rises
DROPPED_PIECES = 0.08  # so that no single word decides
OPENED = 0.1  # the share of messages before which a greeting or a yes is put: what they say stays the same
OPENINGS = frozenset({"greet", "affirm"})
SMOOTHING = 0.05
AVERAGED = 0.998  # the saved weights are a running mean of the last few hundred steps
START, END, UNKNOWN = 0, 2, 3


class Text(NamedTuple):
    """A training text as the network takes it."""

    pieces: list[int]
    label: int
    complaint: int
    is_opening: bool


def numbered(text: str, pieces: SentencePieceProcessor) -> list[int]:
    """Return a text's piece numbers between the two marks."""
    return [START, *pieces.encode(text)[: LONGEST - 2], END]


def batches(texts: list[Text], chance: random.Random) -> Iterator[list[Text]]:
    """Yield texts of like length together, in an order of their own each time; some begin with 「你好」."""
    openings = [text for text in texts if text.is_opening]
    opened = [_after(chance.choice(openings), text) if chance.random() < OPENED else text for text in texts]
    ordered = sorted(opened, key=lambda text: len(text.pieces) + 4 * chance.random())
    parts = [ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)]
    chance.shuffle(parts)
    yield from parts


def _after(opening: Text, text: Text) -> Text:
    if text.is_opening:
        return text
    return text._replace(pieces=[*[*opening.pieces[:-1], *text.pieces[1:-1]][: LONGEST - 1], END])


def padded(batch: list[Text], chance: random.Random) -> Tensor:
    """Return the batch's piece numbers (texts, longest), some of them unknown."""
    longest = max(len(text.pieces) for text in batch)
    rows = []
    for text in batch:
        inner = [UNKNOWN if chance.random() < DROPPED_PIECES else piece for piece in text.pieces[1:-1]]
        rows.append([START, *inner, END] + [PADDING] * (longest - len(text.pieces)))
    return torch.tensor(rows)


class Learner:
    """The encoder with a head for the labels and one for "a complaint at all?", and how they learn."""

    def __init__(self, encoder: Encoder, texts: list[Text], steps: int) -> None:
        counts = Counter(text.label for text in texts)
        width = encoder.norm.weight.shape[0]
        self.encoder = encoder
        self.label_head = nn.Linear(width, max(counts) + 1)
        self.complaint_head = nn.Linear(width, 2)
        mean = len(texts) / len(counts)
        self.weights = torch.tensor(
            [(mean / max(counts[label], 1)) ** 0.5 for label in range(max(counts) + 1)]
        )
        heads = [*self.label_head.parameters(), *self.complaint_head.parameters()]
        learning = [weight for weight in encoder.parameters() if weight.requires_grad]
        self.optimizer = torch.optim.AdamW(
            [{"params": learning, "lr": RATE}, {"params": heads, "lr": HEAD_RATE}], weight_decay=0.01
        )
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer,
            lambda step: min((step + 1) / (WARM_UP * steps), (steps - step) / ((1 - WARM_UP) * steps)),
        )
        self.averaged = torch.optim.swa_utils.AveragedModel(
            encoder, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(AVERAGED)
        )

    def step(self, pieces: Tensor, batch: list[Text]) -> float:
        """Learn from one batch and return its loss."""
        with torch.autocast("cpu", torch.bfloat16):
            vectors = self.encoder(pieces)
        vectors = functional.dropout(vectors.float(), 0.1)
        labels = torch.tensor([text.label for text in batch])
        groups = torch.tensor([text.complaint for text in batch])
        loss = functional.cross_entropy(
            self.label_head(vectors), labels, self.weights, label_smoothing=SMOOTHING
        ) + 0.5 * functional.cross_entropy(self.complaint_head(vectors), groups, label_smoothing=SMOOTHING)
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.encoder.parameters(), 1.0)
        self.optimizer.step()
        self.schedule.step()
        self.averaged.update_parameters(self.encoder)
        return loss.item()


def mean(checkpoints: list[Path], source: Pretrained) -> dict[str, Any]:
    """Return the mean of encoders of one line: each lies in another corner of what fits the texts.

    Each is a checkpoint, or the folder of a published one. Raises ValueError if they know other pieces.
    """
    found = [
        published(path, source) if path.is_dir() else torch.load(path, weights_only=True)
        for path in checkpoints
    ]
    if any(one["kept"] != found[0]["kept"] for one in found):
        raise ValueError(
            f"{checkpoints[0]} and the others were adapted with other pieces: take those of one line."
        )
    return {"kept": found[0]["kept"], "encoder": _mean([one["encoder"] for one in found])}


def _mean(weights: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    return {name: torch.stack([one[name] for one in weights]).mean(0) for name in weights[0]}


@torch.no_grad()
def centre(encoder: Encoder, texts: list[Text]) -> Tensor:
    """Return the mean of the texts' vectors: taken from there, vectors differ by what texts say."""
    encoder.eval()
    whole = torch.zeros_like(encoder.centre)
    for start in range(0, len(texts), 64):
        part = texts[start : start + 64]
        longest = max(len(text.pieces) for text in part)
        rows = [text.pieces + [PADDING] * (longest - len(text.pieces)) for text in part]
        whole += encoder(torch.tensor(rows)).sum(0)
    return whole / len(texts)


def main() -> None:
    """Adapt and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--resume", type=Path, nargs="+", help="begin at the mean of these")
    parser.add_argument(
        "--halfway",
        action="store_true",
        help="with --resume: save the mean of where it began and where it came to (arXiv 2109.01903)",
    )
    asked = parser.parse_args()
    if asked.halfway and not asked.resume:
        parser.error("--halfway needs --resume: without it there is nothing to stay halfway from")
    torch.manual_seed(0)
    chance = random.Random(0)  # noqa: S311 -- an order, not a secret
    rows = [json.loads(line) for line in asked.texts.read_text(encoding="utf-8").splitlines()]
    source = pretrained()
    older = mean(asked.resume, source) if asked.resume else None
    kept = older["kept"] if older else needed(source, [row["text"] for row in rows])
    pieces = tokenizer(source, kept)
    names = sorted({row["label"] for row in rows})
    texts = [
        Text(
            numbered(row["text"], pieces),
            names.index(row["label"]),
            int(row["complaint"]),
            row["label"] in OPENINGS,
        )
        for row in rows
    ]
    encoder = Encoder(source, kept)
    if older:
        encoder.load_state_dict(older["encoder"])
        encoder.centre.zero_()
    learner = Learner(encoder, texts, asked.epochs * (len(texts) // BATCH + 1))
    for epoch in range(asked.epochs):
        started = time.monotonic()
        losses = [learner.step(padded(batch, chance), batch) for batch in batches(texts, chance)]
        print(
            f"epoch {epoch + 1}: loss {sum(losses) / len(losses):.3f}, {time.monotonic() - started:.0f} s",
            flush=True,
        )
        torch.save({"kept": kept, "encoder": learner.averaged.module.state_dict()}, asked.checkpoint)
    adapted = learner.averaged.module
    if asked.halfway:
        adapted.load_state_dict(_mean([older["encoder"], adapted.state_dict()]))
    adapted.centre.copy_(centre(adapted, sorted(texts, key=lambda text: len(text.pieces))))
    torch.save({"kept": kept, "encoder": adapted.state_dict()}, asked.checkpoint)


if __name__ == "__main__":
    main()
