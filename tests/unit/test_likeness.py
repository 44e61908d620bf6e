import pytest

from bot.domain.likeness import NearCopies, comparable


def alike(first, second):
    copies = NearCopies()
    copies.add(comparable(first))
    return list(copies.like(comparable(second))) == [0]


@pytest.mark.parametrize(
    ("one", "other"),
    [("ＡＢＣ　水", "abc水"), ("水，有 怪味！！", "水有怪味"), ("「水」有怪味…", "水有怪味")],
)
def test_width_case_blanks_and_punctuation_make_no_difference(one, other):
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(("one", "other"), [("感恩🙏", "感恩"), ("？？？", "！！！"), ("水", "粥")])
def test_words_emoji_and_bare_punctuation_do(one, other):
    assert comparable(one) != comparable(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("这桶水打开有一股塑料味，闻着恶心", "这桶水打开有一股橡胶味，闻着恶心"),
        ("快递三天了还没有送到，没人管", "快递四天了还没有送到，没人管"),
        ("酸奶上没有生产日期，翻遍了", "我找了五分钟，这盒酸奶上没有生产日期，翻遍了，客服也说不知道在哪里"),
    ],
)
def test_a_text_with_a_word_changed_or_something_added_is_a_near_copy(one, other):
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("水有怪味，不敢给孩子喝", "桶装水一股塑料味，喝完恶心"),
        ("快递三天没到", "我的包裹还在路上吗，都第三天了"),
        ("没有生产日期", "翻来覆去找了五分钟，酸奶上就是没有生产日期"),
    ],
)
def test_two_ways_of_saying_the_same_are_none(one, other):
    assert not alike(one, other)


def test_short_phrases_are_everybodys():
    assert not alike("好的谢谢", "好的谢谢啊")


def test_all_near_copies_are_named_first_added_first():
    copies = NearCopies()
    for text in ("粥里吃出一只大苍蝇", "完全是另外一件事情", "粥里吃出一只大苍蝇啊"):
        copies.add(text)
    assert list(copies.like("粥里吃出一只大苍蝇呢")) == [0, 2]
