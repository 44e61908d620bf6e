"""How far a training is: what it says is the time that steps took before, and nothing else."""

from bot.domain.course import REPORT, Course

EARLIER = {"start": 10.0, "SentenceEncoder": 60.0, "LinearClassifier": 20.0, REPORT: 10.0}


def begins(step):
    return f"2026-03-18 10:00:00 INFO     rasa.engine.training.hooks  - Starting to train component '{step}'."


def test_nothing_is_claimed_about_a_first_training():
    course = Course({})
    course.hear(begins("SentenceEncoder"), 30)
    assert (course.percent(50), course.words) == (0, "计算句子的意思")


def test_each_step_counts_with_the_time_it_took_last():
    course = Course(EARLIER)
    assert course.percent(5) == 5
    course.hear(begins("SentenceEncoder"), 12)
    assert course.percent(12) == 10
    assert course.percent(42) == 40


def test_a_step_that_takes_longer_than_before_waits_at_its_end():
    course = Course(EARLIER)
    course.hear(begins("SentenceEncoder"), 10)
    assert course.percent(10_000) == 70


def test_steps_that_rasa_took_from_its_cache_lie_behind_us_when_the_report_begins():
    course = Course(EARLIER)
    course.enter(REPORT, 10)
    assert course.percent(10) == 90
    assert course.percent(100) == 99


def test_the_percentage_never_falls():
    course = Course(EARLIER)
    before = course.percent(10)
    course.hear(begins("Unheard"), 10)
    assert course.percent(10) >= before


def test_what_the_process_says_besides_changes_nothing():
    course = Course(EARLIER)
    course.hear("Finished training component 'SentenceEncoder'.", 5)
    assert course.words == "准备训练数据"


def test_a_step_without_chinese_words_is_named_as_it_is():
    course = Course({})
    course.hear(begins("Novelty"), 1)
    assert course.words == "训练 Novelty"


def test_what_goes_on_within_a_step_is_told_until_the_next_one():
    course = Course({})
    course.enter(REPORT, 1)
    course.tell("交叉检验训练数据")
    assert course.words == "与使用中的模型比较：交叉检验训练数据"
    course.hear(begins("RulePolicy"), 2)
    assert course.words == "学习对话规则"


def test_the_times_of_this_training_are_those_of_the_next_ones_steps():
    course = Course(EARLIER)
    course.hear(begins("LinearClassifier"), 4)
    assert course.took(24) == {**EARLIER, "start": 4.0, "LinearClassifier": 20.0}
