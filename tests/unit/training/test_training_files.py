"""What is wrong with training data, each fault with file and line."""

import textwrap

import pytest

from bot.adapters.risk_files import risk_faults
from bot.adapters.training_files import check_training_files, encoder_names
from bot.commands.data import training_data_faults
from bot.domain.errors import ConfigurationError
from bot.settings import ROOT


def write(root, name, text):
    (root / "data" / "nlu" / name).write_text(textwrap.dedent(text))


def fault(root):
    with pytest.raises(ConfigurationError) as caught:
        check_training_files(root)
    return str(caught.value)


def test_good_training_files_pass(root):
    write(
        root,
        "more.yml",
        "nlu:\n- intent: illness\n  examples: |\n    - [牛奶](product)喝了拉肚子\n"
        "- lookup: x\n  examples: |\n    - y\n",
    )
    check_training_files(root)
    assert fault_free(root)


def fault_free(root):
    try:
        check_training_files(root)
    except ConfigurationError:
        return False
    return True


def test_a_syntax_error_is_told_with_file_and_line(root):
    write(root, "bad.yml", "nlu:\n- intent: greet\n  examples: [unclosed\n- x: y\n")
    assert "data/nlu/bad.yml:4: YAML 语法错误" in fault(root)


def test_an_unknown_label_is_told_with_file_and_line(root):
    write(root, "odd.yml", "nlu:\n- intent: weather\n  examples: |\n    - 下雨\n")
    assert "data/nlu/odd.yml:2: 未知标签 weather" in fault(root)


@pytest.mark.parametrize(
    "item", ["intnt: greet\n  examples: |", "intent: greet\n  exmples: |", "examples: |", "greet: |"]
)
def test_an_item_whose_rows_rasa_would_pass_over_is_told_with_its_line(root, item):
    write(root, "odd.yml", f"nlu:\n- intent: greet\n  examples: |\n    - 你好\n- {item}\n    - 早上好\n")
    assert "data/nlu/odd.yml:5: 这一项应有 intent" in fault(root)


def test_an_unknown_label_in_a_rule_is_told_too(root):
    (root / "data" / "rules" / "odd.yml").write_text("rules:\n- rule: r\n  steps:\n  - intent: weather\n")
    assert "data/rules/odd.yml:4: 未知标签 weather" in fault(root)


@pytest.mark.parametrize(
    "marked", ["[雨](rain)", '[雨]{"entity": "rain"}', '[雨]{"value": "雨", "entity": "rain"}']
)
def test_an_unknown_entity_is_told_with_the_line_of_its_example(root, marked):
    write(root, "odd.yml", f"nlu:\n- intent: greet\n  examples: |\n    - 你好\n    - 下{marked}\n")
    assert "data/nlu/odd.yml:5: 未知实体 rain" in fault(root)


@pytest.mark.parametrize("line", ["- [雨(product)", "雨 without a dash", "-"])
def test_an_example_that_cannot_be_used_is_told_with_its_line(root, line):
    write(root, "odd.yml", f"nlu:\n- intent: greet\n  examples: |\n    - 你好\n    {line}\n    - 再见\n")
    assert "data/nlu/odd.yml:5: " in fault(root)


def test_examples_that_are_no_block_are_told(root):
    write(root, "odd.yml", "nlu:\n- intent: greet\n  examples: >\n    - 你好\n")
    assert "data/nlu/odd.yml:3: examples 后面应是 |" in fault(root)


def test_a_character_that_yaml_refuses_is_told_with_its_file(root):
    write(root, "odd.yml", "nlu:\n- intent: greet\n  examples: |\n    - 你\x07好\n")
    assert "data/nlu/odd.yml" in fault(root)


def configure(root, component):
    (root / "config.yml").write_text(f"language: zh\npipeline:\n- name: x\n  {component}\n")


def test_an_unknown_encoder_is_told_with_its_line_and_the_known_ones(root):
    configure(root, "encoder: nothing")
    known = "、".join(encoder_names())
    assert f"config.yml:4: 没有名为 nothing 的句子编码器，可用的有 {known}，" in fault(root)


def test_a_hugging_face_encoder_without_a_model_is_told(root):
    configure(root, "encoder: 'huggingface:'")
    assert "config.yml:4: 没有名为 huggingface: 的句子编码器" in fault(root)


@pytest.mark.parametrize("name", [encoder_names()[0], "huggingface:company/encoder"])
def test_a_known_encoder_passes(root, name):
    configure(root, f"encoder: {name}")
    check_training_files(root)


def test_a_missing_dictionary_is_told_with_the_line_that_names_it(root):
    configure(root, "dictionary: data/dictionary")
    assert "config.yml:4: 词典文件夹 data/dictionary 不存在" in fault(root)


@pytest.mark.parametrize("line", ["绿茶 5 n", "绿茶" * 16, "！！"])
def test_a_dictionary_line_that_is_no_word_is_told_with_file_and_line(root, line):
    configure(root, "dictionary: data/dictionary")
    (root / "data" / "dictionary").mkdir()
    (root / "data" / "dictionary" / "product.txt").write_text(f"# drinks\n奶茶  # milk\n{line}\n")
    assert "data/dictionary/product.txt:3: " in fault(root)


def test_a_dictionary_that_is_not_utf8_is_told_with_the_line_where_it_stops_being(root):
    configure(root, "dictionary: data/dictionary")
    (root / "data" / "dictionary").mkdir()
    (root / "data" / "dictionary" / "product.txt").write_bytes("奶茶\n".encode() + "绿茶".encode("gbk"))
    assert "data/dictionary/product.txt:2: 不是 UTF-8 编码" in fault(root)


def test_missing_risk_words_are_told_with_the_line_that_names_them(root):
    configure(root, "words: data/risks")
    assert "config.yml:4: 风险词文件夹 data/risks 不存在" in fault(root)


@pytest.mark.parametrize(
    "line",
    ["记者 电视台", "~ 记者", "记 者 =", "！！", "者 ~", "电视…台 ~", "记者 = ……", "记" * 31, "记者 ! ，"],
)
def test_a_line_of_risk_words_that_is_none_is_told_with_file_and_line(root, line):
    configure(root, "words: data/risks")
    (root / "data" / "risks").mkdir()
    (root / "data" / "risks" / "media.txt").write_text(f"# press\n媒体 ~ = 霉体 ! 多媒体\n{line}\n")
    assert "data/risks/media.txt:3: " in fault(root)


def test_risk_words_of_a_kind_that_the_desk_does_not_know_are_told(root):
    configure(root, "words: data/risks")
    (root / "data" / "risks").mkdir()
    (root / "data" / "risks" / "weather.txt").write_text("下雨\n")
    assert "data/risks/weather.txt: 不认识的种类 weather" in fault(root)


def test_the_risk_words_as_delivered_have_no_faults():
    assert list(risk_faults(ROOT, ROOT / "data" / "risks")) == []


def test_a_good_dictionary_passes(root):
    configure(root, "dictionary: data/dictionary")
    (root / "data" / "dictionary").mkdir()
    (root / "data" / "dictionary" / "product.txt").write_text(
        "\ufeff綠茶\n\n奶茶  # milk\n", encoding="utf-8"
    )
    check_training_files(root)


def test_the_check_also_compares_with_what_is_kept_apart(root, tmp_path):
    write(
        root, "more.yml", "nlu:\n- intent: water.odor\n  examples: |\n    - [水](product)裡有股黴味，誰敢喝\n"
    )
    heldout, measuring = root / "tests" / "nlu", tmp_path / "measuring"
    heldout.mkdir(parents=True)
    measuring.mkdir()
    (heldout / "heldout_x.jsonl").write_text('{"text": "别的", "label": "greet"}\n')
    (measuring / "real.jsonl").write_text('\n{"text": "水里有股霉味，谁敢喝！", "stars": 1}\n')
    where = "data/nlu/more.yml:4: 与评测用的 "
    told = [str(one) for one in training_data_faults(root, measuring)]
    assert [one for one in told if one.startswith(where)]
    told = [str(one) for one in training_data_faults(root, None)]
    assert not [one for one in told if one.startswith(where)]


def test_a_label_without_examples_is_told(root):
    path = root / "data" / "nlu" / "all.yml"
    path.write_text(path.read_text().replace("intent: illness", "intent: greet"))
    assert "没有例句的标签 illness" in fault(root)


def test_a_missing_domain_and_a_file_that_is_not_utf8_are_told(root):
    (root / "domain.yml").unlink()
    (root / "data" / "nlu" / "gbk.yml").write_bytes("nlu: 投诉".encode("gbk"))
    told = fault(root)
    assert "domain.yml: 文件不存在" in told
    assert "data/nlu/gbk.yml: 不是 UTF-8 编码" in told
