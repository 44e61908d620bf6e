"""Facts in a message: who, what, where, when, how much, and the numbers to find them by."""

import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Type

import pycrfsuite
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.dictionary import Dictionary, read_dictionary
from bot.nlu.fingerprint import digest, understanding_code
from bot.nlu.normalizer import normal_form
from bot.nlu.patterns import Span
from bot.nlu.tagging import character_features, spans_of, tags

DICTIONARY_FILE = "dictionary.json"
TAGGER_FILE = "entities.crfsuite"
LONGEST_FACT = 60  # characters; the tagger never ends within one endless word


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class FactExtractor(GraphComponent, EntityExtractorMixin):
    """A conditional random field over characters that also sees patterns and the dictionary.

    It learns from the annotated messages how far a pattern can be trusted and where a fact begins and ends.
    """

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        dictionary: Dictionary,
        tagger: Optional[pycrfsuite.Tagger] = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._dictionary = dictionary
        self._tagger = tagger

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Return the settings: `dictionary`, the folder of the desk's words; the rest is CRFsuite's."""
        return {"dictionary": None, "iterations": 60, "l1": 0.05, "l2": 0.02}

    @classmethod
    def required_components(cls) -> List[Type[Any]]:
        """Words come from a tokenizer."""
        return [Tokenizer]

    @staticmethod
    def required_packages() -> List[str]:
        """CRFsuite, through the package that Rasa itself depends on."""
        return ["sklearn_crfsuite"]

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:
        """Train again when the dictionary or this package's code has changed."""
        return understanding_code() + digest(Path(config["dictionary"] or ".").glob("*.txt"))

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 -- Rasa passes it by name
    ) -> "FactExtractor":
        """Create the component for training, with the dictionary as it stands in the project."""
        folder = config["dictionary"]
        return cls(
            config, model_storage, resource, read_dictionary(Path(folder)) if folder else Dictionary({})
        )

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
        **kwargs: Any,  # noqa: ANN401, ARG003
    ) -> "FactExtractor":
        """Load tagger and dictionary from the model."""
        with model_storage.read_from(resource) as folder:
            words = json.loads((folder / DICTIONARY_FILE).read_text(encoding="utf-8"))
            tagger = pycrfsuite.Tagger()
            tagger.open(str(folder / TAGGER_FILE))  # read whole: the model's folder may go
        dictionary = Dictionary({kind: frozenset(members) for kind, members in words.items()})
        return cls(config, model_storage, resource, dictionary, tagger)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from every message with a text; one without annotations says that it holds no facts."""
        trainer = pycrfsuite.Trainer(verbose=False)
        trainer.set_params(
            {
                "c1": self._config["l1"],
                "c2": self._config["l2"],
                "max_iterations": self._config["iterations"],
                "feature.possible_transitions": True,
            }
        )
        for example in training_data.training_examples:
            if example.get(TEXT):
                trainer.append(
                    character_features(example, self._dictionary), tags(example, _annotated(example))
                )
        with self._model_storage.write_to(self._resource) as folder:
            trainer.train(str(folder / TAGGER_FILE))
            words = {kind: sorted(members) for kind, members in self._dictionary.words.items()}
            (folder / DICTIONARY_FILE).write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Add the facts found to each message, none overlapping, in their order in the text."""
        for message in messages:
            found = self.add_extractor_name(self._facts(message))
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def _facts(self, message: Message) -> List[Dict[str, Any]]:
        normal = normal_form(message)
        if self._tagger is None or not normal.text:
            return []
        facts = []
        for span in spans_of(self._tagger.tag(character_features(message, self._dictionary))):
            if span.end - span.start > LONGEST_FACT:
                continue
            start, end = normal.original_span(span.start, span.end)
            value = message.get(TEXT)[start:end]
            facts.append({"entity": span.kind, "value": value, "start": start, "end": end})
        return facts


def _annotated(example: Message) -> List[Span]:
    return [Span(found["start"], found["end"], found["entity"]) for found in example.get(ENTITIES) or ()]
