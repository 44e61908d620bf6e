"""How much of a message training has seen: keyboard mash is no Chinese that anybody taught the model.

A linear classifier has an answer to everything, and now and then a sure one: of characters that it never met
side by side, only the single ones speak. This says what it can't.
"""

import json
import re
from pathlib import Path
from typing import Any, Dict, FrozenSet, List

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.component import TrainedComponent
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
class Familiarity(TrainedComponent):
    """Writes the share of known words and pairs of characters, 0 to 1, beside each message's text.

    A text without letters has none: numbers and signs are not words.
    """

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> None:
        super().__init__(config, model_storage, resource, execution_context)
        self._known: FrozenSet[str] = frozenset()

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Nothing to set."""
        return {}

    def learn(self, training_data: TrainingData, folder: Path) -> None:
        """Learn the words and pairs of every message with a text."""
        examples = [example for example in training_data.training_examples if example.get(TEXT)]
        known = {unit for example in examples for unit in units(normal_form(example).text)}
        (folder / KNOWN_FILE).write_text(json.dumps(sorted(known), ensure_ascii=False), encoding="utf-8")

    def restore(self, folder: Path) -> None:
        """Take what training saw."""
        self._known = frozenset(json.loads((folder / KNOWN_FILE).read_text(encoding="utf-8")))

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
