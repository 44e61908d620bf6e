"""The trained archives in `models/`: which one is the newest, and what it was trained for."""

import json
import re
import tarfile
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.domain.errors import ConfigurationError
from bot.domain.labels import ALL
from bot.services.live_at_start import Archive, Archives
from bot.services.promotion import FindArchive
from bot.settings import Settings

CANDIDATES = "candidates"  # the folder in `models/` of those that were trained at the desk
_SUFFIX = ".tar.gz"
_TIME = re.compile(r"(\d{8})-(\d{6})")  # in Rasa's own names and in ours
_RASAS_OWN = frozenset({"nlu_fallback", "out_of_scope", "restart", "back", "session_start"})
_SHOWN = 5


def newest_model(folder: Path) -> Path | None:
    """The newest archive by the time in its name, else by the file's; None when there is none."""
    return max(folder.glob(f"*{_SUFFIX}"), key=_made_at, default=None)


def _made_at(archive: Path) -> tuple[str, str]:
    in_name = _TIME.search(archive.name)
    moment = (
        "".join(in_name.groups())
        if in_name
        else time.strftime("%Y%m%d%H%M%S", time.gmtime(archive.stat().st_mtime))
    )
    return moment, archive.name


def chosen_model(settings: Settings) -> Path | None:
    """KESU_MODEL if it is set (ConfigurationError when there is no such file), else the newest."""
    if settings.model is None:
        return newest_model(settings.models)
    if not settings.model.is_file():
        raise ConfigurationError(f"KESU_MODEL 指定的模型不存在：{settings.model}")
    return settings.model


def model_id(archive: Path) -> str:
    """What the desk calls a model: its archive's name without the ending."""
    return archive.name.removesuffix(_SUFFIX)


def find_archive(settings: Settings, model: str, written: str = "") -> Path | None:
    """A model's archive: where it was `written`, or under its name among the models; None when it is gone.

    Looked for by name too, since a project's folder is moved and mounted elsewhere.
    """
    name = f"{model}{_SUFFIX}"
    places = [Path(written)] if written else []
    places += [settings.models / name, settings.models / CANDIDATES / name]
    return next((place for place in places if place.is_file()), None)


def archive_of(path: Path) -> Archive:
    """An archive as the models' registry takes it in."""
    moment = datetime.strptime(_made_at(path)[0], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return Archive(model_id(path), path, moment)


def archives(settings: Settings) -> Archives:
    """What a desk can start with; ConfigurationError when KESU_MODEL names no file."""
    newest, pinned = newest_model(settings.models), chosen_model(settings) if settings.model else None
    find = finder(settings)
    return Archives(
        find=lambda model: _with_our_labels(find(model)),
        newest=archive_of(newest) if newest else None,
        pinned=archive_of(pinned) if pinned else None,
    )


def finder(settings: Settings) -> FindArchive:
    """Finds the archive of a registered model."""
    return lambda model: find_archive(settings, model.id, model.file)


def model_labels(archive: Path) -> frozenset[str]:
    """The labels the archive was trained for. Raises ConfigurationError when it is no whole Rasa model."""
    try:
        intents = _metadata(archive)["domain"]["intents"]
        return frozenset(next(iter(row)) if isinstance(row, dict) else row for row in intents) - _RASAS_OWN
    except (OSError, EOFError, tarfile.TarError, ValueError, KeyError, TypeError):
        raise ConfigurationError(f"{archive} 不是完整的 Rasa 模型：请删除它，再执行 make train") from None


def _metadata(archive: Path) -> dict[str, Any]:
    """Read forwards to the metadata without unpacking the rest."""
    with tarfile.open(archive, "r|gz") as members:
        for member in members:
            if Path(member.name).name == "metadata.json" and (file := members.extractfile(member)):
                metadata: dict[str, Any] = json.load(file)
                return metadata
    raise KeyError("metadata.json")


def _with_our_labels(archive: Path | None) -> Path | None:
    """An archive that was trained for the desk's present labels."""
    with suppress(ConfigurationError):
        return archive if archive and model_labels(archive) == ALL else None
    return None


def check_labels(archive: Path) -> None:
    """Raise ConfigurationError when the archive was trained for other labels than the desk knows."""
    labels = model_labels(archive)
    if labels == ALL:
        return
    parts = [
        f"{what} {'、'.join(sorted(names)[:_SHOWN])}{' 等' if len(names) > _SHOWN else ''}"
        for what, names in (("缺少", ALL - labels), ("多出", labels - ALL))
        if names
    ]
    raise ConfigurationError(
        f"模型 {archive} 是按另一套标签训练的（{'；'.join(parts)}）：请执行 make train 重新训练"
    )
