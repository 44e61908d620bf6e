"""`make stock`: train stock Rasa on our data and have it read what reports measure with.

It takes a night or more on two cores, once for each version of the data; `make evaluate` then shows stock
beside our model. Started again, it trains nothing that is kept, and reads the messages anew. In fewer epochs
it is done sooner, and reports say so.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml

from bot.adapters.child import environment, last_lines
from bot.adapters.rasa_process import QUIET, ROOM_PYTHON, require_room
from bot.adapters.reports.sets import measuring_sets
from bot.adapters.reports.stock import CONFIG, data_version, keep_stock, stock_folder
from bot.adapters.training_files import check_training_files
from bot.domain.errors import ConfigurationError, KesuError
from bot.services.measuring import short_ones
from bot.settings import ROOT, load_settings

MODEL = "model.tar.gz"
READER = ROOT / "benchmarks" / "stock" / "read.py"


def stock_config(epochs: int | None) -> str:
    """The configuration, with another number of epochs if one is given."""
    text = (ROOT / CONFIG).read_text(encoding="utf-8")
    if epochs is None:
        return text
    config = yaml.safe_load(text)
    for component in config["pipeline"]:
        if component["name"] == "DIETClassifier":
            component["epochs"] = epochs
    return yaml.safe_dump(config, sort_keys=False)


def shortened(rows: int, folder: Path) -> Path:
    """A copy of the messages with at most `rows` of each label and file, for a quick try."""
    for path in sorted((ROOT / "data" / "nlu").rglob("*.y*ml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for item in content["nlu"]:
            item["examples"] = "\n".join(item["examples"].splitlines()[:rows]) + "\n"
        target = folder / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder


def train(folder: Path, data: Path) -> float:
    """Train the model into `folder` from scratch; its seconds. ConfigurationError when Rasa fails."""
    given = {
        "--config": str(folder / "config.yml"),
        "--domain": str(ROOT / "domain.yml"),
        "--out": str(folder),
        "--fixed-model-name": MODEL.removesuffix(".tar.gz"),
    }
    files = [str(data), str(ROOT / "data" / "rules"), str(ROOT / "data" / "stories")]
    command = ["-m", "rasa", "train", "--force", *(word for option in given.items() for word in option)]
    began = time.monotonic()
    # of anything quieter than INFO, Rasa shows no progress
    _run([*command, "--data", *files], folder / "train.log", RASA_MAX_CACHE_SIZE="0", LOG_LEVEL="INFO")
    return time.monotonic() - began


def read(folder: Path, texts: list[str], timed: list[str]) -> tuple[dict[str, dict[str, Any]], list[float]]:
    """Have the texts read by plain Rasa: readings by text, and the milliseconds of the timed ones."""
    asked, answer = folder / "asked.json", folder / "answer.json"
    asked.write_text(json.dumps({"texts": texts, "timed": timed}), encoding="utf-8")
    command = [str(READER), str(folder / MODEL), str(asked), str(answer)]
    _run(command, folder / "read.log", PYTHONPATH=str(ROOT))
    found = json.loads(answer.read_text(encoding="utf-8"))
    for file in (asked, answer):
        file.unlink()
    return dict(zip(texts, found["readings"], strict=True)), found["ms"]


def _run(arguments: list[str], log: Path, **variables: str) -> None:
    """Run Rasa's Python; what it prints goes to `log`. ConfigurationError when it fails."""
    with log.open("wb") as output:
        done = subprocess.run(
            [str(ROOM_PYTHON), *arguments],
            check=False,
            cwd=ROOT,
            env=environment(**{**QUIET, **variables}),
            stdout=output,
            stderr=output,
        )
    if done.returncode:
        raise ConfigurationError(f"原版 Rasa 未能完成。日志 {log} 的最后一行：{last_lines(log)}")


def measure(options: argparse.Namespace) -> Path:
    """Train if this version of the data has no stock model yet, then read; the folder of all of it."""
    require_room()
    check_training_files(ROOT)
    settings = load_settings()
    sets = measuring_sets(ROOT, settings.measuring_dir)
    folder = folder_of(settings.reports, options.epochs, options.rows)
    trained = folder / "training.json"
    if not trained.is_file():
        _train_anew(folder, options.epochs, options.rows)
    texts = list(dict.fromkeys(text for one in sets for text in one.texts))
    print(f"用原版 Rasa 读 {len(texts)} 条消息 …", flush=True)
    readings, times = read(folder, texts, short_ones(sets[0].texts))
    keep_stock(folder, readings, times, json.loads(trained.read_text(encoding="utf-8")))
    return folder


def folder_of(reports: Path, epochs: int | None, rows: int | None) -> Path:
    """Where the stock model is kept. No report looks for one that learned a part of the messages."""
    text = stock_config(None)
    if rows is None:
        return stock_folder(reports, data_version(ROOT, text), epochs)
    return reports / f"try-{data_version(ROOT, f'{text} {epochs} epochs, {rows} rows')}"


def _train_anew(folder: Path, epochs: int | None, rows: int | None) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "config.yml").write_text(stock_config(epochs), encoding="utf-8")
    data = shortened(rows, folder / "data") if rows else ROOT / "data" / "nlu"
    print(f"训练原版 Rasa，可能要一整夜以上，进度见 {folder / 'train.log'}", flush=True)
    about = {"training_seconds": round(train(folder, data), 1), "epochs": epochs, "cores": os.cpu_count()}
    (folder / "training.json").write_text(json.dumps(about), encoding="utf-8")


def main() -> int:
    """Exit code 1 with one line when it can't be done."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, help="fewer epochs than the configuration says")
    parser.add_argument("--rows", type=int, help="so many messages of a label and file only, for a try")
    try:
        print(measure(parser.parse_args()))
    except KesuError as problem:
        print(f"错误: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
