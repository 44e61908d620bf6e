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
        ("粥\u3164里\u2800有头发", "粥里有头发"),  # letters and symbols that are empty to the eye
        ("头\U000e0100发\ufe0f", "头发"),  # variants of a character
        ("退\u0336款\u0336", "退款"),  # a line drawn through
        ("已 经  3 天 了", "已经3天了"),
        ("真的？？？！！！", "真的？！"),
        ("订单号 A 12", "订单号a 12"),
        ("难喝……", "难喝."),
        ("太差了😡", "太差了生气"),
        ("太差了😡😡😤", "太差了生气"),
        ("吐了🤮🤮🤮", "吐了恶心"),
        ("😭", "难过"),
        ("👍🏽", "赞"),  # whatever the colour
        ("🤷\u200d♀\ufe0f", "无奈"),  # whoever it is
        ("粥里有🪳", "粥里有蟑螂"),
        ("麻烦了🙏", "麻烦了感谢"),
        ("一家人👨\u200d👩\u200d👧来喝🍹的", "一家人来喝的"),  # an emoji that says nothing by itself
        ("wifi📶slow", "wifi slow"),
        ("第1\ufe0f\u20e3次", "第1次"),
        ("㊗你", "祝你"),
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


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("看http://a.com/b，坏了", "看网址,坏了"),
        ("看http://a.com/b,坏了", "看网址,坏了"),  # the comma is the sentence's
        ("看 https://a.com/b?c=1&d=2. 坏了", "看网址.坏了"),
        ("在taobao.com买的", "在网址买的"),
        ("www.a.cn", "网址"),
    ],
)
def test_links_of_all_sorts_become_one_word(typed, normal):
    assert normalize(typed).text == normal


@pytest.mark.parametrize("typed", ["a.b@qq.com", "3.14", "v1.2.3", "等等...com"])
def test_what_only_looks_like_a_link_stays(typed):
    assert "网址" not in normalize(typed).text


def test_the_words_of_emoji_lead_back_to_them():
    typed = "太差了😡😡！"
    found = normalize(typed)
    start = found.text.index("生气")
    assert typed[slice(*found.original_span(start, start + 2))] == "😡😡"


@pytest.mark.parametrize(("text", "script"), [("😡😡", "none"), ("http://a.cn", "none"), ("謝😡", "hant")])
def test_words_put_in_by_us_do_not_tell_the_script(text, script):
    assert normalize(text).script == script


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
