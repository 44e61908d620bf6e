"""What the classifier sees of a message's meaning: the vector of a sentence encoder."""

from typing import Any, Dict, List, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.encoders import encoder
from bot.nlu.fingerprint import understanding_code
from bot.nlu.normalizer import normal_form

IDENTITY_FILE = "encoder.txt"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceEncoder(DenseFeaturizer, GraphComponent):
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
        super().__init__(execution_context.node_name, config)
        self._encoder = encoder(config["encoder"])
        self._model_storage = model_storage
        self._resource = resource

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

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceEncoder":
        """Create the component; the encoder's weights are outside of the model."""
        return cls(config, model_storage, resource, execution_context)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,  # noqa: ANN401, ARG003
    ) -> "SentenceEncoder":
        """Load the encoder. Raises InvalidConfigException if it isn't the one the model was trained with."""
        loaded = cls(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            identity = (folder / IDENTITY_FILE).read_text(encoding="utf-8")
        if identity != loaded._encoder.identity:
            raise InvalidConfigException(
                f"config.yml: this model was trained with another version of the sentence encoder "
                f"{config['encoder']!r}. Train a new model (kesu train)."
            )
        return loaded

    def train(self, training_data: TrainingData) -> Resource:  # noqa: ARG002 -- Rasa passes it by name
        """Keep which encoder it is."""
        with self._model_storage.write_to(self._resource) as folder:
            (folder / IDENTITY_FILE).write_text(self._encoder.identity, encoding="utf-8")
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Add one dense row to each message; texts of like length go together, to save padding."""
        texts = [normal_form(message).text for message in messages]
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        size = self._config["batch"]
        for start in range(0, len(order), size):
            batch = order[start : start + size]
            vectors = self._encoder.encode([texts[index] for index in batch])
            for vector, index in zip(vectors, batch, strict=True):
                features = Features(vector.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, self._identifier)
                messages[index].add_features(features)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to every training example that has a text."""
        self.process([message for message in training_data.training_examples if message.get(TEXT)])
        return training_data
