"""One normal form for everything a customer may type, with a way back to the customer's own characters.

Features, dictionary and patterns work on the normal form: Simplified, half-width, lower case, without stray
spaces, invisible characters and overlong repetition, links and telling emoji as words. Offsets of what is
found there are mapped back, so that whatever the desk stores or shows is the customer's own text.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Dict, Iterator, List, Tuple

from opencc import OpenCC
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.emoji_words import emoji_words
from bot.nlu.fingerprint import understanding_code

NORMAL = "normal"
SCRIPT = "script"
ORIGINS = "normal_origins"

URL = re.compile(
    r"(?:https?://|www\.|(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:com|cn|net|org|tw|hk|cc)(?![\w.-]))"
    r"(?:[\w\-.~:/?#\[\]@!$&'()*+,;=%]*[\w/#=&%~])?",  # a full stop or comma at the end is the sentence's
    re.ASCII | re.IGNORECASE,
)
URL_WORD = "网址"
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"}  # marks too: lines drawn through characters, variants
BLANK_SIGNS = "\u115f\u1160\u2800"  # letters and symbols by category, empty to the eye
NORMAL_FORMS = 256  # kept: each text of a turn, or of a batch, is asked for twice
LONGEST_RUN = 2  # 「太太太太差」 says no more than 「太太差」
DEFAULT_MAX_CHARACTERS = 2000
TO_SIMPLIFIED = "tw2s"  # Taiwan's own forms too: 聞著 becomes 闻着
Glyph = Tuple[str, int]  # a character of the normal form and where it came from in the customer's text


@dataclass(frozen=True)
class Normalized:
    """A text's normal form.

    `origins[i]` is the offset in the customer's text of the character that became `text[i]`; `script` is
    "hans", "hant", or "none" where the text holds no Chinese character.
    """

    text: str
    origins: Tuple[int, ...]
    script: str

    def original_span(self, start: int, end: int) -> Tuple[int, int]:
        """Map the half-open span [start, end) of the normal form, not empty, to the customer's text."""
        return self.origins[start], self.origins[end - 1] + 1

    def normal_span(self, start: int, end: int) -> Tuple[int, int]:
        """Map a half-open span of the customer's text to the normal form; empty if nothing of it is left."""
        inside = [index for index, origin in enumerate(self.origins) if start <= origin < end]
        return (inside[0], inside[-1] + 1) if inside else (0, 0)


@lru_cache(maxsize=None)
def _converter(name: str) -> OpenCC:
    """OpenCC's tables never change, so one copy serves the whole process."""
    return OpenCC(name)


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\U00020000" <= character <= "\U000323af"


def _is_ascii_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _visible(text: str) -> Iterator[Glyph]:
    """Yield what can be seen, compatibility forms unfolded, in lower case; links and emoji as words."""
    position = 0
    for start, end, word in _words_instead(text):
        yield from _folded(text, position, start)
        yield from ((character, start) for character in word[:-1])
        yield word[-1], end - 1 if len(word) > 1 else start
        position = end
    yield from _folded(text, position, len(text))


def _words_instead(text: str) -> Iterator[Tuple[int, int, str]]:
    """Yield the spans for which a word stands, in order, none overlapping: links, and emoji outside them."""
    links = [(link.start(), link.end(), URL_WORD) for link in URL.finditer(text)]
    reached = 0
    for start, end, word in sorted([*links, *emoji_words(text)]):
        if start >= reached:
            yield start, end, word
            reached = end


def _folded(text: str, start: int, end: int) -> Iterator[Glyph]:
    for position in range(start, end):
        for character in _unfolded(text[position]):
            yield character, position


@lru_cache(maxsize=20_000)
def _unfolded(character: str) -> str:
    """Return what a character looks like in plain letters; nothing if it can't be seen."""
    plain = unicodedata.normalize("NFKC", character).lower()
    blank = (" " if one.isspace() or one in BLANK_SIGNS else one for one in plain)
    return "".join(one for one in blank if unicodedata.category(one) not in INVISIBLE)


def _without_stray_spaces(glyphs: Iterator[Glyph]) -> Iterator[Glyph]:
    """Keep a space only between two Latin words or numbers, once."""
    previous, space = " ", -1
    for character, position in glyphs:
        if character == " ":
            space = position if space < 0 else space
            continue
        if space >= 0 and _is_ascii_word(previous) and _is_ascii_word(character):
            yield " ", space
        yield character, position
        previous, space = character, -1


def _without_repetition(glyphs: Iterator[Glyph]) -> Iterator[Glyph]:
    """Squeeze runs: punctuation to one, other characters to two; digits and Latin letters stay (numbers)."""
    previous, run = "", 0
    for character, position in glyphs:
        run = run + 1 if character == previous else 1
        previous = character
        longest = LONGEST_RUN if character.isalnum() else 1
        if run <= longest or _is_ascii_word(character):
            yield character, position


def _simplified(text: str) -> str:
    """Convert to Simplified, one character for one, so that offsets stay."""
    whole = _converter(TO_SIMPLIFIED).convert(text)
    if len(whole) == len(text):
        return whole
    converted = (_converter(TO_SIMPLIFIED).convert(character) for character in text)
    return "".join(new if len(new) == 1 else old for old, new in zip(text, converted, strict=True))


def _script(text: str) -> str:
    """Say which script a text is in: by which conversion would change more of its characters."""
    own = "".join(character for character in text if _is_han(character))
    if not own:
        return "none"
    changed_to_simplified = _changes(own, "t2s")
    return "hant" if changed_to_simplified and changed_to_simplified > _changes(own, "s2t") else "hans"


def _changes(text: str, conversion: str) -> int:
    return sum(old != new for old, new in zip(text, _converter(conversion).convert(text), strict=False))


def normalize(text: str, max_characters: int = DEFAULT_MAX_CHARACTERS) -> Normalized:
    """Bring any text into normal form; what stands behind `max_characters` is not read. Raises nothing."""
    return _normalized(text[:max_characters])


@lru_cache(maxsize=NORMAL_FORMS)
def _normalized(read: str) -> Normalized:
    glyphs = list(_without_repetition(_without_stray_spaces(_visible(read))))
    written = "".join(character for character, _ in glyphs)
    return Normalized(_simplified(written), tuple(position for _, position in glyphs), _script(read))


def normal_form(message: Message) -> Normalized:
    """Return the normal form that the normalizer left in a message; worked out here if none ran before."""
    text, origins = message.get(NORMAL), message.get(ORIGINS)
    if text is None or origins is None:
        return normalize(message.get(TEXT) or "")
    return Normalized(text, tuple(origins), message.get(SCRIPT))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class ChineseNormalizer(GraphComponent):
    """Writes each message's normal form and script beside its text, which stays as the customer typed it."""

    def __init__(self, config: Dict[str, Any]) -> None:
        self._max_characters = int(config["max_characters"])

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Return the settings: `max_characters`, how much of a very long message is read."""
        return {"max_characters": DEFAULT_MAX_CHARACTERS}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,  # noqa: ARG003 -- Rasa passes these by name to every component
        resource: Resource,  # noqa: ARG003 -- as above
        execution_context: ExecutionContext,  # noqa: ARG003 -- as above
    ) -> "ChineseNormalizer":
        """Create the component; nothing is trained or loaded."""
        return cls(config)

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> str:  # noqa: ARG003 -- Rasa passes it by name
        """Train again when this package's code has changed."""
        return understanding_code()

    def process(self, messages: List[Message]) -> List[Message]:
        """Add `normal` and `script` to each message's parse."""
        for message in messages:
            found = normalize(message.get(TEXT) or "", self._max_characters)
            message.set(NORMAL, found.text, add_to_output=True)
            message.set(SCRIPT, found.script, add_to_output=True)
            message.set(ORIGINS, list(found.origins))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the normal form to every training example."""
        self.process(training_data.training_examples)
        return training_data
