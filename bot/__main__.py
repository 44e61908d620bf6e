"""The command `kesu`. Each command is loaded only when it is used, so that `kesu --help` is quick."""

import gc
import importlib
import sys
from dataclasses import dataclass

import click

from bot.domain.errors import KesuError

# name -> (module that holds `command`, what stands beside it in `kesu --help`)
COMMANDS = {
    "up": ("bot.commands.up", "Start the desk and its Rasa; Ctrl-C stops both."),
    "train": ("bot.commands.train", "Train a model from data/ into models/."),
    "data": ("bot.commands.data", "Check the training data."),
    "training": ("bot.commands.training", "Export what was corrected in the console."),
    "evaluate": ("bot.commands.evaluate", "Measure the model on labelled messages."),
    "report": ("bot.commands.report", "Measure the model on everything there is, into reports/."),
    "replay": ("bot.commands.replay", "Talk scripted dialogues through the whole desk."),
    "model": ("bot.commands.model", "Trained models: reports, the live one, going back."),
    "handbook": ("bot.commands.handbook", "Check the handbook's packs."),
    "calendar": ("bot.commands.calendar", "Working days: load a year's official notice."),
    "cases": ("bot.commands.cases", "Papers, registers and evidence packs of cases."),
    "person": ("bot.commands.person", "Copy or erase what the desk holds of one person."),
    "key": ("bot.commands.key", "Rotate the key that seals phone numbers."),
    "audit": ("bot.commands.audit", "Check the audit log, and what must hold of the case database."),
    "wechat": ("bot.commands.wechat", "Check the channels over WeChat (公众号, 微信客服)."),
    "user": ("bot.commands.users", "Logins of agents and supervisors."),
    "search": ("bot.commands.search", "The index for searching conversations and cases."),
    "db": ("bot.commands.db", "The case database."),
    "backup": ("bot.commands.backup", "Back up everything but the keys, while the desk runs."),
    "restore": ("bot.commands.restore", "Restore a backup into an empty place."),
}


@dataclass
class Terminal:
    """What the person at the terminal asked for, whichever command they gave it to."""

    debug: bool = False


def _note_debug(context: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001 -- click's signature
    if value:
        context.ensure_object(Terminal).debug = True


def _debug_option() -> click.Option:
    return click.Option(
        ["--debug"],
        is_flag=True,
        expose_value=False,
        callback=_note_debug,
        help="Show a stack trace on errors.",
    )


class LazyGroup(click.Group):
    """A group whose commands are imported on use, each understanding `--debug` too."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, without importing anything."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None when there is none of this name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        gc.disable()  # what is loaded stays: looking for garbage meanwhile takes a third of the time
        try:
            command: click.Command = importlib.import_module(COMMANDS[cmd_name][0]).command
        finally:
            gc.enable()
        for leaf in (command, *getattr(command, "commands", {}).values()):
            if not any(parameter.name == "debug" for parameter in leaf.params):
                leaf.params.append(_debug_option())
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with the table's words."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, params=[_debug_option()])
@click.version_option(package_name="kesu-desk")
def kesu() -> None:
    """客诉台 · a desk for customers' complaints. Settings are KESU_… variables: docs/settings.md."""


def main() -> None:
    """Run a command: exit code 0, 1 with one line about what went wrong, 2 for wrong usage."""
    terminal = Terminal()
    try:
        code = kesu.main(standalone_mode=False, obj=terminal)
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except KesuError as problem:
        _explain(terminal, str(problem))
    except Exception as problem:  # noqa: BLE001 -- the last stop: nobody is to be shown a stack trace unasked
        first_line = str(problem).partition("\n")[0]
        _explain(terminal, f"{type(problem).__name__}: {first_line}（加 --debug 显示详情）")
    else:
        sys.exit(code if isinstance(code, int) else 0)


def _explain(terminal: Terminal, message: str) -> None:
    """One line for the error being handled, or its stack trace if that was asked for."""
    if terminal.debug:
        raise  # noqa: PLE0704 -- only called while an error is being handled
    click.echo(f"错误: {message}", err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
