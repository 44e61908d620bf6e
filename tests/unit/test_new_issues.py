"""Messages that fit no label are put together by the words that training hardly knows."""

from collections import Counter

from bot.domain.new_issues import Rarity, groups

TRAINED = [
    "盒子是空的怎么回事", "你们客服怎么还没回我", "说好三天到一直没收到", "怎么退货，能不能退一下",
    "我的快递怎么还没到", "奶有怪味，怎么办", "买了东西没给我发货", "我要投诉你们，一直没反应",
    "快递点了签收我没收到", "怎么改地址，改不了",
]  # fmt: skip
SUBJECTS = {
    "发票": [
        "发票怎么还没开给我",
        "电子发票一直收不到",
        "能不能把发票重新开一下",
        "说好三天开发票，都一周了",
    ],
    "积分": ["会员积分怎么清零了", "我的积分少了两百", "签到积分没有加上", "买了东西积分没给我"],
}


def put_together(texts, vectors=None):
    vectors = vectors or [(1.0, 0.0)] * len(texts)
    found = groups(texts, vectors, Rarity(TRAINED))
    return sorted(sorted(texts[place] for place in group) for group in found)


def test_messages_about_the_same_unknown_subject_come_together():
    texts = [text for pair in zip(*SUBJECTS.values(), strict=True) for text in pair]
    found = groups(texts, [(0.0, 0.0)] * len(texts), Rarity(TRAINED))
    about = [
        Counter(next(name for name in SUBJECTS if name in texts[place]) for place in group) for group in found
    ]
    assert all(len(one) == 1 for one in about)
    assert {name: max(one[name] for one in about) for name in SUBJECTS} == {"发票": 4, "积分": 4}


def test_words_that_everybody_uses_hold_nothing_together():
    rarity = Rarity(["怎么办"] * 50)
    assert groups(["怎么开票", "怎么登录"], [(0.0, 0.0)] * 2, rarity) == [[0], [1]]


def test_where_words_differ_the_encoder_helps_out():
    apart, near = [(1.0, 0.0), (0.0, 1.0)], [(1.0, 0.0), (1.0, 0.0)]
    assert put_together(["领券没反应", "优惠没用上"], apart) == [["优惠没用上"], ["领券没反应"]]
    assert put_together(["领券没反应", "优惠没用上"], near) == [["优惠没用上", "领券没反应"]]


def test_every_message_is_in_one_group():
    texts = [*SUBJECTS["发票"], "今天好热", "", "？！", *SUBJECTS["积分"]]
    found = groups(texts, [(1.0, 0.0)] * len(texts), Rarity(TRAINED))
    assert sorted(place for group in found for place in group) == list(range(len(texts)))


def test_no_messages_make_no_groups():
    assert groups([], [], Rarity([])) == []
