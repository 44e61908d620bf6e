"""Learns to tag facts in a process of its own, on the core that the rest of a training leaves idle.

A training begins with it (bot/nlu/beside.py), and asks last for what it learned. By itself,
`python -m bot.nlu.fact_learning FOLDER --config … --data …` leaves in FOLDER one file: the tagger, named by
what it was learned from. Whoever wants another one has to learn it.
"""

import argparse
import hashlib
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence

from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_config_file
from spacy.language import Language

from bot.nlu.dictionary import read_dictionary
from bot.nlu.facts import annotated, blank_pipeline, tagger_of
from bot.nlu.fingerprint import digest, understanding_code
from bot.nlu.importer import TrainingFiles
from bot.nlu.normalizer import ChineseNormalizer
from bot.nlu.places import place_names

Settings = Mapping[str, Any]  # those of bot/nlu/extractor.py


def untrained(settings: Settings) -> Language:
    """Return the pipeline with the dictionary's words, before its tagger has learned."""
    words = read_dictionary(Path(settings["dictionary"])).words if settings["dictionary"] else {}
    return blank_pipeline({**words, "china": place_names()})


def learned_from(data: TrainingData, settings: Settings) -> List[Message]:
    """Return the messages with facts, and one in `factless` of those that hold none."""
    examples = [example for example in data.training_examples if example.get(TEXT)]
    factless = [example for example in examples if not example.get(ENTITIES)]
    return [example for example in examples if example.get(ENTITIES)] + factless[:: settings["factless"]]


def tagger(pipeline: Language, messages: Sequence[Message], settings: Settings) -> bytes:
    """Return what the pipeline's tagger learns from messages that have their words."""
    documents = (annotated(pipeline, message) for message in messages)
    learning = tagger_of(pipeline)
    learning.train(documents, rounds=settings["rounds"])
    return learning.to_bytes()


def identity(messages: Sequence[Message], settings: Settings) -> str:
    """Return a name for a tagger: the same where it would be learned from the same, by the same code."""
    found = hashlib.sha256(understanding_code().encode())
    found.update(digest(Path(settings["dictionary"] or ".").glob("*.txt")).encode())
    found.update(repr((settings["rounds"], settings["factless"])).encode())
    for message in messages:
        facts = [(fact["start"], fact["end"], fact["entity"]) for fact in message.get(ENTITIES) or ()]
        found.update(repr((message.get(TEXT), facts)).encode())
    return found.hexdigest()


def _extractor(pipeline: Sequence[Settings]) -> Optional[Dict[str, Any]]:
    from bot.nlu.extractor import FactExtractor

    name = f"{FactExtractor.__module__}.{FactExtractor.__name__}"
    found = (part for part in pipeline if part["name"] == name)
    return next(({**FactExtractor.get_default_config(), **part} for part in found), None)


def give_words(data: TrainingData, config: Dict[str, Any]) -> None:
    """Put normal forms and words on the messages, by the configuration's own components."""
    from bot.nlu.learning_curve import featurize, parts

    first = [part for part in parts(config) if issubclass(part.kind, (ChineseNormalizer, Tokenizer))]
    with tempfile.TemporaryDirectory() as folder:
        featurize(first, data, [], LocalModelStorage.create(Path(folder)))


def main() -> None:
    """Learn, and leave the tagger in the folder."""
    parser = argparse.ArgumentParser(prog="python -m bot.nlu.fact_learning", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--config", required=True)
    parser.add_argument("--data", nargs="+", required=True)
    asked = parser.parse_args()
    config = read_config_file(asked.config)
    settings = _extractor(config["pipeline"])
    if settings is None:
        return
    messages = learned_from(TrainingFiles(asked.config, None, asked.data).get_nlu_data(), settings)
    give_words(TrainingData(messages), config)
    made = tagger(untrained(settings), messages, settings)
    (asked.folder / identity(messages, settings)).write_bytes(made)


if __name__ == "__main__":
    main()
