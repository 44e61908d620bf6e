"""What the classifier sees of a message's meaning: the vector of a sentence encoder."""

from concurrent.futures import Future
from itertools import accumulate
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
TOGETHER = "encoded_together"  # the property of a message that names its group: the clauses beside it
Group = Tuple[str, ...]  # normal forms that are encoded together
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
        self._begun: Dict[Group, Tuple[Future[np.ndarray], int]] = {}  # and which row is the group's first

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Return the settings: the encoder's name (see encoders.py), and how many groups it gets at once."""
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
        groups = [_group(message, text) for message, text in zip(messages, texts, strict=True)]
        many = len(texts) >= WORTH_KEEPING  # a training's, each by itself
        vectors = (
            vectors_of(texts, self._encoder.identity, self.vectors) if many else self._encode(texts, groups)
        )
        for message, vector in zip(messages, vectors, strict=True):
            features = Features(vector.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, self._identifier)
            message.add_features(features)
        return messages

    def vectors(self, texts: List[str]) -> List[np.ndarray]:
        """Return the vectors of normal forms, one a text, of length one."""
        return self._encode(texts, [(text,) for text in texts])

    def begin(self, groups: Iterable[Group]) -> None:
        """Begin to encode normal forms that are soon to be processed: on all cores, while others are read.

        The longest come first: begun last, one would be encoded while the other cores have nothing to do.
        """
        new = [group for group in dict.fromkeys(groups) if group not in self._begun]
        lengths = [sum(map(len, group)) for group in new]
        for batch in reversed(in_batches(lengths, self._config["batch"])):
            together = [new[index] for index in batch]
            rows = threads().submit(self._encoder.encode, [text for group in together for text in group])
            firsts = accumulate((len(group) for group in together), initial=0)
            self._begun.update((group, (rows, first)) for group, first in zip(together, firsts, strict=False))

    def forget(self, groups: Iterable[Group]) -> None:
        """Keep nothing of what was begun and is not to be processed after all."""
        for group in groups:
            self._begun.pop(group, None)

    def _encode(self, texts: List[str], groups: List[Group]) -> List[np.ndarray]:
        """Return a row a text, each from the group in which it is encoded."""
        self.begin(groups)
        try:
            found = [self._begun[group] for group in groups]
            places = [group.index(text) for group, text in zip(groups, texts, strict=True)]
            return [rows.result()[first + place] for (rows, first), place in zip(found, places, strict=True)]
        finally:
            self.forget(groups)


def _group(message: Message, text: str) -> Group:
    """Return the group that a text is encoded in: the one that its message names, else it is alone."""
    named: Group = message.get(TOGETHER) or ()
    return named if text in named else (text,)


def in_batches(lengths: List[int], most: int) -> List[List[int]]:
    """Return the numbers of texts that are encoded together, by their lengths.

    A Hugging Face model pads a batch to its longest text: those of unlike length seldom belong together.
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
