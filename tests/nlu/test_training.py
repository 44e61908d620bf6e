"""How a training is set up, and how its model is packed."""

import subprocess
import sys

from rasa.engine.storage import local_model_storage
from tarsafe import TarSafe

from bot.nlu import training
from bot.nlu.training import Package

COMPRESSION = 8  # the byte of a gzip file (RFC 1952) that is 2 where the slowest level was used


def test_a_model_is_packed_without_the_slowest_level_and_read_by_rasa_as_before(tmp_path):
    archive, content = tmp_path / "model.tar.gz", tmp_path / "weights"
    content.write_text("1 2 3")
    with Package.open(archive, "w:gz") as package:
        package.add(content, arcname="weights")
    assert archive.read_bytes()[COMPRESSION] == 0
    with TarSafe.open(archive, "r:gz") as package:
        assert package.getnames() == ["weights"]


def test_a_training_has_rasa_pack_its_model_so(monkeypatch):
    packed_by = []
    monkeypatch.setattr(local_model_storage, "TarSafe", TarSafe)
    monkeypatch.setattr("rasa.__main__.main", lambda: packed_by.append(local_model_storage.TarSafe))
    monkeypatch.setattr(training, "available", lambda: 1)
    monkeypatch.setattr(sys, "argv", ["training"])
    training.main()
    assert packed_by == [Package]


def test_rasa_never_reports_home_whatever_of_the_room_is_imported_first():
    asked = "import os, bot.nlu; print(os.environ['RASA_TELEMETRY_ENABLED'])"
    found = subprocess.run(
        [sys.executable, "-c", asked],
        capture_output=True,
        text=True,
        check=True,
        env={"RASA_TELEMETRY_ENABLED": "true"},
    )
    assert found.stdout == "false\n"
