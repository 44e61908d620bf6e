"""Writes the training data as normal forms with labels: what a sentence encoder is adapted to.

python -m bot.nlu.training_texts > TEXTS.jsonl
"""

import json
import sys
from pathlib import Path
from typing import Iterator, Tuple

from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.utils.io import read_config_file

from bot.nlu.normalizer import normalize
from bot.nlu.separators import kept_apart

TRAINING_DATA = Path("data/nlu")
CONFIG = Path("config.yml")


def training_texts() -> Iterator[Tuple[str, str]]:
    """Yield the normal form and the label of every training message."""
    for path in sorted(TRAINING_DATA.glob("*.yml")):
        for example in RasaYAMLReader().read(path).intent_examples:
            yield normalize(example.get(TEXT)).text, example.get(INTENT)


def conversation_labels() -> Tuple[str, ...]:
    """Return the labels that are no complaints, from the classifier's settings."""
    pipeline = read_config_file(CONFIG)["pipeline"]
    (found,) = (part["conversation_labels"] for part in pipeline if "conversation_labels" in part)
    return tuple(found)


def main() -> None:
    """Print one JSON object a line: text, label, complaint or not. Texts kept apart are left out."""
    talk = conversation_labels()
    for text, label in training_texts():
        if not kept_apart(text):
            row = {"text": text, "label": label, "complaint": label not in talk}
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
