"""What the classifier sees of a message: counted words and characters, and its meaning as a vector."""

import json
from itertools import pairwise
from typing import Any, Dict, Iterator, List, Optional, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.nlu.encoders import encoder
from bot.nlu.fingerprint import understanding_code
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
class NgramFeaturizer(SparseFeaturizer, GraphComponent):
    """Characters and words of the normal form, weighted by how rare they are (tf-idf)."""

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        vectorizer: Optional[TfidfVectorizer] = None,
    ) -> None:
        super().__init__(execution_context.node_name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._vectorizer = vectorizer or self._new_vectorizer()

    def _new_vectorizer(self, vocabulary: Optional[Dict[str, int]] = None) -> TfidfVectorizer:
        longest = int(self._config["longest_ngram"])
        return TfidfVectorizer(
            analyzer=lambda message: _ngrams(message, longest),
            min_df=self._config["min_messages"] if vocabulary is None else 1,
            sublinear_tf=True,
            dtype=np.float32,
            vocabulary=vocabulary,
        )

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

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:  # noqa: ARG003 -- Rasa passes it by name
        """Train again when this package's code has changed."""
        return understanding_code()

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "NgramFeaturizer":
        """Create the component for training."""
        return cls(config, model_storage, resource, execution_context)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,  # noqa: ANN401, ARG003
    ) -> "NgramFeaturizer":
        """Load vocabulary and weights from the model."""
        component = cls(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            kept = json.loads((folder / VOCABULARY_FILE).read_text(encoding="utf-8"))
        vocabulary = {ngram: column for column, ngram in enumerate(kept["ngrams"])}
        component._vectorizer = component._new_vectorizer(vocabulary)
        component._vectorizer.idf_ = np.array(kept["idf"], dtype=np.float32)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Learn which characters and words there are and how rare, from all messages with a text."""
        self._vectorizer.fit([message for message in training_data.training_examples if message.get(TEXT)])
        vocabulary = self._vectorizer.vocabulary_
        kept = {"ngrams": sorted(vocabulary, key=vocabulary.get), "idf": self._vectorizer.idf_.tolist()}
        with self._model_storage.write_to(self._resource) as folder:
            (folder / VOCABULARY_FILE).write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Add one sparse row to each message."""
        if not messages:
            return messages
        rows = self._vectorizer.transform(messages)
        for row, message in zip(rows, messages, strict=True):
            message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to every training example that has a text."""
        self.process([message for message in training_data.training_examples if message.get(TEXT)])
        return training_data


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(DenseFeaturizer, GraphComponent):
    """The meaning of the whole message as one vector, many messages at a time."""

    def __init__(self, config: Dict[str, Any], execution_context: ExecutionContext) -> None:
        super().__init__(execution_context.node_name, config)
        self._encoder = encoder(config["encoder"])

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Return the settings: the encoder's name (see encoders.py), and how many texts it gets at once."""
        return {
            **DenseFeaturizer.get_default_config(),
            "encoder": "universal-multilingual-v3",
            "batch": 64,
        }

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """Nothing: the encoder cuts texts in its own way."""
        return []

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """The encoder's name is checked where it is loaded."""

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:  # noqa: ARG003 -- Rasa passes it by name
        """Train again when this package's code has changed."""
        return understanding_code()

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,  # noqa: ARG003
        resource: Resource,  # noqa: ARG003
        execution_context: ExecutionContext,
    ) -> "SentenceEncoder":
        """Create the component; the encoder's weights come with its package."""
        return cls(config, execution_context)

    def process(self, messages: List[Message]) -> List[Message]:
        """Add one dense row to each message."""
        size = self._config["batch"]
        for start in range(0, len(messages), size):
            batch = messages[start : start + size]
            vectors = self._encoder.encode([normal_form(message).text for message in batch])
            for vector, message in zip(vectors, batch, strict=True):
                features = Features(vector.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, self._identifier)
                message.add_features(features)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to every training example that has a text."""
        self.process([message for message in training_data.training_examples if message.get(TEXT)])
        return training_data
