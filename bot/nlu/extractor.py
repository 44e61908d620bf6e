"""Facts in a message: who, what, where, when, how much, and the numbers to find them by."""

from pathlib import Path
from typing import Any, Dict, List, Type

import spacy
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.beside import learned_beside
from bot.nlu.component import TrainedComponent
from bot.nlu.fact_learning import identity, learned_from, tagger, untrained
from bot.nlu.facts import document, tagger_of
from bot.nlu.fingerprint import digest, understanding_code
from bot.nlu.normalizer import normal_form

PIPELINE = "pipeline"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class FactExtractor(TrainedComponent, EntityExtractorMixin):
    """Runs the spaCy pipeline of bot/nlu/facts.py over each message's normal form."""

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> None:
        super().__init__(config, model_storage, resource, execution_context)
        self._pipeline = spacy.blank("zh")

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Return the settings.

        `dictionary`: the folder of words; `rounds`: how often messages are gone through; `factless`: of so
        many messages without facts one is learned from. All of them make the tagger shy.
        """
        return {"dictionary": None, "rounds": 4, "factless": 2}

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """Words come from a tokenizer."""
        return [Tokenizer]

    @staticmethod
    def required_packages() -> List[str]:
        """The pipeline's libraries; Rasa imports them to see whether they are there.

        jionlp is not among them: by itself it can't be imported (bot/nlu/dates.py).
        """
        return ["spacy", "sklearn_crfsuite", "phonenumbers", "cn2an"]

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:
        """Train again when the dictionary or this package's code has changed."""
        return understanding_code() + digest(Path(config.get("dictionary") or ".").glob("*.txt"))

    def learn(self, training_data: TrainingData, folder: Path) -> None:
        """Learn from the annotated messages, and from a part of those that hold no facts."""
        pipeline = untrained(self._config)
        messages = learned_from(training_data, self._config)
        known = learned_beside(identity(messages, self._config))
        if known is None:
            tagger(pipeline, messages, self._config)
        else:
            tagger_of(pipeline).from_bytes(known)
        pipeline.to_disk(folder / PIPELINE)

    def restore(self, folder: Path) -> None:
        """Take the pipeline."""
        self._pipeline = spacy.load(folder / PIPELINE)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training needs no facts found."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Add the facts found to each message, none overlapping, in their order in the text."""
        for message in messages:
            found = self.add_extractor_name(self._facts(message))
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def _facts(self, message: Message) -> List[Dict[str, Any]]:
        normal = normal_form(message)
        facts: List[Dict[str, Any]] = []
        for span in self._pipeline(document(self._pipeline, message)).ents:
            start, end = normal.original_span(span.start, span.end)
            if facts and start < facts[-1]["end"]:
                continue  # one character of the customer's, ½, may be several of the normal form
            value = message.get(TEXT)[start:end]
            facts.append({"entity": span.label_, "value": value, "start": start, "end": end})
        return facts
