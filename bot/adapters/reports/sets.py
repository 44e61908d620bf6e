"""The files of messages and dialogues that a report measures with."""

from collections.abc import Sequence
from pathlib import Path

from bot.adapters.jsonl import read_utterances
from bot.adapters.script import convert
from bot.adapters.training_files import read_training_files
from bot.domain.errors import ConfigurationError
from bot.domain.evaluation import Utterance
from bot.domain.likeness import comparable
from bot.domain.measuring import Measure, MeasuringSet
from bot.domain.training_data import plain

OWN = "自备测试集"
_MOSTLY = 0.5  # from which share of Traditional texts on a file of complaints is read in Simplified as well


def measuring_sets(root: Path, folder: Path | None) -> list[MeasuringSet]:
    """The project's own held-out messages together, then every `*.jsonl` of `folder`.

    Raises InvalidInput naming file and line, ConfigurationError when there is no such folder or no message.
    """
    own = [
        row
        for path in sorted((root / "tests" / "nlu").glob("heldout_*.jsonl"))
        for row in read_utterances(path)
    ]
    sets = [MeasuringSet(OWN, tuple(own), own=True)] if own else []
    if folder is not None:
        if not folder.is_dir():
            raise ConfigurationError(f"KESU_MEASURING_DIR 指定的文件夹不存在：{folder}")
        sets += [_from(path) for path in sorted(folder.glob("*.jsonl"))]
    if not sets:
        raise ConfigurationError(
            "没有可以用来测量的消息：tests/nlu 里没有 heldout_*.jsonl，也没有设置 KESU_MEASURING_DIR"
        )
    return sets


def replay_files(root: Path) -> list[Path]:
    """The dialogues that a candidate is tried with: the project's own."""
    own = root / "tests" / "e2e"
    return [*sorted(own.glob("*.jsonl")), *sorted(own.glob("*/*.jsonl"))]


def unseen(judged: Sequence[Utterance], root: Path, extra: Sequence[Path] = ()) -> list[Utterance]:
    """The judged messages that are not among the training messages: whoever learned one reads it rightly."""
    if not judged:
        return []
    rows = read_training_files(root, extra).rows
    learned = {comparable(convert(plain(row.written), "hans")) for row in rows}
    return [one for one in judged if comparable(convert(one.text, "hans")) not in learned]


def _from(path: Path) -> MeasuringSet:
    utterances = tuple(read_utterances(path))
    found = MeasuringSet(path.stem, utterances)
    if found.measure is not Measure.SEEN:
        return found
    return MeasuringSet(path.stem, utterances, simplified=_simplified(utterances))


def _simplified(utterances: tuple[Utterance, ...]) -> tuple[str, ...]:
    """The texts in Simplified characters; nothing where most of them already are."""
    converted = tuple(convert(utterance.text, "hans") for utterance in utterances)
    changed = sum(text != utterance.text for text, utterance in zip(converted, utterances, strict=True))
    return converted if changed > _MOSTLY * len(utterances) else ()
