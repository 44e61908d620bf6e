import io
import json
import logging
import sqlite3
import sys

import pytest
from sqlalchemy.exc import OperationalError, ProgrammingError
from structlog.contextvars import bind_contextvars, clear_contextvars

from bot.adapters import logs
from bot.domain.errors import InvalidInput, UnderstandingUnavailable

WORDS = "你们的奶酸了，气死我了"


@pytest.fixture(autouse=True)
def own_context():
    clear_contextvars()
    yield
    clear_contextvars()


@pytest.fixture
def root(monkeypatch):
    """The root logger and our own, as they were before afterwards."""
    names = (None, "bot", "actions")
    before = [(logging.getLogger(name), logging.getLogger(name).level) for name in names]
    handlers = logging.getLogger().handlers[:]
    yield logging.getLogger()
    logging.getLogger().handlers[:] = handlers
    for logger, level in before:
        logger.setLevel(level)


def record(message, *args, error=None, **extra):
    info = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord("bot.somewhere", logging.WARNING, __file__, 1, message, args, info)
    made.__dict__.update(extra)
    return made


def as_json(message, *args, **more):
    return json.loads(logs.formatter("json").format(record(message, *args, **more)))


def as_text(message, *args, **more):
    return logs.formatter("text").format(record(message, *args, **more))


def raised(error):
    """The error with a traceback, as it is met."""
    try:
        raise error
    except type(error):
        return sys.exc_info()[1]


def test_a_line_of_json_holds_what_happened_when_where_and_in_which_turn():
    bind_contextvars(request="a1b2c3d4", conversation="01abc", turn="01def")
    line = as_json("case %s could not be judged", "01xyz")
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "case 01xyz could not be judged",
        "level": "warning",
        "logger": "bot.somewhere",
        "request": "a1b2c3d4",
        "conversation": "01abc",
        "turn": "01def",
    }


def test_what_is_not_on_the_list_of_known_keys_is_dropped():
    bind_contextvars(turn="01def", text=WORDS, customer="o-somebody")
    line = logs.formatter("json").format(record("heard", body=WORDS))
    assert WORDS not in line
    assert set(json.loads(line)) == {"event", "level", "logger", "timestamp", "turn"}


@pytest.mark.parametrize("id", [WORDS, "a b", "x" * 65, "a\nb"])
def test_an_id_that_looks_like_none_is_dropped(id):
    bind_contextvars(request=id)
    assert "request" not in as_json("heard")


def test_the_words_of_an_unknown_error_are_left_out_but_its_kind_and_place_are_told():
    line = logs.formatter("json").format(record("it broke", error=raised(ValueError(WORDS))))
    assert WORDS not in line
    assert "builtins.ValueError\n" in json.loads(line)["exception"]
    assert "test_logs.py" in json.loads(line)["exception"]


@pytest.mark.parametrize("kind", ["json", "text"])
def test_neither_are_the_words_of_the_errors_behind_it_told(kind):
    error = raised(RuntimeError("a"))
    error.__cause__ = raised(ExceptionGroup(WORDS, [ValueError(WORDS), InvalidInput(WORDS)]))
    line = logs.formatter(kind).format(record("it broke", error=error))
    assert WORDS not in line
    assert "InvalidInput" in line


def test_the_words_of_the_system_of_the_database_and_our_own_are_told_in_one_line():
    locked = OperationalError("SELECT 1", {"phone": "1"}, sqlite3.OperationalError("database is locked"))
    assert "No space left" in as_json("broke", error=raised(OSError(28, "No space left")))["exception"]
    assert "database is locked" in as_json("broke", error=raised(locked))["exception"]
    assert "SELECT" not in as_json("broke", error=raised(locked))["exception"]
    away = UnderstandingUnavailable("Rasa can't be reached")
    assert "can't be reached" in as_json("broke", error=raised(away))["exception"]


def test_what_the_database_says_of_a_value_is_not_told():
    error = ProgrammingError("SELECT 1", {}, ValueError(f"invalid input: {WORDS}"))
    assert WORDS not in logs.formatter("json").format(record("broke", error=raised(error)))


@pytest.mark.parametrize("kind", ["json", "text"])
@pytest.mark.parametrize(
    ("message", "hidden"),
    [
        ("called 13812345678 back", "13812345678"),
        ("identity 110101199003078515", "110101199003078515"),
        ("openid oABCdef1234567890_-abcdefghi", "oABCdef1234567890_-abcdefghi"),
        ("sent to wmABCdef1234567890_-abcdefghijkl", "ABCdef1234567890"),
        ("GET https://api.example/x?access_token=S3cr3t&a=1", "S3cr3t"),
        ("{'corpsecret': 'S3cr3t'}", "S3cr3t"),
        ("Authorization: Bearer S3cr3t", "S3cr3t"),
        ("with Bearer S3cr3t", "S3cr3t"),
        ("postgresql://desk:S3cr3t@db/kesu", "S3cr3t"),
    ],
)
def test_phones_openids_and_secrets_are_masked_whoever_logs_them(kind, message, hidden):
    line = logs.formatter(kind).format(record(message))
    assert hidden not in line
    assert "*" in line


def test_an_id_of_ours_and_a_case_number_are_left_as_they_are():
    message = "case KS20260318-0001 of 01m82n6n60qe8ndfcf8v3qhpqq, file 01k9a0000000000000000000zz"
    assert as_json(message)["event"] == message


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "\u2028", "\x85", "\x1b[2K\r"])
def test_nobody_can_forge_a_line_of_the_log(ending):
    forged = "2026-01-01 00:00:00 [error    ] all is lost"
    line = as_text("GET /%s", f"x{ending}{forged}")
    assert len([part for part in line.splitlines() if not part.startswith("    ")]) == 1
    assert "\x1b" not in line
    assert len(logs.formatter("json").format(record("GET /x%s", ending + forged)).splitlines()) == 1


def test_masking_a_long_line_takes_no_long_time():
    line = "-a" * 20_000 + "secret" * 5_000 + "://a:" * 2_000
    assert as_json(line)["event"]  # catastrophic backtracking would never come back


def test_libraries_tell_warnings_only_and_we_at_the_level_that_was_set(root):
    out = io.StringIO()
    logs.set_up("DEBUG", "json", out)
    for name in ("aiohttp", "bot.services", "actions.webhook"):
        logging.getLogger(name).debug("said")
    logging.getLogger("aiohttp").warning("said")
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["logger"] for line in lines] == ["bot.services", "actions.webhook", "aiohttp"]


def test_people_read_a_line_without_colours_unless_it_is_a_terminal(root):
    out = io.StringIO()
    logs.set_up("INFO", "text", out)
    logging.getLogger("bot.services").info("said")
    assert "said" in out.getvalue()
    assert "\x1b" not in out.getvalue()
