"""What the classifier sees of a message's wording: counted words and characters."""

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Type

import numpy as np
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.nlu.component import TrainedComponent
from bot.nlu.normalizer import normal_form

VOCABULARY_FILE = "ngrams.json"
WORD_MARK = "\x1f"  # keeps the word 「不」 apart from the character 「不」


def _ngrams(message: Message, longest: int) -> Iterator[str]:
    """Yield characters in runs of 1 to `longest`, numbers all alike, and words alone and in pairs."""
    text = "".join("0" if character.isdigit() else character for character in normal_form(message).text)
    framed = f"^{text}$"
    for length in range(1, longest + 1):
        for start in range(len(framed) - length + 1):
            yield framed[start : start + length]
    words = [token.text for token in message.get(TOKENS_NAMES[TEXT]) or ()]
    yield from (WORD_MARK + word for word in words)
    yield from (WORD_MARK + first + WORD_MARK + second for first, second in pairwise(words))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class NgramFeaturizer(TrainedComponent, SparseFeaturizer):
    """Characters and words of the normal form, weighted by how rare they are (tf-idf)."""

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> None:
        super().__init__(config, model_storage, resource, execution_context)
        SparseFeaturizer.__init__(self, self._node, config)
        self._know({})

    def _know(self, weights: Mapping[str, float]) -> None:
        """Take the known ngrams in the order of their columns, each with how rare it is."""
        self._columns = {ngram: column for column, ngram in enumerate(weights)}
        self._rarity = np.array(list(weights.values()), dtype=np.float32).astype(np.float64)

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Return the settings: longest run of characters, and in how many messages a feature must occur."""
        return {**SparseFeaturizer.get_default_config(), "longest_ngram": 2, "min_messages": 2}

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """Words come from a tokenizer."""
        return [Tokenizer]

    @staticmethod
    def required_packages() -> List[str]:
        """scikit-learn."""
        return ["sklearn"]

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """Nothing to check beyond what the vectorizer checks."""

    def learn(self, training_data: TrainingData, folder: Path) -> None:
        """Learn which characters and words there are and how rare, from all messages with a text."""
        vectorizer = TfidfVectorizer(
            analyzer=self._ngrams, min_df=self._config["min_messages"], dtype=np.float32
        )
        vectorizer.fit([message for message in training_data.training_examples if message.get(TEXT)])
        vocabulary = vectorizer.vocabulary_
        kept = {"ngrams": sorted(vocabulary, key=vocabulary.get), "idf": vectorizer.idf_.tolist()}
        (folder / VOCABULARY_FILE).write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")

    def restore(self, folder: Path) -> None:
        """Take vocabulary and weights."""
        kept = json.loads((folder / VOCABULARY_FILE).read_text(encoding="utf-8"))
        self._know(dict(zip(kept["ngrams"], kept["idf"], strict=True)))

    def process(self, messages: List[Message]) -> List[Message]:
        """Add one sparse row to each message."""
        for message in messages:
            found = (self._columns.get(ngram) for ngram in self._ngrams(message))
            row = _weighted(Counter(column for column in found if column is not None), self._rarity)
            message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
        return messages

    def _ngrams(self, message: Message) -> Iterator[str]:
        return _ngrams(message, int(self._config["longest_ngram"]))


def _weighted(counts: Mapping[int, int], rarity: np.ndarray) -> csr_matrix:
    """Return the counts by column as one row of tf-idf (sublinear) of length one.

    scikit-learn gives the same, but is made for many messages: for one it takes ten times as long.
    """
    columns = np.array(sorted(counts), dtype=np.int32)
    frequencies = np.array([counts[column] for column in columns.tolist()], dtype=np.float32)
    values = (np.log(frequencies) + 1) * rarity[columns]
    if len(values):
        values /= np.sqrt(np.square(values).sum())
    return csr_matrix((values.astype(np.float32), columns, (0, len(columns))), shape=(1, len(rarity)))
