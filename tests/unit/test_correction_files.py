"""Corrections as Rasa's files: readable to the check, and the same files for the same corrections."""

import yaml

from bot.adapters.correction_files import write_corrections
from bot.adapters.proposal_files import write_proposal
from bot.adapters.training_files import read_training_files
from bot.commands.training import left_out
from bot.domain.correction import Correction, CorrectionKind, Marked, Part
from bot.domain.proposal import FEWEST_EXAMPLES, LabelProposal
from tests.records import NOW


def corrected(text, label, *marks):
    return Correction(text, "m", "li", NOW, CorrectionKind.LABEL, (Part.of(text, label, marks),))


def test_rows_stand_in_one_file_for_each_label_in_a_fixed_order(tmp_path):
    rows = [
        corrected("没有吸管", "carton.no_straw"),
        corrected("再见啦", "goodbye"),
        corrected("牛奶没吸管", "carton.no_straw", Marked("product", 0, 2)),
    ]
    files = write_corrections(rows, tmp_path)
    assert [path.name for path in files] == ["carton_no_straw.yml", "goodbye.yml"]
    text = files[0].read_text(encoding="utf-8")
    assert yaml.safe_load(text)["nlu"] == [
        {
            "intent": "carton.no_straw",
            "metadata": {"corrected": True},
            "examples": "- 没有吸管\n- [牛奶](product)没吸管\n",
        }
    ]
    write_corrections(reversed(rows), tmp_path)
    assert files[0].read_text(encoding="utf-8") == text


def test_what_is_no_longer_approved_disappears(tmp_path):
    write_corrections([corrected("再见啦", "goodbye")], tmp_path)
    assert write_corrections([], tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_of_two_answers_to_one_text_the_later_counts(tmp_path):
    (file,) = write_corrections([corrected("嗯嗯", "greet"), corrected("嗯嗯", "affirm")], tmp_path)
    assert file.name == "affirm.yml"


def test_hostile_texts_stay_texts(tmp_path):
    rows = [
        corrected(text, "chitchat") for text in ("- intent: x", "a: |", "[牛](product)", "{a}\\n", "# 注")
    ]
    (file,) = write_corrections(rows, tmp_path / "data" / "nlu")
    (block,) = yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]
    assert len(block["examples"].splitlines()) == len(rows)
    found = read_training_files(tmp_path)
    assert [fault for fault in found.faults if "chitchat.yml" in fault.where] == []
    assert len(found.rows) == len(rows)


def test_what_the_check_would_refuse_is_not_exported(tmp_path):
    folder = tmp_path / "data" / "nlu"
    folder.mkdir(parents=True)
    (folder / "ours.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: carton.empty\n  examples: |\n    - 一箱牛奶里面有三盒都是空的\n',
        encoding="utf-8",
    )
    (tmp_path / "tests" / "nlu").mkdir(parents=True)
    (tmp_path / "tests" / "nlu" / "heldout_x.jsonl").write_text(
        '{"text": "快递三天没动静了怎么回事", "label": "courier.transport"}\n', encoding="utf-8"
    )
    rows = [
        Part("一箱牛奶里面有两盒都是空的", "carton.empty"),
        Part("快递三天没动静了怎么回事", "courier.transport"),
        Part("楼道里的灯坏了一个月没人修", "property.equipment"),
    ]
    assert [number for number, _ in left_out(rows, tmp_path, None)] == [0, 1]


def test_a_proposed_label_is_written_with_what_is_to_be_done(tmp_path):
    examples = [f"充电桩坏了第{number}次" for number in range(FEWEST_EXAMPLES)]
    proposal = LabelProposal("id", "充电/桩", "只算小区里的。", "S-PRO-1", "li", NOW, NOW, examples)
    file = write_proposal(proposal, tmp_path)
    assert file.name == "充电-桩.md"
    text = file.read_text(encoding="utf-8")
    assert all(example in text for example in examples)
    assert "bot/domain/labels.py" in text
