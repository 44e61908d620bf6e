"""Chinese words: jieba with the desk's dictionary."""

import json
import logging
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List

import jieba
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.component import TrainedComponent
from bot.nlu.dictionary import read_dictionary
from bot.nlu.fingerprint import digest, understanding_code
from bot.nlu.normalizer import normal_form, normalize

WORDS_FILE = "words.json"
NOT_WORDS = {"surname"}  # 「王」 alone says nothing about where a word ends
BESIDE = 6  # characters on each side that are enough to see where a word ends


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


def crosses_words(text: str, start: int, end: int) -> bool:
    """Say whether text[start:end] is a word of the language, or shares characters with one that goes beyond.

    Only jieba's own dictionary counts, so that an odd spelling is never taken for a word.
    """
    first = max(start - BESIDE, 0)
    for _, at, to in _standard().tokenize(text[first : end + BESIDE], HMM=False):
        begins, ends = first + at, first + to
        is_part = start <= begins and ends <= end and (begins, ends) != (start, end)
        if ends - begins > 1 and begins < end and start < ends and not is_part:
            return True
    return False


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class ChineseTokenizer(TrainedComponent, Tokenizer):
    """Cuts the normal form into words; each token's offsets are those of the customer's own text."""

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> None:
        super().__init__(config, model_storage, resource, execution_context)
        Tokenizer.__init__(self, config)
        self._segmenter = _standard()

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
        return understanding_code() + digest(Path(config.get("dictionary") or ".").glob("*.txt"))

    def learn(self, training_data: TrainingData, folder: Path) -> None:  # noqa: ARG002 -- words come from files
        """Keep the dictionary as it stands in the project."""
        kept = json.dumps(self._dictionary(), ensure_ascii=False)
        (folder / WORDS_FILE).write_text(kept, encoding="utf-8")

    def _dictionary(self) -> List[str]:
        if not self._config["dictionary"]:
            return []
        kinds = read_dictionary(Path(self._config["dictionary"])).words
        words = {word for kind, members in kinds.items() if kind not in NOT_WORDS for word in members}
        return sorted(word for word in words if len(word) > 1)

    def restore(self, folder: Path) -> None:
        """Know the words the model was trained with, whatever the project's folder holds by now."""
        self._segmenter = segmenter(json.loads((folder / WORDS_FILE).read_text(encoding="utf-8")))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Cut more than the text, as Rasa's tokenizers do."""
        return Tokenizer.process_training_data(self, training_data)

    def tokenize(self, message: Message, attribute: str) -> List[Token]:
        """Cut one attribute of a message into words; spaces are none."""
        normal = normal_form(message) if attribute == TEXT else normalize(message.get(attribute) or "")
        tokens = []
        for word, start, end in self._segmenter.tokenize(normal.text):
            if not word.isspace():
                first, last = normal.original_span(start, end)
                tokens.append(Token(word, first, last))
        return self._apply_token_pattern(tokens)
