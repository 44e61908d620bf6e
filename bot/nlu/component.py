"""What the trained components of the pipeline have in common: how Rasa makes, trains, keeps and loads one.

Rasa passes everything by name and expects each method on the class. A component here says only what it learns
(`learn`) and how it takes that back from a model (`restore`).
"""

from pathlib import Path
from typing import Any, Dict

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.fingerprint import understanding_code


class TrainedComponent(GraphComponent):
    """A component that learns from training data, and keeps what it learned in the model."""

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._node = execution_context.node_name

    def learn(self, training_data: TrainingData, folder: Path) -> None:
        """Learn, and write into `folder` of the model what `restore` needs."""
        raise NotImplementedError

    def restore(self, folder: Path) -> None:
        """Take back what `learn` wrote."""
        raise NotImplementedError

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:  # noqa: ARG003 -- Rasa passes it by name
        """Train again when this package's code has changed; a component adds other files it reads."""
        return understanding_code()

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "TrainedComponent":
        """Create the component for training."""
        return cls(config, model_storage, resource, execution_context)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,  # noqa: ANN401, ARG003 -- Rasa may pass more
    ) -> "TrainedComponent":
        """Create the component as a model holds it."""
        loaded = cls(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            loaded.restore(Path(folder))
        return loaded

    def train(self, training_data: TrainingData) -> Resource:
        """Learn, into the model."""
        with self._model_storage.write_to(self._resource) as folder:
            self.learn(training_data, Path(folder))
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Do to every training message with a text what `process` does to a customer's."""
        self.process([message for message in training_data.training_examples if message.get(TEXT)])
        return training_data
