"""What becomes of a message after an attempt to send it."""

from datetime import datetime, timedelta

from bot.domain import wechat_errors as errors
from bot.domain.wechat_records import Chat, Sending, SendingState
from bot.domain.workdays import SHANGHAI
from bot.services.wechat.carrying import Terms
from bot.services.wechat.planning import without_menu
from bot.services.wechat.windows import shut, spent

LOST_AFTER = timedelta(minutes=2)  # an attempt of which nothing is heard any more: the desk was killed
RETRIES = tuple(timedelta(seconds=seconds) for seconds in (2, 10, 30, 120, 300, 600, 600, 1800))
ACCOUNT_PAUSE = timedelta(minutes=1)  # while people have to see to the account, one attempt a minute
MENUS_REFUSED = 40200  # this account may send no menus
_ACCOUNT = (errors.DailyQuota, errors.NotAllowedHere, errors.TokenTrouble)

HELD = "微信暂时不允许发送，顾客下次发消息时自动发出"
HELD_SPENT = "这一轮的条数已用完，顾客下次发消息时自动发出"
HELD_GONE = "顾客已取消关注，收不到消息；再次关注后自动发出"
LOST = "发送时中断，不知是否送达"
NO_ANSWER = "微信没有回应，不知是否送达"


def note_lost(sending: Sending, terms: Terms, now: datetime) -> None:
    """An attempt was begun and never finished: only what the platform knows again is sent once more."""
    if terms.repeatable:
        sending.state, sending.next_at = SendingState.WAITING, now
    else:
        _close(sending, SendingState.UNSURE, LOST)


def note_sent(sending: Sending, now: datetime) -> None:
    """The platform has taken it."""
    _close(sending, SendingState.SENT, "")
    sending.code, sending.sent_at = None, now


def note_undelivered(sending: Sending, why: str, code: int | None = None) -> None:
    """The platform took it, and says afterwards that the customer did not get it."""
    _close(sending, SendingState.FAILED, why)
    sending.code = code


def note_held(sending: Sending, why: str) -> None:
    """It can't be sent before the customer does something; it was no attempt."""
    _close(sending, SendingState.HELD, why)


def note_failed(
    chat: Chat, sending: Sending, problem: errors.WechatError, terms: Terms, now: datetime
) -> datetime | None:
    """It was not sent, or nobody knows; until when the whole account has to wait, if it has to."""
    sending.code = problem.code
    if isinstance(problem, errors.Unknown):
        _unknown(sending, problem, terms, now)
        return None
    chat.window_sent = max(0, chat.window_sent - 1)
    if isinstance(problem, _ACCOUNT):
        return _whole_account(sending, problem, now)
    if isinstance(problem, errors.WindowClosed):
        shut(chat)
        note_held(sending, HELD)
    elif isinstance(problem, errors.QuotaSpent):
        spent(chat, terms)
        note_held(sending, HELD_SPENT)
    elif isinstance(problem, errors.TryLater):
        _again(sending, problem, now)
    elif problem.code == MENUS_REFUSED and sending.body["choices"]:
        sending.body, sending.state, sending.next_at = without_menu(sending.body), SendingState.WAITING, now
    else:
        _close(sending, SendingState.FAILED, str(problem))
    return None


def _unknown(sending: Sending, problem: errors.WechatError, terms: Terms, now: datetime) -> None:
    if terms.repeatable:
        _again(sending, problem, now, SendingState.UNSURE)
    else:
        _close(sending, SendingState.UNSURE, NO_ANSWER)


def _again(
    sending: Sending,
    problem: errors.WechatError,
    now: datetime,
    at_last: SendingState = SendingState.FAILED,
) -> None:
    if sending.attempts > len(RETRIES):
        _close(sending, at_last, str(problem))
        return
    sending.state, sending.error = SendingState.WAITING, str(problem)
    sending.next_at = now + RETRIES[sending.attempts - 1]


def _whole_account(sending: Sending, problem: errors.WechatError, now: datetime) -> datetime:
    """Nothing is wrong with this message: it waits with all others, and this was no attempt."""
    until = _midnight(now) if isinstance(problem, errors.DailyQuota) else now + ACCOUNT_PAUSE
    sending.state, sending.error, sending.next_at = SendingState.WAITING, str(problem), until
    sending.attempts -= 1
    return until


def _midnight(now: datetime) -> datetime:
    """A little after the next midnight in Beijing, when the day's quotas begin anew."""
    tomorrow = now.astimezone(SHANGHAI) + timedelta(days=1)
    return tomorrow.replace(hour=0, minute=1, second=0, microsecond=0).astimezone(now.tzinfo)


def _close(sending: Sending, state: SendingState, why: str) -> None:
    sending.state, sending.error = state, why
