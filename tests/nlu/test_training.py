"""How a training is set up, and how its model is packed."""

import json
import os
import subprocess
import sys

import pytest
from rasa.model_training import train as rasa_train
from rasa.shared.exceptions import RasaException
from tarsafe import TarSafe

from bot.nlu.importer import TrainingFiles
from bot.nlu.training import Package, check
from tests.nlu.conftest import TINY
from tests.nlu.room_server import ROOT

PROJECT = {
    "config.yml": "recipe: default.v1\nlanguage: zh\nassistant_id: two-words\n"
    "pipeline: [{name: bot.nlu.tokenizer.ChineseTokenizer}]\npolicies: [{name: RulePolicy}]\n",
    "domain.yml": "intents: [greet]\nslots: {said: {type: text, mappings: [{type: from_text}]}}\n"
    "responses: {utter_hello: [{text: 你好}]}\n",
    "data/rules.yml": "rules:\n- rule: greeting\n  steps:\n  - intent: greet\n  - action: utter_hello\n",
    "data/nlu.yml": "nlu:\n- intent: greet\n  examples: |\n    - 你好\n",
}

COMPRESSION = 8  # the byte of a gzip file (RFC 1952) that is 2 where the slowest level was used


def test_a_model_is_packed_without_the_slowest_level_and_read_by_rasa_as_before(tmp_path):
    archive, content = tmp_path / "model.tar.gz", tmp_path / "weights"
    content.write_text("1 2 3")
    with Package.open(archive, "w:gz") as package:
        package.add(content, arcname="weights")
    assert archive.read_bytes()[COMPRESSION] == 0
    with TarSafe.open(archive, "r:gz") as package:
        assert package.getnames() == ["weights"]


def test_a_training_packs_its_model_so(model):
    assert model.read_bytes()[COMPRESSION] == 0


def test_a_model_is_the_one_that_rasa_itself_would_train(model, tmp_path):
    files = [str(TINY / "nlu.yml"), str(ROOT / "data/rules"), str(ROOT / "data/stories")]
    stock = rasa_train(str(ROOT / "domain.yml"), str(TINY / "config.yml"), files, str(tmp_path)).model
    own, other = metadata(model), metadata(stock)
    for part in ("domain", "core_target", "nlu_target", "language"):
        assert own[part] == other[part]
    assert steps(own) == steps(other)
    assert members(model) == members(stock)


def metadata(model):
    with TarSafe.open(model, "r:gz") as package:
        return json.load(package.extractfile("metadata.json"))


def steps(told):
    return {
        name: [node[about] for about in ("uses", "fn", "needs", "config")]
        for name, node in told["predict_schema"]["nodes"].items()
    }


def members(model):
    with TarSafe.open(model, "r:gz") as package:
        return sorted(os.path.normpath(name) for name in package.getnames())


@pytest.fixture
def project(tmp_path):
    """Configuration, domain and rules of a project of two words."""
    (tmp_path / "data").mkdir()
    for name, content in PROJECT.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def importer(folder):
    return TrainingFiles(str(folder / "config.yml"), str(folder / "domain.yml"), [str(folder / "data")])


def test_a_project_in_order_passes(project):
    check(importer(project))


@pytest.mark.parametrize(
    ("file", "written", "instead", "told"),
    [
        ("data/rules.yml", "utter_hello", "action_unheard", "action_unheard"),
        ("data/rules.yml", "- action: utter_hello", "- active_loop: no_form", "no_form"),
        ("domain.yml", "from_text", "from_nowhere", "from_nowhere"),
        ("config.yml", "policies", "politics", "policies"),
    ],
)
def test_what_does_not_agree_is_named_before_a_training(project, file, written, instead, told):
    path = project / file
    path.write_text(path.read_text(encoding="utf-8").replace(written, instead), encoding="utf-8")
    with pytest.raises(RasaException, match=told):
        check(importer(project))


def test_a_training_of_wrong_files_ends_with_one_line_and_no_model(project):
    (project / "config.yml").write_text("language: zh\n", encoding="utf-8")
    command = [sys.executable, "-W", "ignore", "-m", "bot.nlu.training", "--archive", "model.tar.gz"]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"},
    )
    assert done.returncode == 1
    assert "config.yml: nothing stands under pipeline and policies." in done.stderr.splitlines()[-1]
    assert not (project / "model.tar.gz").exists()


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
