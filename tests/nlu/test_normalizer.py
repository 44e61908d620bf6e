import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.normalizer import ChineseNormalizer, normalize


@pytest.mark.parametrize(
    ("typed", "same_as"),
    [
        ("鋁箔包飲料沒有吸管", "铝箔包饮料没有吸管"),
        ("ＡＢＣ１２３！", "abc123!"),
        ("太臭了！！！！！", "太臭了！"),
        ("太太太太太臭了", "太太臭了"),
        ("粥 里 有 头 发", "粥里有头发"),
        ("粥\u200b里\ufeff有头发", "粥里有头发"),
        ("订单号 A 12", "订单号a 12"),
        ("难喝……", "难喝."),
    ],
)
def test_two_ways_of_typing_the_same_have_one_normal_form(typed, same_as):
    assert normalize(typed).text == normalize(same_as).text


def test_digits_are_not_squeezed():
    assert normalize("单号1000000222").text == "单号1000000222"


def test_a_link_becomes_one_word_that_stands_for_all_of_it():
    typed = "看这里http://example.com/a?b=1，坏了"
    found = normalize(typed)
    assert found.text == "看这里网址,坏了"
    assert typed[slice(*found.original_span(3, 5))] == "http://example.com/a?b=1"


def test_a_span_leads_back_to_the_customers_own_characters():
    typed = "我 买的　鋁箔包，\u200b壞了"
    found = normalize(typed)
    start = found.text.index("铝箔包")
    assert typed[slice(*found.original_span(start, start + 3))] == "鋁箔包"


def test_a_span_of_the_customers_text_leads_to_the_normal_form():
    typed = "這個 八 寶 粥 壞了"
    found = normalize(typed)
    start, end = found.normal_span(typed.index("八"), typed.index("粥") + 1)
    assert found.text[start:end] == "八宝粥"


def test_a_span_of_which_nothing_is_left_is_empty():
    assert normalize("好\u200b的").normal_span(1, 2) == (0, 0)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("粥里有头发", "hans"),
        ("粥裡有頭髮", "hant"),
        ("你好", "hans"),
        ("hello 123", "none"),
        ("😀😀", "none"),
        ("", "none"),
    ],
)
def test_the_script_is_recognised(text, script):
    assert normalize(text).script == script


@pytest.mark.parametrize(
    "text", ["", " \n\t", "\u200b", "\ud800", "\x00", "😀👍🏽", "ﷺ½①", "İ", "<b>x</b>", "粥" * 20000]
)
def test_any_text_has_a_normal_form_with_an_origin_for_each_character(text):
    found = normalize(text)
    assert len(found.text) == len(found.origins)
    assert all(0 <= origin < len(text) for origin in found.origins)
    assert list(found.origins) == sorted(found.origins)


def test_what_stands_behind_the_limit_is_not_read():
    assert normalize("好的谢谢", max_characters=2).text == "好的"


def test_the_component_leaves_the_message_as_the_customer_typed_it():
    message = Message({"text": "鋁箔包 壞了！！"})
    ChineseNormalizer(ChineseNormalizer.get_default_config()).process([message])
    seen = message.as_dict(only_output_properties=True)
    assert (seen["text"], seen["normal"], seen["script"]) == ("鋁箔包 壞了！！", "铝箔包坏了!", "hant")
