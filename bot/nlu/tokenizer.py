"""Chinese words: jieba with the desk's dictionary."""

import json
import logging
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List, Optional

import jieba
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.dictionary import read_dictionary
from bot.nlu.fingerprint import digest, understanding_code
from bot.nlu.normalizer import normal_form, normalize

WORDS_FILE = "words.json"
NOT_WORDS = {"surname"}  # 「王」 alone says nothing about where a word ends


@lru_cache(maxsize=1)
def _standard() -> jieba.Tokenizer:
    """Jieba's own dictionary, read once a process and never changed: segmenters copy from it."""
    jieba.setLogLevel(logging.WARNING)
    standard = jieba.Tokenizer()
    standard.initialize()
    return standard


def segmenter(words: List[str]) -> jieba.Tokenizer:
    """Return a segmenter of its own that also knows `words`; nothing else in the process changes."""
    own = jieba.Tokenizer()
    own.FREQ, own.total, own.initialized = dict(_standard().FREQ), _standard().total, True
    for word in words:
        own.add_word(word)
    return own


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class ChineseTokenizer(Tokenizer):
    """Cuts the normal form into words; each token's offsets are those of the customer's own text."""

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        words: Optional[List[str]] = None,
    ) -> None:
        super().__init__(config)
        self._model_storage = model_storage
        self._resource = resource
        self._words = words or []
        self._segmenter = segmenter(self._words)

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Return the settings: `dictionary`, the folder of the desk's words; the rest is Rasa's."""
        return {
            "dictionary": None,
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @staticmethod
    def supported_languages() -> List[str]:
        """Chinese only."""
        return ["zh"]

    @staticmethod
    def required_packages() -> List[str]:
        """Jieba."""
        return ["jieba"]

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
    ) -> "ChineseTokenizer":
        """Create the component for training, with the dictionary as it stands in the project."""
        if not config["dictionary"]:
            return cls(config, model_storage, resource)
        kinds = read_dictionary(Path(config["dictionary"])).words
        words = {word for kind, members in kinds.items() if kind not in NOT_WORDS for word in members}
        return cls(config, model_storage, resource, sorted(word for word in words if len(word) > 1))

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003
        **kwargs: Any,  # noqa: ANN401, ARG003
    ) -> "ChineseTokenizer":
        """Load the words the model was trained with, whatever the project's folder holds by now."""
        with model_storage.read_from(resource) as folder:
            words = json.loads((folder / WORDS_FILE).read_text(encoding="utf-8"))
        return cls(config, model_storage, resource, words)

    def train(self, training_data: TrainingData) -> Resource:  # noqa: ARG002 -- the name is Rasa's
        """Keep the dictionary in the model."""
        with self._model_storage.write_to(self._resource) as folder:
            (folder / WORDS_FILE).write_text(json.dumps(self._words, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def tokenize(self, message: Message, attribute: str) -> List[Token]:
        """Cut one attribute of a message into words; spaces are none."""
        normal = normal_form(message) if attribute == TEXT else normalize(message.get(attribute) or "")
        tokens = []
        for word, start, end in self._segmenter.tokenize(normal.text):
            if not word.isspace():
                first, last = normal.original_span(start, end)
                tokens.append(Token(word, first, last))
        return self._apply_token_pattern(tokens)
