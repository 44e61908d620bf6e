"""Adapts the pretrained encoder to complaints.

It learns the training data's labels, then the labels are thrown away:

    python adapt.py TEXTS.jsonl CHECKPOINT.pt [--epochs 8] [--resume OLDER.pt ... | FOLDER] [--halfway]

TEXTS.jsonl has one {"text": normal form, "label", "complaint": bool} a line, as `bot.nlu.training_texts`
writes them: without the tenth on which the classifier is calibrated (see docs/understanding.md).
"""

import argparse
from pathlib import Path

import torch
from checkpoints import Checkpoint, mean, mean_weights, restored
from learner import Learner, centred, save
from network import Encoder
from texts import as_pieces, read
from vocabulary import needed, tokenizer
from weights import pretrained


def adapt(asked: argparse.Namespace) -> None:
    """Adapt and save."""
    rows = read(asked.texts)
    source = pretrained()
    older: Checkpoint | None = mean(asked.resume, source) if asked.resume else None
    kept = older["kept"] if older else needed(source, [row.text for row in rows])
    texts = as_pieces(rows, tokenizer(source, kept))
    encoder = restored(older, source) if older else Encoder(source, kept)
    encoder.centre.zero_()
    adapted = Learner(encoder, texts, asked.epochs).learn(asked.checkpoint, kept)
    if older and asked.halfway:
        adapted.load_state_dict(mean_weights([older["encoder"], adapted.state_dict()]))
    save(centred(adapted, texts), kept, asked.checkpoint)


def main() -> None:
    """Adapt as asked on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
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
    adapt(asked)


if __name__ == "__main__":
    main()
