"""`python -m bot.nlu.training …`: train a model by Rasa's engine, learning facts beside it on a second core.

`rasa train` makes the same model in a third more time. It copies all messages for its checks and for each
importer that it puts around ours, and takes their fingerprint after each component, in case the same ones
come again: who trains has new ones.
"""

import argparse
import logging
import sys
import tempfile
import warnings
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tarsafe import TarSafe

from bot.nlu.beside import beside
from bot.nlu.cores import available

if TYPE_CHECKING:
    from rasa.shared.importers.importer import TrainingDataImporter

PACKING = 5  # of nine levels: Rasa's, the ninth, takes ten seconds longer for the same size


class Package(TarSafe):
    """A model's archive, as Rasa writes and reads it."""

    @classmethod
    def gzopen(cls, *given: Any, **named: Any) -> Any:  # noqa: ANN401 -- what tarfile passes on, and its archive
        """Open an archive; as in tarfile."""
        return super().gzopen(*given, **{"compresslevel": PACKING, **named})


def check(importer: "TrainingDataImporter") -> None:
    """Raise RasaException, with what is wrong, unless configuration, domain, rules and stories agree.

    Messages are none of this: the desk checks them before a training, and names file and line.
    """
    from rasa.shared.exceptions import RasaException
    from rasa.shared.nlu.training_data.training_data import TrainingData
    from rasa.validator import Validator

    config = importer.get_config()
    if missing := [part for part in ("pipeline", "policies") if not config.get(part)]:
        raise RasaException(f"config.yml: nothing stands under {' and '.join(missing)}.")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        validator = Validator(importer.get_domain(), TrainingData(), importer.get_stories(), config)
        passed = [
            validator.verify_domain_validity(),
            validator.verify_actions_in_stories_rules(),
            validator.verify_forms_in_stories_rules(),
            validator.verify_form_slots(),
            validator.verify_slot_mappings(),
            validator.verify_story_structure(),
        ]
    if not all(passed):
        raise RasaException("; ".join(dict.fromkeys(str(warning.message) for warning in told)))


def train(importer: "TrainingDataImporter", archive: Path) -> None:
    """Train what the configuration names, and write the model. Raises RasaException."""
    import rasa.engine.validation
    from rasa.engine.constants import PLACEHOLDER_IMPORTER
    from rasa.engine.graph import ExecutionContext
    from rasa.engine.recipes.recipe import Recipe
    from rasa.engine.runner.dask import DaskGraphRunner
    from rasa.engine.storage import local_model_storage
    from rasa.engine.training.hooks import LoggingHook

    config = importer.get_config()
    model = Recipe.recipe_for_name(config.get("recipe")).graph_config_for_recipe(config, {})
    rasa.engine.validation.validate(model)
    local_model_storage.TarSafe = Package
    with tempfile.TemporaryDirectory() as folder:
        storage = local_model_storage.LocalModelStorage(Path(folder))
        steps = model.train_schema
        runner = DaskGraphRunner.create(steps, storage, ExecutionContext(steps), hooks=[LoggingHook(steps)])
        runner.run(inputs={PLACEHOLDER_IMPORTER: importer})
        storage.create_model_package(archive, model, importer.get_domain())


def _speak(level: int) -> None:
    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.io import configure_colored_logging
    from rasa.utils.log_utils import configure_structlog

    configure_logging_and_warnings(level)
    configure_colored_logging(level)
    configure_structlog(level)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.nlu.training", description=__doc__)
    parser.add_argument("--config", default="config.yml", help="default: %(default)s")
    parser.add_argument("--domain", default="domain.yml", help="default: %(default)s")
    parser.add_argument("--data", nargs="+", default=["data"], help="files or folders; default: data")
    parser.add_argument("--archive", type=Path, required=True, help="the model to write (.tar.gz)")
    parser.add_argument("--verbose", action="store_true", help="name each component before it is trained")
    return parser.parse_args()


def main() -> None:
    """Train; exit code 1 and one line when the files are wrong."""
    asked = _asked()
    with beside(asked.config, asked.data) if available() > 1 else nullcontext():
        from rasa.shared.exceptions import RasaException

        from bot.nlu.importer import TrainingFiles

        _speak(logging.INFO if asked.verbose else logging.WARNING)
        importer = TrainingFiles(asked.config, asked.domain, asked.data)
        try:
            check(importer)
            train(importer, asked.archive)
        except RasaException as problem:
            print(f"{type(problem).__name__}: {problem}", file=sys.stderr)  # noqa: T201 -- for the training's log
            sys.exit(1)


if __name__ == "__main__":
    main()
