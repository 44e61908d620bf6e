"""The pipeline's component that writes the risks found in a message beside its text."""

import json
from pathlib import Path
from typing import Any, Dict, List

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.component import TrainedComponent
from bot.nlu.fingerprint import digest, understanding_code
from bot.nlu.normalizer import normal_form
from bot.nlu.risk_words import from_json, read_risk_words, to_json
from bot.nlu.risks import RiskFinder

RISKS = "risks"
WORDS_FILE = "risk_words.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class RiskReader(TrainedComponent):
    """Finds the words of `data/risks` as the model keeps them, whatever the project's folder holds by now."""

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> None:
        super().__init__(config, model_storage, resource, execution_context)
        self._finder = RiskFinder([])

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Return the settings: `words`, the folder of risk words."""
        return {"words": None}

    @staticmethod
    def required_packages() -> List[str]:
        """What tells the sound of a character."""
        return ["pypinyin"]

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:
        """Train again when the words or this package's code have changed.

        Of a node whose result is taken from the cache Rasa passes that result instead of the settings.
        """
        return understanding_code() + digest(Path(config.get("words") or ".").glob("*.txt"))

    def learn(self, training_data: TrainingData, folder: Path) -> None:  # noqa: ARG002 -- words come from files
        """Keep the words as they stand in the project."""
        words = read_risk_words(Path(self._config["words"])) if self._config["words"] else []
        (folder / WORDS_FILE).write_text(json.dumps(to_json(words), ensure_ascii=False), encoding="utf-8")

    def restore(self, folder: Path) -> None:
        """Take the words the model was trained with."""
        self._finder = RiskFinder(from_json(json.loads((folder / WORDS_FILE).read_text(encoding="utf-8"))))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training needs none of it."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Set each message's risks."""
        for message in messages:
            found = self._finder.find(message.get(TEXT) or "", normal_form(message))
            message.set(RISKS, found, add_to_output=True)
        return messages
