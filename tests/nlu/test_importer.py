import copy

import numpy as np
import pytest
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from scipy.sparse import csr_matrix

from bot.nlu.importer import TrainingMessage

FILES = {
    "one.yml": (
        'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - 你好\n    - [昨天](date)好\n    - 你好\n'
    ),
    "two.yml": (
        'version: "3.1"\nnlu:\n- intent: goodbye\n  examples: |\n    - 再见\n'
        "- synonym: 可乐\n  examples: |\n    - 阔落\n"
    ),
}


def read(folder, importer):
    config = folder / "config.yml"
    config.write_text(f"importers: [{{name: {importer}}}]\n" if importer else "language: zh\n")
    return TrainingDataImporter.load_from_config(str(config), None, [str(folder / "nlu")]).get_nlu_data()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "nlu").mkdir()
    for name, content in FILES.items():
        (tmp_path / "nlu" / name).write_text(content, encoding="utf-8")
    return tmp_path


def told(data):
    return sorted(
        (found.get(TEXT), found.get(INTENT), str(found.get("entities"))) for found in data.nlu_examples
    )


def test_the_same_messages_are_read_as_by_rasa_itself(folder):
    own, stock = read(folder, "bot.nlu.importer.TrainingFiles"), read(folder, None)
    assert told(own) == told(stock)
    assert len(own.nlu_examples) == 3
    assert own.entity_synonyms == stock.entity_synonyms == {"阔落": "可乐"}


def test_a_changed_file_is_read_anew(folder):
    read(folder, "bot.nlu.importer.TrainingFiles")
    with (folder / "nlu" / "one.yml").open("a", encoding="utf-8") as file:
        file.write("    - 早上好\n")
    assert "早上好" in [text for text, _, _ in told(read(folder, "bot.nlu.importer.TrainingFiles"))]


def test_what_one_reader_changes_no_other_one_sees(folder):
    first = read(folder, "bot.nlu.importer.TrainingFiles")
    for message in first.training_examples:
        message.set("tokens", [])
        message.get("entities", []).append("changed")
    assert told(read(folder, "bot.nlu.importer.TrainingFiles")) == told(read(folder, None))


@pytest.mark.parametrize("changed", [0, 1])
def test_a_copy_and_its_original_go_their_own_ways(changed):
    original = TrainingMessage({TEXT: "你好", "entities": [{"entity": "date"}]})
    both = [original, copy.deepcopy(original)]
    both[changed].get("entities")[0]["entity"] = "place"
    both[changed].set(TEXT, "您好")
    kept = both[1 - changed]
    assert (kept.get(TEXT), kept.get("entities")) == ("你好", [{"entity": "date"}])


def features(values):
    return Features(values, "sentence", TEXT, "here")


@pytest.mark.parametrize(
    "change",
    [
        lambda message: message.set(TEXT, "您好"),
        lambda message: message.set("entities", [{"entity": "date", "start": 1}]),
        lambda message: message.add_features(features(np.ones((1, 3)))),
        lambda message: message.add_features(features(csr_matrix(np.eye(1, 3)))),
    ],
)
def test_a_fingerprint_changes_with_the_message_and_only_then(change):
    message = TrainingMessage({TEXT: "你好", "entities": [{"entity": "date", "start": 0}]})
    before = message.fingerprint()
    message.set(TEXT, "你好")
    assert message.fingerprint() == before
    again = copy.deepcopy(message)
    change(again)
    assert again.fingerprint() != before
    assert message.fingerprint() == before


def test_features_of_other_numbers_are_told_apart():
    one, other = TrainingMessage({TEXT: "你好"}), TrainingMessage({TEXT: "你好"})
    one.add_features(features(csr_matrix(np.eye(1, 3))))
    other.add_features(features(csr_matrix(np.eye(1, 3, 1))))
    assert one.fingerprint() != other.fingerprint()
