import subprocess
import sys

import pytest

from bot.settings import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

import bootstrap
import find_python
import find_uv


@pytest.fixture
def environment(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project]")
    (tmp_path / "uv.lock").write_text("version = 1")
    return bootstrap.Environment("test", tmp_path, "")


@pytest.fixture
def made(environment):
    environment.python.parent.mkdir(parents=True)
    environment.python.touch()
    environment.stamp.write_text(environment.wanted())
    return environment


def test_an_environment_that_was_made_from_its_lock_file_is_up_to_date(made):
    assert made.up_to_date()


def test_a_changed_lock_file_makes_an_environment_out_of_date(made):
    (made.folder / "uv.lock").write_text("version = 2")
    assert not made.up_to_date()


def test_a_project_that_was_moved_makes_its_environments_anew(made, tmp_path):
    moved = made.folder.rename(tmp_path.parent / f"{tmp_path.name}-moved")
    assert not bootstrap.Environment("test", moved, "").up_to_date()


def test_an_environment_whose_making_failed_is_not_up_to_date(environment):
    assert not bootstrap.make(environment, [sys.executable, "-c", "exit(1)"], sys.executable)
    assert not environment.up_to_date()


def test_nothing_is_looked_for_when_both_are_up_to_date(made, monkeypatch):
    monkeypatch.setattr(bootstrap, "DESK", made)
    monkeypatch.setattr(bootstrap, "ROOM", made)
    monkeypatch.setattr(bootstrap, "find_uv", lambda: pytest.fail("looked for uv"))
    assert bootstrap.main() == 0


def test_without_python_310_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr(find_python, "_places", list)
    no_uv = [sys.executable, "-c", "exit(1)"]
    with pytest.raises(find_uv.MissingTool, match=r"pyenv install 3\.10"):
        find_python.find_python310(no_uv)


def test_a_shim_without_a_python_behind_it_is_passed_over(tmp_path, monkeypatch):
    shim = tmp_path / "python3.10"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setattr(find_python, "_places", lambda: [shim])
    with pytest.raises(find_uv.MissingTool):
        find_python.find_python310([sys.executable, "-c", "exit(1)"])


def test_without_uv_it_is_fetched_into_the_project(tmp_path, monkeypatch):
    monkeypatch.setattr(find_uv, "OWN", tmp_path / "uv")
    monkeypatch.setattr(find_uv, "_works", lambda command: False)
    monkeypatch.setattr(find_uv, "_fetch", lambda: ["fetched"])
    assert find_uv.find_uv() == ["fetched"]


def test_make_help_lists_the_targets():
    command = ["make", "--no-print-directory", "help"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    listed = [line.split()[1] for line in shown.splitlines()]
    assert listed == [
        "help",
        "up",
        "test",
        "check",
        "train",
        "encoder",
        "vectors",
        "evaluate",
        "stock",
        "bench",
        "promotion",
        "chatters",
        "agents",
        "fuzz",
        "sbom",
        "chaos",
        "soak",
        "clean",
    ]
