"""Where everything that a backup holds stands on this machine, beside the databases."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from bot.adapters.backup.archive import COMPANY, CORRECTIONS, FILES, HANDBOOK, MODELS
from bot.adapters.files_folder import KEY, place_of
from bot.settings import Settings

_TAUGHT = Path("data/nlu/corrections")  # which `kesu training export` writes
_OF_MODELS = (".tar.gz", ".json", ".yml")  # archives, the rows that they doubt, what they learned beside
_OF_PACKS = (".yml", ".yaml")


@dataclass(frozen=True)
class Place:
    """A file: its name in a backup, and where it stands."""

    name: str
    path: Path


def in_own_database(settings: Settings) -> bool:
    """Whether Rasa's tables stand in a database of their own, not in the desk's."""
    desk, rasa = (make_url(url) for url in (settings.database_url, settings.nlu_database_url))
    parts = [(one.get_backend_name(), one.host, one.port or 5432, one.database) for one in (desk, rasa)]
    return parts[0] != parts[1]


def kept_files(settings: Settings) -> Iterator[str]:
    """The keys of all that customers sent."""
    for folder in _folders(settings.files):
        for path in folder.iterdir():
            if KEY.fullmatch(path.name) and folder.name == Path(place_of(path.name)).parent.name:
                yield path.name


def _folders(files: Path) -> list[Path]:
    return sorted(path for path in files.iterdir() if path.is_dir()) if files.is_dir() else []


def other_files(settings: Settings, root: Path) -> Iterator[Place]:
    """The models, the company's own data, the packs, and the corrections that were written for git."""
    if settings.company.is_file():
        yield Place(COMPANY, settings.company)
    yield from _below(HANDBOOK, settings.handbook, _OF_PACKS)
    yield from _below(CORRECTIONS, root / _TAUGHT, _OF_PACKS)
    yield from _below(MODELS, settings.models, _OF_MODELS)
    if settings.model is not None and not settings.model.is_relative_to(settings.models):
        yield Place(f"{MODELS}/{settings.model.name}", settings.model)


def _below(name: str, folder: Path, endings: tuple[str, ...]) -> Iterator[Place]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)  # what is being written
        if path.name.endswith(endings) and not hidden and path.is_file():
            yield Place(f"{name}/{inside.as_posix()}", path)


def place(settings: Settings, root: Path, name: str) -> Path | None:
    """Where a member of a backup belongs; None for what isn't a file of these (its name must be fit)."""
    folder, _, rest = name.partition("/")
    below = {
        FILES: settings.files,
        MODELS: settings.models,
        HANDBOOK: settings.handbook,
        CORRECTIONS: root / _TAUGHT,
    }
    return settings.company if name == COMPANY else below[folder] / rest if folder in below else None
