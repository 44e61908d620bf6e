import pytest
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.familiarity import FAMILIARITY, Familiarity, units

TAUGHT = ["水有怪味", "OK", "好"]


@pytest.fixture
def familiarity(model_storage, context):
    """How familiar a text is to a component that was trained on TAUGHT, kept and loaded again."""
    resource = Resource("familiarity")
    trained = Familiarity.create({}, model_storage, resource, context)
    trained.train(TrainingData([Message.build(text, "greet") for text in TAUGHT]))
    loaded = Familiarity.load({}, model_storage, resource, context)

    def of(text):
        (message,) = loaded.process([Message.build(text)])
        return message.get(FAMILIARITY)

    return of


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("水有怪味", ["水有", "有怪", "怪味"]),
        ("ok，好", ["ok", "好"]),
        ("13800000000!", []),
    ],
)
def test_a_text_is_cut_into_latin_words_and_pairs_of_characters(text, found):
    assert units(text) == found


def test_familiarity_is_the_share_of_what_training_saw(familiarity):
    assert familiarity("水有怪味") == 1.0
    assert familiarity("水有虫子") == pytest.approx(1 / 3)
    assert familiarity("撒旦飞洒发") == 0.0


def test_scripts_and_cases_are_alike(familiarity):
    assert familiarity("ＯＫ") == 1.0


def test_what_holds_no_words_has_no_familiarity(familiarity):
    assert familiarity("13800000000") is None
