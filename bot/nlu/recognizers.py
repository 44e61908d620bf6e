"""What can be recognised by its shape or from a list: the spaCy components before the tagger.

Each writes its finds into a span group of its own (`doc.spans`), named by kind; they may overlap. The tagger
learns from the annotated messages how far each can be trusted. A document holds one token a character: facts
begin and end inside of words, and spaCy keeps each new token for ever, which must not be a customer's words.
"""

from typing import Any, Dict, FrozenSet, Iterable, List, Mapping

import srsly
from phonenumbers import Leniency, PhoneNumberMatcher, is_valid_number
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import ensure_path

from bot.nlu.dictionary import Dictionary
from bot.nlu.patterns import shaped_facts

REGIONS = ("CN", "TW", "HK")
FEWEST_DIGITS = 7
VALID_PHONE = "valid phone"
DICTIONARY, SHAPES, PHONES = "kesu_words", "kesu_shapes", "kesu_phones"
RECOGNIZERS = (SHAPES, PHONES)
Words = Mapping[str, Iterable[str]]


def word_group(kind: str) -> str:
    """Return the span group of the dictionary's words of a kind."""
    return f"word {kind}"


def _note(doc: Doc, group: str, start: int, end: int) -> None:
    if group not in doc.spans:
        doc.spans[group] = []
    doc.spans[group].append(Span(doc, start, end))


@Language.component(SHAPES)
def shapes(doc: Doc) -> Doc:
    """Numbers, dates, amounts and quantities, by our own expressions."""
    for found in shaped_facts(doc.text):
        _note(doc, f"shape {found.kind}", found.start, found.end)
    return doc


@Language.component(PHONES)
def phones(doc: Doc) -> Doc:
    """Telephone numbers of the mainland, Taiwan and Hong Kong, by phonenumbers."""
    text = doc.text
    if sum(character.isdigit() for character in text) < FEWEST_DIGITS:
        return doc
    for region in REGIONS:
        for match in PhoneNumberMatcher(text, region, Leniency.POSSIBLE):
            valid = is_valid_number(match.number)
            if valid or region == "CN":
                _note(doc, VALID_PHONE if valid else "possible phone", match.start, match.end)
    return doc


@Language.factory(DICTIONARY, default_config={"words": {}})
def create_words(nlp: Language, name: str, words: Dict[str, List[str]]) -> "DictionaryWords":  # noqa: ARG001 -- spaCy passes all by name
    """Create the component that finds the desk's own words."""
    return DictionaryWords(words)


class DictionaryWords:
    """Finds products, flavours, places, surnames … of the desk's dictionary."""

    def __init__(self, words: Words) -> None:
        self._dictionary = Dictionary(_frozen(words))

    def __call__(self, doc: Doc) -> Doc:
        """Note every word of the dictionary, by kind."""
        for hit in self._dictionary.hits(doc.text):
            _note(doc, word_group(hit.kind), hit.start, hit.end)
        return doc

    def to_disk(self, path: Any, *, exclude: Iterable[str] = ()) -> None:  # noqa: ANN401, ARG002 -- spaCy's form
        """Keep the words in the model."""
        folder = ensure_path(path)
        folder.mkdir(exist_ok=True)
        words = {kind: sorted(members) for kind, members in self._dictionary.words.items()}
        srsly.write_json(folder / "words.json", words)

    def from_disk(self, path: Any, *, exclude: Iterable[str] = ()) -> "DictionaryWords":  # noqa: ANN401, ARG002 -- as above
        """Take the words the model was trained with."""
        self._dictionary = Dictionary(_frozen(srsly.read_json(ensure_path(path) / "words.json")))
        return self


def _frozen(words: Words) -> Dict[str, FrozenSet[str]]:
    return {kind: frozenset(members) for kind, members in words.items()}
