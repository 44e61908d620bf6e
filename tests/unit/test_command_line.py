import importlib.util
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from bot.__main__ import COMMANDS, kesu
from bot.commands.up import page_address
from bot.settings import ROOT


@pytest.fixture
def run(tmp_path):
    """Run `kesu …` as a person would, on a database of this test's own."""

    def run(*arguments, given="", **settings):
        env = {name: value for name, value in os.environ.items() if not name.startswith("KESU_")}
        env |= {"KESU_VAR": str(tmp_path / "var"), **settings}
        command = [sys.executable, "-m", "bot", *arguments]
        return subprocess.run(
            command, input=given, capture_output=True, text=True, check=False, cwd=ROOT, env=env
        )

    return run


def test_help_lists_every_command_without_loading_any():
    probe = (
        "import sys; from click.testing import CliRunner; from bot.__main__ import kesu;"
        "print(CliRunner().invoke(kesu, ['--help']).output, 'sqlalchemy' in sys.modules)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout
    assert all(f"\n  {name} " in shown for name in COMMANDS)
    assert shown.endswith("False\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_exists_and_explains_itself(name):
    assert importlib.util.find_spec(COMMANDS[name][0])
    shown = CliRunner().invoke(kesu, [name, "--help"])
    assert shown.exit_code == 0
    assert "--debug" in shown.output


def test_a_wrong_setting_is_one_line_and_exit_code_1(run):
    shown = run("db", "upgrade", KESU_PORT="many")
    assert shown.returncode == 1
    assert shown.stderr.startswith("错误: 设置 KESU_PORT 不对")
    assert shown.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [("--debug", "db", "upgrade"), ("db", "upgrade", "--debug")])
def test_a_stack_trace_is_shown_only_with_debug_wherever_it_stands(run, arguments):
    assert "Traceback" in run(*arguments, KESU_PORT="many").stderr


def test_wrong_usage_is_exit_code_2(run):
    assert run("nope").returncode == 2
    assert run("user", "add").returncode == 2


def test_a_user_is_added_once_with_a_password_from_standard_input(run):
    arguments = ("user", "add", "zhuguan", "--name", "王主管", "--role", "supervisor", "--password-stdin")
    first, again = run(*arguments, given="correct horse\n"), run(*arguments, given="correct horse\n")
    assert (first.returncode, again.returncode) == (0, 1)
    assert "zhuguan" in first.stdout
    assert "登录名 zhuguan 已经有人用了" in again.stderr


def test_a_short_password_is_refused(run):
    shown = run("user", "add", "zhuguan", "--password-stdin", given="123456789\n")
    assert "至少 10 个字符" in shown.stderr


def test_a_database_that_can_not_be_opened_is_told_in_one_line(run):
    shown = run("db", "upgrade", KESU_DATABASE_URL="sqlite:////proc/nowhere/kesu.db")
    assert shown.returncode == 1
    assert "KESU_DATABASE_URL" in shown.stderr
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "http://127.0.0.1:80/"), ("0.0.0.0", "http://127.0.0.1:80/"), ("::", "http://[::1]:80/")],  # noqa: S104 -- a setting
)
def test_the_page_is_announced_with_an_address_that_a_browser_here_can_open(host, address):
    assert page_address(host, 80) == address


def test_a_user_is_listed_with_role_department_and_positions(run):
    added = run(
        "user", "add", "zhao", "--role", "department", "--department", "production", "--position", "finance",
        "--position", "general_manager", "--password-stdin", given="correct horse\n",
    )  # fmt: skip
    assert added.returncode == 0
    shown = run("user", "list").stdout
    assert (
        shown == "zhao  zhao  department  department=production  position=finance  position=general_manager\n"
    )


def test_a_user_is_changed_and_what_is_not_named_stays(run):
    start = ("--role", "agent", "--position", "finance", "--password-stdin")
    run("user", "add", "zhao", *start, given="correct horse\n")
    changed = run("user", "set", "ZHAO", "--name", "赵经理", "--role", "supervisor", "--department", "sales")
    assert changed.stdout == "已更新 zhao  赵经理  supervisor  department=sales  position=finance\n"
    changed = run("user", "set", "zhao", "--no-department", "--no-positions", "--inactive")
    assert changed.stdout == "已更新 zhao（已停用）  赵经理  supervisor\n"
    assert "已停用" not in run("user", "set", "zhao", "--active").stdout


def test_the_last_admin_stays_one_from_the_terminal_too(run):
    run("user", "add", "root", "--role", "admin", "--password-stdin", given="correct horse\n")
    for change in (("--role", "agent"), ("--inactive",)):
        shown = run("user", "set", "root", *change)
        assert shown.returncode == 1
        assert "最后一位可用的管理员" in shown.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "zhao", "--position", "king", "--password-stdin"), "没有岗位 king"),
        (("add", "zhao", "--role", "department", "--password-stdin"), "所属部门"),
        (("set", "nobody", "--active"), "没有登录名 nobody"),
    ],
)
def test_a_change_that_can_not_be_made_is_told_in_one_line(run, arguments, words):
    shown = run("user", *arguments, given="correct horse\n")
    assert shown.returncode == 1
    assert words in shown.stderr
    assert "Traceback" not in shown.stderr
