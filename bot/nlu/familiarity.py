"""How much of a message training has seen: keyboard mash is no Chinese that anybody taught the model.

A linear classifier has an answer to everything, and now and then a sure one: of characters that it never met
side by side, only the single ones speak. This says what it can't.
"""

import json
import re
from typing import Any, Collection, Dict, List, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.fingerprint import understanding_code
from bot.nlu.normalizer import normal_form

FAMILIARITY = "familiarity"
KNOWN_FILE = "known.json"

_RUN = re.compile("[a-z]+|[\u3400-\u9fff]+")


def units(text: str) -> List[str]:
    """Cut a normal form into Latin words and pairs of Chinese characters (or one that stands alone)."""
    found: List[str] = []
    for run in _RUN.findall(text):
        pairs = [] if run.isascii() else [run[at : at + 2] for at in range(len(run) - 1)]
        found += pairs or [run]
    return found


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class Familiarity(GraphComponent):
    """Writes the share of known words and pairs of characters, 0 to 1, beside each message's text.

    A text without letters has none: numbers and signs are not words.
    """

    def __init__(
        self, model_storage: ModelStorage, resource: Resource, known: Optional[Collection[str]] = None
    ) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._known = frozenset(known or ())

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Nothing to set."""
        return {}

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:  # noqa: ARG003 -- Rasa passes it by name
        """Train again when this package's code has changed."""
        return understanding_code()

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],  # noqa: ARG003
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
    ) -> "Familiarity":
        """Create the component for training."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],  # noqa: ARG003
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
        **kwargs: Any,  # noqa: ANN401, ARG003
    ) -> "Familiarity":
        """Load what training saw from the model."""
        with model_storage.read_from(resource) as folder:
            known = json.loads((folder / KNOWN_FILE).read_text(encoding="utf-8"))
        return cls(model_storage, resource, known)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the words and pairs of every message with a text."""
        examples = [example for example in training_data.training_examples if example.get(TEXT)]
        self._known = frozenset(unit for example in examples for unit in units(normal_form(example).text))
        with self._model_storage.write_to(self._resource) as folder:
            kept = json.dumps(sorted(self._known), ensure_ascii=False)
            (folder / KNOWN_FILE).write_text(kept, encoding="utf-8")
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Set each message's familiarity."""
        for message in messages:
            found = units(normal_form(message).text)
            share = sum(unit in self._known for unit in found) / len(found) if found else None
            message.set(FAMILIARITY, share, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training needs none of it."""
        return training_data
