"""What models are trained from, as the suggestions look at it: rows with their places, and doubtful ones."""

import json

import pytest

from bot.adapters.training_rows import TrainingFolder

ROWS = 'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - 你好\n    - 在嗎 [小林](person)\n'


@pytest.fixture
def root(tmp_path):
    (tmp_path / "data" / "nlu").mkdir(parents=True)
    (tmp_path / "data" / "nlu" / "greet.yml").write_text(ROWS, encoding="utf-8")
    return tmp_path


def doubtful(text):
    return {"text": text, "label": "greet", "read_as": "chitchat", "confidence": 0.9, "own_confidence": 0.1}


async def test_rows_come_in_simplified_characters_with_file_and_line(root):
    rows = await TrainingFolder(root).all()
    assert [tuple(row) for row in rows] == [
        ("data/nlu/greet.yml:5", "greet", "你好"),
        ("data/nlu/greet.yml:6", "greet", "在吗 [小林](person)"),
    ]


async def test_a_changed_file_is_read_again(root):
    folder = TrainingFolder(root)
    await folder.all()
    (root / "data" / "nlu" / "thank.yml").write_text(ROWS.replace("greet", "thank"), encoding="utf-8")
    assert {row.label for row in await folder.all()} == {"greet", "thank"}


async def test_a_doubtful_row_is_found_in_its_file_and_a_correction_has_no_line(root):
    archive = root / "kesu-2.tar.gz"
    rows = [doubtful("在嗎 小林"), doubtful("有人没")]
    (root / "kesu-2.doubtful.json").write_text(json.dumps(rows), encoding="utf-8")
    found = await TrainingFolder(root).doubtful(archive)
    assert [(one.where, one.says, one.sure) for one in found] == [
        ("data/nlu/greet.yml:6", "chitchat", 0.9),
        ("", "chitchat", 0.9),
    ]


async def test_a_model_whose_rows_nobody_tried_has_no_doubtful_ones(root):
    assert await TrainingFolder(root).doubtful(root / "kesu-1.tar.gz") == []
