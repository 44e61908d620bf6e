"""`kesu up`."""

import asyncio
import logging
import shutil
import signal
from contextlib import suppress
from pathlib import Path

import click

from bot.adapters.clock import SystemClock
from bot.adapters.handbook_files import check_directory
from bot.adapters.listening import choose_port
from bot.adapters.live import NobodyWatches
from bot.adapters.log_lines import OneLine
from bot.adapters.model_files import archives, model_id, newest_model
from bot.adapters.rasa_fleet import RasaFleet, launcher
from bot.adapters.rasa_process import require_room
from bot.adapters.secrets_file import with_secrets
from bot.commands.opening import opened, upgrade_database
from bot.commands.train import train_aloud
from bot.domain.errors import ConfigurationError, KesuError
from bot.services.live_at_start import settle
from bot.services.promotion import Wanted
from bot.settings import Settings, load_settings, unknown_variables


@click.command()
def command() -> None:
    """Start the desk and its Rasa, and keep both running; Ctrl-C stops them.

    The first start makes the secrets (var/secrets.env), the database and a model. Settings are KESU_…
    variables, explained in docs/settings.md; KESU_PORT changes the port of the customers' page.
    """
    with suppress(asyncio.CancelledError):
        asyncio.run(_until_stopped())
    click.echo("已停止")


async def _until_stopped() -> None:
    """Everything happens in this task, and a signal cancels it: whatever was begun cleans up after itself."""
    me = asyncio.current_task()
    loop = asyncio.get_running_loop()

    def stop(number: signal.Signals) -> None:
        loop.remove_signal_handler(number)  # who asks twice is not kept waiting
        if me is not None:
            me.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    settings = load_settings()
    _log(settings.log_level)
    settings = await prepare(settings)
    wanted = await model_to_start_with(settings)
    try:
        await _run(settings, RasaFleet(launcher(settings), wanted))
    except* KesuError as problems:
        raise problems.exceptions[0] from None


def _log(level: str) -> None:
    """Log our own doings at `level`; libraries tell warnings only, since below that some quote customers."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    for package in ("bot", "actions"):
        logging.getLogger(package).setLevel(level)


async def prepare(settings: Settings) -> Settings:
    """All that must hold before anything is started: ports, secrets, database, handbook, Rasa's environment.

    Gives back the settings with ports and secrets decided; raises ConfigurationError.
    """
    for line in unknown_variables():
        click.echo(f"注意: {line}", err=True)
    require_room()
    settings = settings.having(
        port=choose_port(settings.host, settings.port, "KESU_PORT"),
        actions_port=choose_port("127.0.0.1", settings.actions_port, "KESU_ACTIONS_PORT"),
        rasa_port=choose_port("127.0.0.1", settings.rasa_port, "KESU_RASA_PORT"),
    )
    settings = with_secrets(settings)
    await upgrade_database(settings)
    problems = check_directory(settings.handbook)
    if problems:
        more = f"（共 {len(problems)} 处，执行 kesu handbook check 查看全部）" if len(problems) > 1 else ""
        raise ConfigurationError(f"手册 {settings.handbook} 有误：{problems[0]}{more}")
    return settings


async def model_to_start_with(settings: Settings) -> Wanted:
    """The live model, as bot/services/live_at_start.py has it; where there is none at all, one is trained.

    ConfigurationError when the live one can't be used and there is no other.
    """
    async with opened(settings) as database:
        units, clock = database.units(NobodyWatches()), SystemClock()
        wanted = await settle(units, clock, archives(settings))
        if wanted is None:
            await train_aloud(settings)
            wanted = await settle(units, clock, archives(settings))
    if wanted is None:
        raise ConfigurationError(f"{settings.models} 里没有模型：请执行 make train")
    newest = newest_model(settings.models)
    if newest is not None and newest != wanted.archive and settings.model is None:
        _tell_of(newest)
    return wanted


def _tell_of(newest: Path) -> None:
    """A model that lies there unused is no fault, but whoever trained it by hand should know."""
    name = model_id(newest)
    click.echo(f"提示: {newest} 比正在使用的模型新，没有启用；要启用它，请执行 kesu model promote {name}")


async def _run(settings: Settings, fleet: RasaFleet) -> None:
    from bot.app import serve  # late: the checks above need none of it

    started = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(serve(settings, started, fleet))
        group.create_task(fleet.run())
        await started.wait()
        click.echo("网页已启动，正在加载语言模型（约 10–30 秒）…")
        await fleet.ready.wait()
        await _announce(settings)


async def _announce(settings: Settings) -> None:
    click.echo(f"客诉台已就绪，顾客页面：{settings.base_url or page_address(settings.host, settings.port)}")
    async with opened(settings) as database, database.reading_units()() as uow:
        users = await uow.people.count()
    if not users:
        run = "uv run kesu" if shutil.which("uv") else ".venv/bin/kesu"
        click.echo("还没有工作人员账号。请另开一个终端，创建第一位管理员：")
        click.echo(f"  {run} user add <登录名> --name <姓名> --role admin")
    click.echo("按 Ctrl-C 停止")


def page_address(host: str, port: int) -> str:
    """Where a browser on this machine finds the customers' page."""
    anywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 -- what was set, not what is bound here
    name = anywhere.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{port}/"
