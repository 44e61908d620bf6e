"""What the classifier sees of a message's meaning: the vector of a sentence encoder."""

from concurrent.futures import Future
from pathlib import Path
from typing import Any, Dict, Iterable, List, Tuple, Type

import numpy as np
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.component import TrainedComponent
from bot.nlu.cores import threads
from bot.nlu.encoders import encoder
from bot.nlu.fingerprint import understanding_code
from bot.nlu.kept_vectors import WORTH_KEEPING, vectors_of
from bot.nlu.normalizer import normal_form

IDENTITY_FILE = "encoder.txt"
WORTH_A_RUN = 32  # characters of padding: encoding so many takes as long as beginning another batch


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceEncoder(TrainedComponent, DenseFeaturizer):
    """The meaning of the whole message as one vector, many messages at a time.

    Nothing is trained; the model keeps which encoder it was trained with, because vectors of another one
    would mean nothing to it.
    """

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> None:
        super().__init__(config, model_storage, resource, execution_context)
        DenseFeaturizer.__init__(self, self._node, config)
        self._encoder = encoder(config["encoder"])
        self._begun: Dict[str, Tuple[Future[np.ndarray], int]] = {}  # and which row of it is the text's

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Return the settings: the encoder's name (see encoders.py), and how many texts it gets at once."""
        return {**DenseFeaturizer.get_default_config(), "encoder": "complaints-e5", "batch": 32}

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """Nothing: the encoder cuts texts in its own way."""
        return []

    @classmethod
    def validate_config(cls, config: Dict[str, Any]) -> None:
        """The encoder's name is checked where it is loaded."""

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:
        """Train again when this package's code or the encoder has changed."""
        return understanding_code() + encoder(config.get("encoder", "complaints-e5")).identity

    def learn(self, training_data: TrainingData, folder: Path) -> None:  # noqa: ARG002 -- nothing is learned
        """Keep which encoder it is."""
        (folder / IDENTITY_FILE).write_text(self._encoder.identity, encoding="utf-8")

    def restore(self, folder: Path) -> None:
        """Raise InvalidConfigException if the model was trained with another encoder."""
        if (folder / IDENTITY_FILE).read_text(encoding="utf-8") != self._encoder.identity:
            raise InvalidConfigException(
                f"config.yml: this model was trained with another version of the sentence encoder "
                f"{self._config['encoder']!r}. Train a new model (kesu train)."
            )

    def process(self, messages: List[Message]) -> List[Message]:
        """Add one dense row to each message; those of a training are kept for the next one."""
        texts = [normal_form(message).text for message in messages]
        many = len(texts) >= WORTH_KEEPING
        vectors = vectors_of(texts, self._encoder.identity, self._encode) if many else self._encode(texts)
        for message, vector in zip(messages, vectors, strict=True):
            features = Features(vector.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, self._identifier)
            message.add_features(features)
        return messages

    def vectors(self, texts: List[str]) -> List[np.ndarray]:
        """Return the vectors of normal forms, one a text, of length one."""
        return self._encode(texts)

    def begin(self, texts: Iterable[str]) -> None:
        """Begin to encode normal forms that are soon to be processed: on all cores, while others are read.

        The longest come first: begun last, one would be encoded while the other cores have nothing to do.
        """
        new = [text for text in dict.fromkeys(texts) if text not in self._begun]
        for batch in reversed(in_batches([len(text) for text in new], self._config["batch"])):
            together = [new[index] for index in batch]
            rows = threads().submit(self._encoder.encode, together)
            self._begun.update((text, (rows, place)) for place, text in enumerate(together))

    def forget(self, texts: Iterable[str]) -> None:
        """Keep nothing of texts that were begun and are not to be processed after all."""
        for text in texts:
            self._begun.pop(text, None)

    def _encode(self, texts: List[str]) -> List[np.ndarray]:
        """Return a row a text; texts of like length go together, to save padding."""
        self.begin(texts)
        try:
            found = [self._begun[text] for text in texts]
            return [rows.result()[place] for rows, place in found]
        finally:
            self.forget(texts)


def in_batches(lengths: List[int], most: int) -> List[List[int]]:
    """Return the numbers of texts that are encoded together, by their lengths.

    All of a batch are padded to its longest one: a message and its clauses seldom belong together.
    """
    batches: List[List[int]] = []
    longest = 0
    for index in sorted(range(len(lengths)), key=lambda index: lengths[index]):
        together = batches[-1] if batches else []
        padding = (lengths[index] - longest) * len(together)
        if not together or len(together) == most or padding > WORTH_A_RUN:
            batches.append([index])
        else:
            together.append(index)
        longest = lengths[index]
    return batches
