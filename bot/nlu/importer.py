"""Reads the training files for Rasa, fast: named under `importers` in config.yml.

Rasa copies all messages of all files six times over while it merges them, computes a fingerprint of each one
each time, and does it all again for its own validation: most of a minute for 25,000 messages.
"""

from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Dict, Optional, Tuple

from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

Version = Tuple[str, int, int]  # a file's path, time of change and size


class TrainingMessage(Message):
    """A message that knows its fingerprint until it changes, and costs little to copy.

    Rasa merges the messages a dozen times on their way to the pipeline, and each time copies them all. A copy
    has the same properties until it or its original is changed.
    """

    data: Dict[str, Any]
    _cached_fingerprint: Optional[str]
    _is_shared = False  # whether a copy may hold the same properties

    def get(self, prop: str, default: Any = None) -> Any:  # noqa: ANN401 -- Rasa's
        """Return a property; what can be changed in place is this message's own."""
        if self._is_shared and isinstance(self.data.get(prop), (dict, list)):
            self._part()
        return super().get(prop, default)

    def set(self, prop: str, info: Any, add_to_output: bool = False) -> None:  # noqa: ANN401, FBT001, FBT002 -- Rasa's
        """Set a property; one that is already so changes nothing, as where Rasa strips stripped labels."""
        if add_to_output or prop not in self.data or self.data[prop] != info:
            self._part()
            super().set(prop, info, add_to_output)

    def _part(self) -> None:
        """Have properties of its own; the texts and arrays in them never change."""
        if self._is_shared:
            self.data = {prop: _copied(value) for prop, value in self.data.items()}
            self._is_shared = False

    def __deepcopy__(self, memo: Dict[int, Any]) -> "TrainingMessage":
        """Return a copy; nothing in a message leads back to itself."""
        del memo
        self._is_shared = True
        made = type(self).__new__(type(self))
        own = {"features": list(self.features), "output_properties": set(self.output_properties)}
        made.__dict__.update(vars(self), **own)
        return made

    def fingerprint(self) -> str:
        """Return a hash of properties and features: the same for the same ones, in any process."""
        if self._cached_fingerprint is None:
            held = [(prop, _identity(self.data[prop])) for prop in sorted(self.data)]
            features = [_features_identity(features) for features in self.features]
            self._cached_fingerprint = blake2b(repr((held, features)).encode(), digest_size=16).hexdigest()
        return self._cached_fingerprint


class TrainingFiles(RasaFileImporter):
    """Rasa's reader of files, for messages that are copied and compared often."""

    def get_nlu_data(self, language: Optional[str] = "en") -> TrainingData:
        """Return the messages of all files; read once, however often and for whichever language Rasa asks."""
        del language  # it changes nothing in how a file is read
        return _read(tuple(_version(path) for path in self._nlu_files))


def _copied(value: Any) -> Any:  # noqa: ANN401 -- whatever a component sets
    """Return a copy of lists and dicts, and what they hold: `copy.deepcopy` takes five times as long."""
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value


def _identity(value: Any) -> Any:  # noqa: ANN401 -- whatever a component sets
    """Return plain data that says what a property is."""
    if isinstance(value, Token):
        return value.text, value.start, value.end
    if isinstance(value, dict):
        return sorted((key, repr(_identity(inner))) for key, inner in value.items())
    return [_identity(inner) for inner in value] if isinstance(value, (list, tuple)) else str(value)


def _features_identity(features: Features) -> str:
    """Return a hash of features; Rasa's own would write each number as text first."""
    held = features.features.tocsr() if features.is_sparse() else features.features
    arrays = (held.data, held.indices, held.indptr) if features.is_sparse() else (held,)
    found = blake2b(repr((features.type, features.origin, features.attribute)).encode(), digest_size=16)
    for array in arrays:
        found.update(array.tobytes())
    return found.hexdigest()


def _version(path: str) -> Version:
    about = Path(path).stat()
    return path, about.st_mtime_ns, about.st_size


@lru_cache(maxsize=1)
def _read(files: Tuple[Version, ...]) -> TrainingData:
    whole = TrainingData()
    found = [load_data(path) for path, _, _ in files]
    examples = [_quick(example) for data in found for example in data.training_examples]
    whole.training_examples = TrainingData.sanitize_examples(examples)
    # synonyms, lookup tables and the like are no messages: Rasa merges them
    rest = [TrainingData([], *_beside(data)) for data in found]
    return TrainingData().merge(whole, *rest)


def _beside(data: TrainingData) -> Tuple[Any, ...]:
    return data.entity_synonyms, data.regex_features, data.lookup_tables, data.responses


def _quick(example: Message) -> TrainingMessage:
    return TrainingMessage(example.data, example.output_properties, example.time, example.features)
