"""The spaCy pipeline that finds facts: recognizers, taggers that learn whom to believe, and a merger."""

import ctypes
import tempfile
from pathlib import Path
from typing import Any, Iterable, List, Mapping, Optional, cast

import pycrfsuite
import spacy
import srsly
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import ensure_path, filter_spans

from bot.nlu.normalizer import Normalized, normal_form
from bot.nlu.recognizers import DICTIONARY, RECOGNIZERS, VALID_PHONE, word_group
from bot.nlu.tagging import WORDS, agreed, character_features, tags

FOUND = "tagged"
TAGGER, MERGER = "kesu_tagger", "kesu_merger"
CERTAIN = {VALID_PHONE: "phone", word_group("store"): "place"}  # kinds of finds that need no context
LONGEST_PHONE = 20  # characters: 15 digits, a plus sign, signs between
CODES = frozenset({"order_no", "batch_no", "phone"})
SEEDS = (1, 2, 3)  # an odd number of fields
LONGEST_FACT = 60  # characters; the tagger never ends within one endless word


def blank_pipeline(words: Mapping[str, Iterable[str]]) -> Language:
    """Return the pipeline before its training, with the desk's words by kind."""
    nlp = spacy.blank("zh")  # one token a character: spaCy's jieba would be the process-wide one
    nlp.add_pipe(DICTIONARY, config={"words": {kind: sorted(members) for kind, members in words.items()}})
    for name in RECOGNIZERS:
        nlp.add_pipe(name)
    nlp.add_pipe(TAGGER)
    nlp.add_pipe(MERGER)
    return nlp


def document(nlp: Language, message: Message) -> Doc:
    """Return a message's normal form as a document, with the tokenizer's words as the group `words`."""
    text = normal_form(message).text
    doc = Doc(nlp.vocab, words=list(text), spaces=[False] * len(text))  # spaCy's own would swallow spaces
    spans, position = [], 0
    for token in message.get(TOKENS_NAMES[TEXT]) or ():
        position = text.index(token.text, position)
        spans.append(Span(doc, position, position + len(token.text)))
        position += len(token.text)
    doc.spans[WORDS] = spans
    return doc


def annotated(nlp: Language, message: Message) -> Doc:
    """Return a training message as the tagger sees it, with its annotations as the document's entities."""
    doc = document(nlp, message)
    for name, component in nlp.pipeline:
        if name not in (TAGGER, MERGER):
            doc = component(doc)
    normal = normal_form(message)
    marked = (_marked(doc, normal, found) for found in message.get("entities") or ())
    doc.set_ents(filter_spans([span for span in marked if span is not None]))
    return doc


def _marked(doc: Doc, normal: Normalized, found: Mapping[str, Any]) -> Optional[Span]:
    start, end = normal.normal_span(found["start"], found["end"])
    return Span(doc, start, end, label=found["entity"]) if end > start else None


class Tagger:
    """Conditional random fields over characters that also see words, recognizers and dictionary, and vote.

    One field's finds hang on the lot by which it went through the messages; what most of several find is
    steadier, and more often right.
    """

    def __init__(self) -> None:
        self._learned: List[bytes] = []
        self._fields: List[pycrfsuite.Tagger] = []

    def __call__(self, doc: Doc) -> Doc:
        """Note the facts found as the group `tagged`."""
        features = pycrfsuite.ItemSequence(character_features(doc) if self._fields else ())
        found = agreed(doc, [field.tag(features) for field in self._fields] if len(doc) else ())
        spans = sorted((_whole(span) for span in found), key=lambda span: span.label_ == "phone")
        doc.spans[FOUND] = [span for span in filter_spans(spans) if len(span) <= LONGEST_FACT]
        return doc

    def train(self, documents: Iterable[Doc], rounds: int) -> None:
        """Learn from documents with their entities.

        A document without entities says that it holds no facts.

        The averaged perceptron goes `rounds` times through the documents: in a fifth of the time it finds
        as much as maximum likelihood does.
        """
        trainer = pycrfsuite.Trainer(algorithm="ap", verbose=False)
        trainer.set_params({"feature.possible_transitions": True, "max_iterations": rounds})
        for doc in documents:
            trainer.append(character_features(doc), tags(doc))
        self._take([_learned(trainer, seed) for seed in SEEDS])

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:  # noqa: ARG002 -- spaCy's form
        """Return what was learned."""
        return cast("bytes", srsly.msgpack_dumps(self._learned))

    def from_bytes(self, learned: bytes, *, exclude: Iterable[str] = ()) -> "Tagger":  # noqa: ARG002 -- as above
        """Take what `to_bytes` returned."""
        self._take(srsly.msgpack_loads(learned))
        return self

    def to_disk(self, path: Any, *, exclude: Iterable[str] = ()) -> None:  # noqa: ANN401, ARG002 -- as above
        """Keep what was learned in the model."""
        ensure_path(path).write_bytes(self.to_bytes())

    def from_disk(self, path: Any, *, exclude: Iterable[str] = ()) -> "Tagger":  # noqa: ANN401, ARG002 -- as above
        """Take what was kept."""
        return self.from_bytes(ensure_path(path).read_bytes())

    def _take(self, learned: List[bytes]) -> None:
        self._learned, self._fields = learned, [pycrfsuite.Tagger() for _ in learned]
        for field, one in zip(self._fields, learned, strict=True):
            field.open_inmemory(one)


def _learned(trainer: pycrfsuite.Trainer, seed: int) -> bytes:
    """Return the field that is learned when the documents are gone through by this lot."""
    ctypes.CDLL(None).srand(seed)  # crfsuite shuffles by the C library's lot: the same one each time
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "field.crfsuite"
        trainer.train(str(file))
        return file.read_bytes()


def _whole(span: Span) -> Span:
    """Return a number with all the letters and digits around it: no number is half a code.

    What is longer than any telephone number (E.164) is one of an order.
    """
    if span.label_ not in CODES:
        return span
    start, end, text = span.start, span.end, span.doc.text
    while start > 0 and _is_code(text[start - 1 : start + 1]):
        start -= 1
    while end < len(text) and _is_code(text[end - 1 : end + 1]):
        end += 1
    too_long = span.label_ == "phone" and end - start > LONGEST_PHONE
    kind = "order_no" if too_long else span.label_
    return Span(span.doc, start, end, label=kind)


def _is_code(text: str) -> bool:
    return text.isascii() and text.isalnum()


@Language.factory(TAGGER)
def create_tagger(nlp: Language, name: str) -> Tagger:  # noqa: ARG001 -- spaCy passes them by name
    """Create the tagger, before its training."""
    return Tagger()


def tagger_of(nlp: Language) -> Tagger:
    """Return a pipeline's tagger, for its training."""
    return cast("Tagger", nlp.get_pipe(TAGGER))


def _is_scrap(span: Span, whole: Span) -> bool:
    return whole.start <= span.start and span.end <= whole.end and len(span) < len(whole)


@Language.component(MERGER)
def merge(doc: Doc) -> Doc:
    """Make the tagger's facts the document's, and beside them what is certain and it overlooked or cut up."""
    certain = [
        Span(doc, span.start, span.end, label=kind)
        for group, kind in CERTAIN.items()
        for span in doc.spans.get(group, ())
    ]
    tagged = [span for span in doc.spans[FOUND] if not any(_is_scrap(span, whole) for whole in certain)]
    taken = {position for span in tagged for position in range(span.start, span.end)}
    overlooked = [span for span in certain if taken.isdisjoint(range(span.start, span.end))]
    doc.set_ents(filter_spans([*tagged, *overlooked]))
    return doc
