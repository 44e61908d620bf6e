"""Labels that are thin, and rows by what they say."""

import pytest

from bot.domain.suggestions import Doubtful, standings
from bot.domain.training_data import FEWEST, Row


def of(label, *texts):
    return [Row(f"data/nlu/a.yml:{line}", label, text) for line, text in enumerate(texts, 1)]


def standing(rows, label):
    return next(one for one in standings(rows) if one.label == label)


def test_a_label_without_rows_misses_all_it_should_have():
    assert standing([], "illness").missing == FEWEST["illness"]


def test_rows_that_say_nearly_the_same_again_and_again_are_told_with_their_pairs():
    same = [f"收到的牛奶整箱都是空的盒子{end}" for end in ("", "。", "！", "啊", "呢")]
    found = standing(of("carton.empty", *same), "carton.empty")
    assert found.too_alike
    assert found.alike[0] == (same[0], same[1])


def test_rows_that_differ_are_not_called_alike():
    rows = of("carton.empty", "打开箱子是空的", "盒里没有奶", "拿起来轻飘飘，一点东西都没装")
    assert not standing(rows, "carton.empty").too_alike


def test_labels_in_need_come_first():
    assert standings(of("illness", *(f"第{n}种不舒服{n * 7}" for n in range(80))))[-1].label == "illness"


@pytest.mark.parametrize(("label", "text"), [("illness", "好"), ("greet", "你好")])
def test_a_row_is_known_by_what_it_says_wherever_it_stands(label, text):
    here = Doubtful("data/nlu/a.yml:1", "greet", "好", "thank", 0.9)
    assert here.key == Doubtful("data/nlu/a.yml:99", "greet", "好", "praise", 0.5).key
    assert here.key != Doubtful("data/nlu/a.yml:1", label, text, "thank", 0.9).key
