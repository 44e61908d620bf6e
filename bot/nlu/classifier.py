"""Which label a message carries: a linear separator for each, and confidences that mean what they say."""

from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Type

import numpy as np
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import (
    FEATURE_TYPE_SENTENCE,
    INTENT,
    INTENT_RANKING_KEY,
    METADATA,
    METADATA_INTENT,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

from bot.nlu.component import TrainedComponent
from bot.nlu.normalizer import normal_form
from bot.nlu.separators import Separators, Settings, kept_apart, separators

WEIGHTS_FILE = "separators.npz"


class TrainingDataError(RasaException):
    """The training data can't teach a classifier anything; the message says what is missing."""


class Material(NamedTuple):
    """What a classifier learns from: one row a message, of whose features the first `words` count words.

    `texts` are the normal forms; `weights` say how much each message counts, `apart` which ones calibrate.
    """

    messages: List[Message]
    texts: List[str]
    features: csr_matrix
    words: int
    names: np.ndarray
    weights: np.ndarray
    apart: np.ndarray


def _is_sign(text: str) -> bool:
    return not any(character.isalnum() for character in text)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearClassifier(TrainedComponent, IntentClassifier):
    """Ranks the labels of a message by linear separators over all its sentence features."""

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> None:
        super().__init__(config, model_storage, resource, execution_context)
        self._trained: Optional[Separators] = None

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Return the settings.

        `words_penalty`, `meaning_penalty`: how much a misread training message costs, in learning from words
        and from sentence vectors; `meaning_weight`: how much the vectors count beside the words;
        `conversation_labels`: the labels that are no complaints; `group_weight`: how much the separator
        between those and complaints counts; `correction_weight`: how much a message counts whose label people
        corrected; `ranking_length`: how many labels a message's ranking holds.
        """
        return {
            "words_penalty": 1.0,
            "meaning_penalty": 0.02,
            "meaning_weight": 0.7,
            "conversation_labels": [],
            "group_weight": 0.6,
            "correction_weight": 10.0,
            "ranking_length": 10,
        }

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """At least one featurizer."""
        return [Featurizer]

    @staticmethod
    def required_packages() -> List[str]:
        """scikit-learn."""
        return ["sklearn"]

    def learn(self, training_data: TrainingData, folder: Path) -> None:
        """Learn from every message with text and label. Raises TrainingDataError on fewer than two labels."""
        given = self.material(training_data)
        trained = separators(
            given.features, given.words, given.names, given.weights, given.apart, self.settings()
        )
        trained.signs = sorted({text for text in given.texts if _is_sign(text)})
        np.savez(folder / WEIGHTS_FILE, **vars(trained))

    def material(self, training_data: TrainingData) -> Material:
        """Return what there is to learn from. Raises TrainingDataError on fewer than two labels."""
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        names = np.array([example.get(INTENT) for example in examples])
        if len(set(names)) < 2:  # noqa: PLR2004 -- nothing to tell apart
            raise TrainingDataError(
                "data/nlu: the training data holds fewer than two labels. Write examples for more."
            )
        texts = [normal_form(example).text for example in examples]
        apart = np.array([kept_apart(text) for text in texts])
        weights = np.array([self._weight(example) for example in examples])
        features, words = self._features(examples)
        return Material(examples, texts, features, words, names, weights, apart)

    def _weight(self, example: Message) -> float:
        """How much a message counts: one that people corrected was misread although there are thousands."""
        about = (example.get(METADATA) or {}).get(METADATA_INTENT) or {}
        return float(self._config["correction_weight"]) if about.get("corrected") else 1.0

    def restore(self, folder: Path) -> None:
        """Take the weights."""
        with np.load(folder / WEIGHTS_FILE, allow_pickle=False) as kept:
            # laid out row by row as SciPy multiplies them, or it would rearrange them for each message
            weights = np.ascontiguousarray(kept["weights"])
            sharpness = float(kept["sharpness"])
            self._trained = Separators(kept["labels"].tolist(), weights, kept["biases"], sharpness)
            self._trained.signs = kept["signs"].tolist()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training needs no rankings."""
        return training_data

    def settings(self) -> Settings:
        """Return how separators are learned."""
        return Settings(
            self._config["words_penalty"],
            self._config["meaning_penalty"],
            self._config["meaning_weight"],
            self._config["group_weight"],
            frozenset(self._config["conversation_labels"]),
        )

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the likeliest label and the ranking of each message."""
        if not messages or self._trained is None:
            return messages
        features, _ = self._features(messages)
        confidences = self._trained.confidences(features)
        confidences[[self._is_unknown_sign(message) for message in messages]] = 1 / len(self._trained.labels)
        for message, row in zip(messages, confidences, strict=True):
            best = np.argsort(-row)[: self._config["ranking_length"]]
            ranking = [
                {"name": self._trained.labels[column], "confidence": float(row[column])} for column in best
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _is_unknown_sign(self, message: Message) -> bool:
        """Whether a message is only signs that training never saw: any label would be a guess."""
        text = normal_form(message).text
        return self._trained is not None and _is_sign(text) and text not in self._trained.signs

    def _features(self, messages: List[Message]) -> Tuple[csr_matrix, int]:
        """Return one row a message, and how many of the columns count words: those come first."""
        rows = [_row(message) for message in messages]
        columns, values, words, widths = (list(parts) for parts in zip(*rows, strict=True))
        ends = np.cumsum([0, *map(len, columns)])
        content = (np.concatenate(values), np.concatenate(columns), ends)
        return csr_matrix(content, shape=(len(rows), max(widths)), dtype=np.float32), max(words)


def _row(message: Message) -> Tuple[np.ndarray, np.ndarray, int, int]:
    """Return columns and values of a message's row, how many columns count words, and how many there are."""
    columns, values, width = [], [], 0
    found = [
        kept for kept in message.features if (kept.attribute, kept.type) == (TEXT, FEATURE_TYPE_SENTENCE)
    ]
    for counted in (kept.features for kept in found if kept.is_sparse()):
        columns.append(counted.indices + width)
        values.append(counted.data)
        width += counted.shape[1]
    words = width
    for meaning in (kept.features[0] for kept in found if kept.is_dense()):
        columns.append(np.arange(width, width + len(meaning), dtype=np.int32))
        values.append(meaning)
        width += len(meaning)
    return np.concatenate(columns), np.concatenate(values), words, width
