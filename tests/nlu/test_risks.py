"""Risk words are found however they are written, and nowhere else."""

import json
from datetime import date
from pathlib import Path

import pytest
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.memory import with_words, without_words
from bot.nlu.normalizer import normalize
from bot.nlu.risk_component import RISKS, RiskReader
from bot.nlu.risk_words import RiskWordsError, from_json, read_risk_words, to_json
from bot.nlu.risks import MOST_RISKS, RiskFinder

WORDS = Path("data/risks")
HARMLESS = Path(__file__).with_name("harmless.txt").read_text(encoding="utf-8").splitlines()
FINDER = RiskFinder(read_risk_words(WORDS))


def found(text):
    return FINDER.find(text, normalize(text))


def kinds(text):
    return {risk["kind"] for risk in found(text)}


def dangers(text):
    return {risk["kind"] for risk in found(text) if risk["now"]}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我要打12315", "association"),
        ("我要打1 2 3 1 5", "association"),
        ("打１２３１５", "association"),
        ("拨打一二三一五", "association"),
        ("么么三幺五不管，我打幺二三幺五", "association"),
        ("投 诉 到 消 协", "association"),
        ("找消-协评理", "association"),
        ("我去消鞋投诉你们", "association"),
        ("告到消费者协全去", "association"),
        ("我要跟消基會申訴", "association"),
        ("市监局见", "authority"),
        ("市场监督管理据会管的", "authority"),
        ("打12345反映", "authority"),
        ("暴光你们这家黑店", "media"),
        ("我叫记.者来", "media"),
        ("发抖音让大家看看", "media"),
        ("找霉体评评理", "media"),
        ("上黑猫投诉", "black_cat"),
        ("黑毛投诉走起", "black_cat"),
        ("等着收律师函", "legal"),
        ("我找旅师告你们", "legal"),
        ("我請律帥", "legal"),
        ("咱们法院见", "legal"),
        ("不赔钱就曝光", "extortion"),
        ("赔我五十万，不然就发网上", "media"),
        ("有人往饮料里投毒", "tampering"),
        ("我真的不想活了", "self_harm"),
        ("我现在就去跳楼", "self_harm"),
        ("信不信我砍人", "harm_others"),
        ("三岁的娃喝了", "minor"),
        ("我怀孕了还吃到这个", "minor"),
        ("吃完上吐下泻", "illness"),
        ("喝完拉肚字", "illness"),
        ("全身抽筋，人都叫不醒", "urgent"),
        ("误食了干燥剂", "poison"),
    ],
)
def test_a_risk_is_found_however_it_is_written(text, kind):
    assert kind in kinds(text)


@pytest.mark.parametrize("text", [line for line in HARMLESS if line and not line.startswith("#")])
def test_a_harmless_sentence_stays_without_risks(text):
    assert [risk for risk in found(text) if risk["kind"] != "minor"] == []


def test_there_are_many_harmless_sentences():
    assert len([line for line in HARMLESS if line and not line.startswith("#")]) >= 200


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我不是要告你们", "legal"),
        ("没说要找媒体", "media"),
        ("媒体就不找了", "media"),
        ("我没打算打12315", "association"),
        ("没有拉肚子", "illness"),
        ("谁说我要起诉了", "legal"),
        ("我冇話要告你哋", "legal"),
        ("没有闻到煤气味", "gas"),
    ],
)
def test_what_is_denied_is_marked(text, kind):
    assert [risk["denied"] for risk in found(text) if risk["kind"] == kind] == [True]
    assert dangers(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "你们不处理我就找媒体",
        "是不是要我找媒体才行",
        "别逼我找记者",
        "再不退钱我就起诉",
        "不信我告你们",
        "不得不找律师了",
        "你不给我解决，我去消协",
    ],
)
def test_a_condition_is_no_denial(text):
    assert [risk["denied"] for risk in found(text)] == [False]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我们被困在电梯里了，快来人", "lift_trapped"),
        ("電梯停在半空，門打不開", "lift_trapped"),
        ("电梯里出不去，怎么办", "lift_trapped"),
        ("已经困在电梯二十分钟了", "lift_trapped"),
        ("厨房有煤气味", "gas"),
        ("家裡聞到瓦斯味", "gas"),
        ("燃气管好像在漏气", "gas"),
        ("楼道着火了！", "fire"),
        ("充电器冒烟了怎么办", "fire"),
        ("浴室水龙头漏电", "live_wire"),
        ("电线掉在路上了", "live_wire"),
        ("孩子被果冻噎住了", "choking"),
        ("鱼刺卡在喉咙里", "choking"),
        ("昨天报修到现在还在漏电", "live_wire"),
        ("活着没意思，不想活了", "self_harm"),
        ("孩子误食了干燥剂", "poison"),
    ],
)
def test_a_danger_that_is_there_now_is_told_as_one(text, kind):
    assert kind in dangers(text)


@pytest.mark.parametrize(
    "text",
    [
        "上次电梯困人的事怎么样了",
        "昨天被困电梯半小时",
        "上周三在电梯里被困了四十分钟，报警按钮是坏的",
        "喝完像触电",
        "口感像爆炸一样",
        "这个插座会漏电吗",
        "会不会漏煤气",
        "万一电梯困人怎么办",
        "我担心热水器漏电",
        "防漏电的插座有吗",
        "去年着火的事你们赔了吗",
        "听说三栋电梯困人了",
        "新闻上说有人自杀",
        "梦到电梯往下掉",
        "跳楼价清仓",
        "笑不活了",
    ],
)
def test_what_is_past_asked_about_or_compared_is_no_danger_now(text):
    assert dangers(text) == set()


def test_spans_and_words_are_the_customers_own():
    (risk,) = found("再不處理，我就找記-者！")
    assert risk == {"kind": "media", "text": "記-者", "start": 8, "end": 11, "denied": False, "now": False}


def test_an_age_is_part_of_what_is_said_of_a_child():
    assert [(risk["kind"], risk["text"]) for risk in found("我女儿两岁半")] == [
        ("minor", "女儿"),
        ("minor", "两岁半"),
    ]
    assert kinds("老人七十岁") == set()


def test_of_a_pasted_flood_so_many_risks_are_kept():
    assert len(found("我要打12315。" * 150)) == MOST_RISKS


def test_words_survive_the_model():
    words = read_risk_words(WORDS)
    assert from_json(json.loads(json.dumps(to_json(words)))) == words


def test_the_component_keeps_the_words_it_was_trained_with(tmp_path, model_storage, context):
    (tmp_path / "media.txt").write_text("记者\n", encoding="utf-8")
    resource = Resource("risks")
    config = {"words": str(tmp_path)}
    RiskReader.create(config, model_storage, resource, context).train(TrainingData())
    (tmp_path / "media.txt").write_text("电视台\n", encoding="utf-8")
    loaded = RiskReader.load(config, model_storage, resource, context)
    (message,) = loaded.process([Message.build("记者和电视台")])
    assert [risk["text"] for risk in message.get(RISKS)] == ["记者"]


@pytest.mark.parametrize(
    "line",
    ["记者 电视台", "~ 记者", "记 者 =", "！！", "者 ~", "电视…台 ~", "记者 = ……", "记" * 31, "记者 ! ，"],
)
def test_a_broken_line_is_named_with_file_and_line(tmp_path, line):
    (tmp_path / "media.txt").write_text(f"# press\n媒体\n{line}\n", encoding="utf-8")
    with pytest.raises(RiskWordsError, match=r"media\.txt:3: "):
        read_risk_words(tmp_path)


def test_a_missing_folder_and_a_file_in_another_encoding_are_named(tmp_path):
    with pytest.raises(RiskWordsError, match="nowhere"):
        read_risk_words(tmp_path / "nowhere")
    (tmp_path / "media.txt").write_bytes("记者".encode("gbk"))
    with pytest.raises(RiskWordsError, match=r"media\.txt: not UTF-8"):
        read_risk_words(tmp_path)


def test_what_is_kept_between_turns_holds_none_of_the_words():
    text = "我要找記者"
    reading = {"text": text, "normal": "我要找记者", "entities": [], "parts": [], "risks": found(text)}
    kept = without_words(reading)
    assert "記者" not in json.dumps(kept, ensure_ascii=False)
    assert with_words(kept, text, "我要找记者", date(2026, 3, 18)) == reading
