"""Reads texts with a loaded model, outside of any conversation."""

import asyncio
from datetime import date
from typing import Any, Callable, Iterable, NamedTuple, Optional, Sequence

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.clauses import Clause, clauses, part
from bot.nlu.graph_runner import DirectRunner
from bot.nlu.normalizer import normalize
from bot.nlu.reading import reading
from bot.nlu.risk_component import RiskReader
from bot.nlu.sentence_encoder import TOGETHER, Group
from bot.nlu.values import with_values
from bot.nlu.vectors import encoder_of

AT_ONCE = 16  # texts between which turns get their chance

Json = dict[str, Any]


class Written(NamedTuple):
    """A text to be read: its clauses if it has several, and the normal forms that are encoded together.

    Those are the text's own, and those of its clauses: each clause by itself would take half as long again.
    """

    text: str
    clauses: list[Clause]
    groups: list[Group]  # none if there is nothing to read


class Reader:
    """Reads many texts, or one. The sentence encoder is always ahead: it takes longer than all else."""

    def __init__(self, loaded: MessageProcessor) -> None:
        """Take the graph of a loaded model. Raises RasaException if the model lacks a part."""
        self._metadata, self._model = loaded.model_metadata, loaded.model_filename
        self._last = self._node_before_slash_syntax()
        self._labelled = self._back(self._last, until=lambda kind: not _needs_only_words(kind))
        self._worded = self._back(self._labelled, until=lambda kind: issubclass(kind, Tokenizer))
        self._runner = DirectRunner(loaded.graph_runner)
        self._encoder = encoder_of(loaded.graph_runner)

    async def read(self, texts: Sequence[str], day: date) -> list[Json]:
        """Return the readings of texts that were written on `day`; turns get their chance in between."""
        readings: list[Json] = []
        following = self._begun(texts[:AT_ONCE])
        try:
            for end in range(AT_ONCE, len(texts) + AT_ONCE, AT_ONCE):
                batch, following = following, self._begun(texts[end : end + AT_ONCE])
                readings += self._readings(batch, day)
                await asyncio.sleep(0)
        finally:
            self._forget(following)
        return readings

    def at_once(self, texts: Sequence[str], day: date) -> list[Json]:
        """Return the readings of texts that were written on `day`."""
        return self._readings(self._begun(texts), day)

    def _begun(self, texts: Iterable[str]) -> list[Written]:
        written = [_written(text) for text in texts]
        if self._encoder is not None:
            self._encoder.begin(group for one in written for group in one.groups)
        return written

    def _forget(self, written: Iterable[Written]) -> None:
        if self._encoder is not None:
            self._encoder.forget(group for one in written for group in one.groups)

    def _readings(self, written: Sequence[Written], day: date) -> list[Json]:
        """Return the readings of texts; in those with several clauses also what each says by itself."""
        parses, said = self._parse([one for one in written if one.groups])
        whole, by_clause = iter(parses), iter(said)
        return [
            with_values(
                reading(
                    next(whole) if one.groups else {},
                    one.text,
                    self._model,
                    [part(piece, reading(next(by_clause), piece.text, "")) for piece in one.clauses],
                ),
                day,
            )
            for one in written
        ]

    def _parse(self, written: Sequence[Written]) -> tuple[list[Json], list[Json]]:
        """Return the parses of texts and those of clauses, classified in one go; facts only of the texts.

        Facts and risks are found in the words alone, so that they come first, while the encoder is at work.
        """
        if not written:
            return [], []
        pieces = [(piece.text, one.groups[-1]) for one in written for piece in one.clauses]
        texts = [*(one.text for one in written), *(text for text, _ in pieces)]
        inputs = {
            PLACEHOLDER_MESSAGE: [_message(text) for text in texts],
            PLACEHOLDER_TRACKER: DialogueStateTracker("", ()),
        }
        worded = self._runner.run(inputs, [self._worded])[self._worded]
        wholes, parts = worded[: len(written)], worded[len(written) :]
        for clause, (_, group) in zip(parts, pieces, strict=True):
            clause.set(TOGETHER, group)
        self._runner.run({**inputs, self._labelled: wholes}, [self._last])
        labelled = self._runner.run({**inputs, self._worded: worded}, [self._labelled])[self._labelled]
        return _output(labelled[: len(written)]), _output(labelled[len(written) :])

    def _node_before_slash_syntax(self) -> str:
        """Return the graph's last node before the one that takes "/label{…}" for an order.

        Rasa puts that node behind every pipeline. What a customer types never gets there.
        """
        target: Optional[str] = self._metadata.nlu_target
        if target is None or self._metadata.core_target is None:
            raise RasaException(f"{self._model}: a model needs both NLU and dialogue. Train it again.")
        return self._back(target, until=lambda kind: not issubclass(kind, RegexMessageHandler))

    def _back(self, node: str, until: Callable[[type], bool]) -> str:
        """Return `node`, or the nearest one before it of such a kind; the first of all if there is none."""
        nodes = self._metadata.predict_schema.nodes
        while not until(nodes[node].uses) and nodes[node].needs["messages"] in nodes:
            node = nodes[node].needs["messages"]
        return node


def _needs_only_words(kind: type) -> bool:
    """Whether a component looks at a message's words only, not at its features or label."""
    return issubclass(kind, (EntityExtractorMixin, RiskReader)) and not issubclass(kind, IntentClassifier)


def _written(text: str) -> Written:
    form = normalize(text).text
    if not form:
        return Written(text, [], [])
    pieces = clauses(text)
    of_clauses = [tuple(normalize(piece.text).text for piece in pieces)] if pieces else []
    return Written(text, pieces, [(form,), *of_clauses])


def _output(parsed: Sequence[Message]) -> list[Json]:
    return [message.as_dict(only_output_properties=True) for message in parsed]


def _message(text: str) -> UserMessage:
    message = UserMessage()
    message.text = text  # the constructor would strip it, and all offsets would be off
    return message
