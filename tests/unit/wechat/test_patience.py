from datetime import timedelta

from bot.services.wechat.patience import CROWD, MOST, PAUSE, Patience
from tests.records import NOW


def crowd(patience, number):
    """So many calls that wait."""
    waiting = [patience.waiting() for _ in range(number)]
    for one in waiting:
        one.__enter__()
    return waiting


def leave(waiting):
    for one in waiting:
        one.__exit__(None, None, None)


def test_calls_wait_up_to_a_number_and_again_when_some_have_gone():
    patience = Patience()
    waiting = crowd(patience, MOST)
    assert not patience.may_wait(NOW)
    leave(waiting[:1])
    assert patience.may_wait(NOW)


def test_one_call_in_vain_keeps_no_other_from_waiting():
    patience = Patience()
    crowd(patience, CROWD - 1)
    patience.in_vain(NOW)
    assert patience.may_wait(NOW)


def test_after_a_crowd_in_vain_nobody_waits_for_a_while_and_then_one_tries():
    patience = Patience()
    waiting = crowd(patience, CROWD)
    patience.in_vain(NOW)
    leave(waiting)
    assert not patience.may_wait(NOW + PAUSE - timedelta(seconds=1))
    assert patience.may_wait(NOW + PAUSE)
    with patience.waiting():
        assert not patience.may_wait(NOW + PAUSE)
        patience.in_vain(NOW + PAUSE)
    assert not patience.may_wait(NOW + PAUSE + timedelta(seconds=1))


def test_an_answer_in_time_lets_all_wait_again():
    patience = Patience()
    waiting = crowd(patience, CROWD)
    patience.in_vain(NOW)
    patience.worth_it()
    assert patience.may_wait(NOW)
    leave(waiting)
