"""`python -m bot.nlu.cross_validation`: which training messages are read otherwise by who hasn't seen them.

Features are computed once, over all training messages (the sentence encoder's vectors are those kept from the
training); only the separators are learned anew for each fold. The encoder was adapted to most of the
repository's messages, so the share of right ones flatters; the messages that disagree all the same are worth
a look.

Standard output: one line {"folds", "messages", "accuracy", "recall": {label: share}, "rows": [{"text",
"label", "read_as", "confidence", "own_confidence"}]}. The rows are those read as another label, the surest
first; `own_confidence` is that of the label they carry.
"""

import argparse
import json
import random
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any, Dict, List, Sequence

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_yaml_file

from bot.nlu.classifier import LinearClassifier
from bot.nlu.learning_curve import featurize, parts
from bot.nlu.separators import cross_validated

FOLDS = 3
SEED = 0


def folds_of(texts: Sequence[str], names: Sequence[str], count: int) -> np.ndarray:
    """Return a fold for each message: every label spread evenly, by the same lot each time.

    The same text always lies in one fold, or it would be told to the separators that are to read it.
    """
    by_label: Dict[str, List[str]] = defaultdict(list)
    for text, name in dict(zip(texts, names, strict=True)).items():
        by_label[name].append(text)
    fold: Dict[str, int] = {}
    for name in sorted(by_label):
        chosen = sorted(by_label[name])
        random.Random(SEED).shuffle(chosen)  # noqa: S311 -- the same lot each time
        start = len(fold)  # so that labels with few messages don't all begin with the first fold
        fold.update({text: (start + place) % count for place, text in enumerate(chosen)})
    return np.array([fold[text] for text in texts])


def cross_validate(config: Dict[str, Any], data: TrainingData, count: int = FOLDS) -> Dict[str, Any]:
    """Read every training message with separators learned from the other folds."""
    pipeline = parts(config)
    places = [place for place, part in enumerate(pipeline) if issubclass(part.kind, LinearClassifier)]
    if not places:
        sys.exit(
            "config.yml: without bot.nlu.classifier.LinearClassifier there is nothing to cross-validate."
        )
    classifier = pipeline[places[0]]
    with tempfile.TemporaryDirectory() as folder:
        storage = LocalModelStorage.create(Path(folder))
        featurize([part for part in pipeline[: places[0]] if not part.extracts], data, [], storage)
        context = ExecutionContext(GraphSchema({}), node_name=classifier.name)
        linear = LinearClassifier(classifier.config, storage, Resource(classifier.name), context)
    learned = linear.material(data)
    written = [message.get(TEXT) for message in learned.messages]
    fold = folds_of(learned.texts, learned.names.tolist(), count)
    labels, confidences = cross_validated(
        learned.features,
        learned.words,
        learned.names,
        learned.weights,
        fold,
        learned.apart,
        linear.settings(),
    )
    own = np.searchsorted(labels, learned.names)
    return {"folds": count, **_told(written, labels, own, confidences)}


def _told(texts: List[str], labels: np.ndarray, own: np.ndarray, confidences: np.ndarray) -> Dict[str, Any]:
    best = confidences.argmax(axis=1)
    right = best == own
    every = np.arange(len(texts))
    sure, of_own = confidences[every, best], confidences[every, own]
    wrong = sorted(np.flatnonzero(~right), key=lambda row: -(sure[row] - of_own[row]))
    return {
        "messages": len(texts),
        "accuracy": round(float(right.mean()), 4),
        "recall": {
            str(label): round(float(right[own == place].mean()), 4) for place, label in enumerate(labels)
        },
        "rows": [
            {
                "text": texts[row],
                "label": str(labels[own[row]]),
                "read_as": str(labels[best[row]]),
                "confidence": round(float(sure[row]), 4),
                "own_confidence": round(float(of_own[row]), 4),
            }
            for row in wrong
        ],
    }


def main() -> None:
    """Read the data, write what was found."""
    parser = argparse.ArgumentParser(prog="python -m bot.nlu.cross_validation", description="See the module.")
    parser.add_argument("--config", default="config.yml", help="default: %(default)s")
    parser.add_argument("--data", nargs="+", default=["data/nlu"], help="files or folders; default: data/nlu")
    parser.add_argument("--folds", type=int, default=FOLDS, help="default: %(default)s")
    options = parser.parse_args()
    first, *others = (load_data(path) for path in options.data)
    found = cross_validate(read_yaml_file(options.config), first.merge(*others), options.folds)
    print(json.dumps(found, ensure_ascii=False), flush=True)  # noqa: T201 -- the answer


if __name__ == "__main__":
    main()
