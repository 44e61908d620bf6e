import pytest
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.constants import INTENT, TEXT

from bot.nlu.importer import TrainingFiles

FILES = {
    "one.yml": (
        'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - 你好\n    - [昨天](date)好\n    - 你好\n'
    ),
    "two.yml": (
        'version: "3.1"\nnlu:\n- intent: goodbye\n  examples: |\n    - 再见\n'
        "- synonym: 可乐\n  examples: |\n    - 阔落\n"
    ),
}


@pytest.fixture
def folder(tmp_path):
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return str(tmp_path)


def told(data):
    return sorted(
        (found.get(TEXT), found.get(INTENT), str(found.get("entities"))) for found in data.nlu_examples
    )


def test_the_same_messages_are_read_as_by_rasa_itself(folder):
    own = TrainingFiles(None, None, [folder]).get_nlu_data()
    stock = TrainingDataImporter.load_from_dict({}, None, None, [folder]).get_nlu_data()
    assert told(own) == told(stock)
    assert len(own.nlu_examples) == 3
    assert own.entity_synonyms == stock.entity_synonyms == {"阔落": "可乐"}
