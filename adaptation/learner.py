"""How an encoder learns from the labels of texts."""

import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import torch
from network import Encoder
from texts import BATCH, Text, batches, padded, with_gaps
from torch import Tensor, nn
from torch.nn import functional

RATE, HEAD_RATE = 1e-4, 1e-3
WARM_UP = 0.06  # the share of steps in which the rate rises
SMOOTHING = 0.05
AVERAGED = 0.998  # the saved weights are a running mean of the last few hundred steps
COMPLAINT_SHARE = 0.5  # of "a complaint at all?", beside the labels


class Learner:
    """The encoder with a head for the labels and one for "a complaint at all?", and how they learn."""

    def __init__(self, encoder: Encoder, texts: list[Text], epochs: int) -> None:
        counts = Counter(text.label for text in texts)
        steps = epochs * (len(texts) // BATCH + 1)
        width = encoder.norm.weight.shape[0]
        self.encoder, self.texts, self.epochs = encoder, texts, epochs
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

    def learn(self, checkpoint: Path, kept: list[int]) -> Encoder:
        """Go through the texts as often as asked, save after each time, and return what was learned."""
        chance = random.Random(0)  # noqa: S311 -- an order, not a secret
        for epoch in range(self.epochs):
            started = time.monotonic()
            losses = [self.step(with_gaps(batch, chance), batch) for batch in batches(self.texts, chance)]
            seconds = time.monotonic() - started
            print(f"epoch {epoch + 1}: loss {sum(losses) / len(losses):.3f}, {seconds:.0f} s", flush=True)
            save(self.averaged.module, kept, checkpoint)
        learned: Encoder = self.averaged.module
        return learned

    def step(self, pieces: Tensor, batch: list[Text]) -> float:
        """Learn from one batch and return its loss."""
        with torch.autocast("cpu", torch.bfloat16):
            vectors = self.encoder(pieces)
        loss = self.loss(vectors.float(), batch)
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.encoder.parameters(), 1.0)
        self.optimizer.step()
        self.schedule.step()
        self.averaged.update_parameters(self.encoder)
        return loss.item()

    def loss(self, vectors: Tensor, batch: list[Text]) -> Tensor:
        """Return how far the labels read from vectors are from those given."""
        vectors = functional.dropout(vectors, 0.1)
        labels = torch.tensor([text.label for text in batch])
        groups = torch.tensor([text.complaint for text in batch])
        by_label = functional.cross_entropy(
            self.label_head(vectors), labels, self.weights, label_smoothing=SMOOTHING
        )
        at_all = functional.cross_entropy(self.complaint_head(vectors), groups, label_smoothing=SMOOTHING)
        return by_label + COMPLAINT_SHARE * at_all


@torch.no_grad()
def vectors(encoder: Encoder, texts: list[Text]) -> Tensor:
    """Return the encoder's vectors of texts in the order of their numbers (texts, width)."""
    encoder.eval()
    ordered = sorted(texts, key=lambda text: len(text.pieces))
    found = torch.zeros(len(texts), encoder.centre.shape[0])
    for start in range(0, len(ordered), 2 * BATCH):
        part = ordered[start : start + 2 * BATCH]
        found[[text.number for text in part]] = encoder(padded([text.pieces for text in part]))
    return found


def centred(encoder: Encoder, texts: list[Text]) -> Encoder:
    """Move the encoder's centre to the mean of texts: seen from there, vectors differ by what texts say."""
    encoder.centre.zero_()
    encoder.centre.copy_(vectors(encoder, texts).mean(0))
    return encoder


def save(encoder: Encoder, kept: list[int], checkpoint: Path) -> None:
    """Write a checkpoint: which of the pretrained encoder's pieces it knows, and its weights."""
    state: dict[str, Any] = {"kept": kept, "encoder": encoder.state_dict()}
    torch.save(state, checkpoint)
