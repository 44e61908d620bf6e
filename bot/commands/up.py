"""`kesu up`."""

import asyncio
import gc
import shutil
import signal
from contextlib import suppress
from pathlib import Path

import click

from bot.adapters import logs
from bot.adapters.clock import SystemClock
from bot.adapters.heap import give_back_freed
from bot.adapters.listening import check_port, choose_port
from bot.adapters.live import NobodyWatches
from bot.adapters.model_files import archives, model_id, newest_model
from bot.adapters.rasa_fleet import RasaFleet, launcher
from bot.adapters.rasa_process import require_room
from bot.adapters.secrets_file import with_secrets
from bot.books import Books, read_books
from bot.commands.opening import opened, upgrade_database
from bot.commands.train import train_aloud
from bot.domain.errors import ConfigurationError, HandbookInvalid, KesuError
from bot.draining import Drain
from bot.services.live_at_start import settle
from bot.services.promotion import Wanted
from bot.settings import Settings, load_settings, unknown_variables


@click.command()
def command() -> None:
    """Start the desk and its Rasa, and keep both running; Ctrl-C stops them, after the answers under way.

    The first start makes the secrets (var/secrets.env), the database and a model. Settings are KESU_…
    variables, explained in docs/settings.md; KESU_PORT changes the port of the customers' page.
    """
    give_back_freed()
    gc.disable()  # until the page is up: what is made at the start stays
    with suppress(asyncio.CancelledError):
        asyncio.run(_until_stopped())
    click.echo("已停止")


async def _until_stopped() -> None:
    """Everything happens in this task. A signal asks a running desk to finish what is under way and end.

    A second one, or one before the desk runs, cancels the task: whatever was begun cleans up after itself.
    """
    settings = load_settings()
    drain = Drain(settings.drain_notice_seconds, settings.drain_seconds)
    _mind_signals(drain)
    logs.set_up(settings.log_level, settings.log_format)
    settings = await prepare(settings)
    books = books_in_use(settings)
    wanted = await model_to_start_with(settings)
    try:
        await _run(settings, books, RasaFleet(launcher(settings), wanted), drain)
    except* KesuError as problems:
        raise problems.exceptions[0] from None


def _mind_signals(drain: Drain) -> None:
    me, loop = asyncio.current_task(), asyncio.get_running_loop()

    def stop(number: signal.Signals) -> None:
        if drain.runs and not drain.is_asked:
            click.echo("正在停止：先完成进行中的回复（再按一次 Ctrl-C 立即停止）…")
            drain.ask(notice=number is signal.SIGTERM)  # nobody balances loads for a person at a terminal
            return
        loop.remove_signal_handler(number)  # who asks for the third time is not kept waiting
        if me is not None:
            me.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)


async def prepare(settings: Settings) -> Settings:
    """All that must hold before anything is started: ports, secrets, database, Rasa's environment.

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
    if settings.metrics_port is not None:
        check_port(settings.metrics_host, settings.metrics_port, "KESU_METRICS_PORT")
    settings = with_secrets(settings)
    await upgrade_database(settings)
    return settings


def books_in_use(settings: Settings) -> Books:
    """Handbook and company's data, read once for the whole run; ConfigurationError says what is wrong."""
    try:
        return read_books(settings)
    except HandbookInvalid as problem:
        first, *others = str(problem).splitlines()
        more = f"（共 {len(others) + 1} 处，执行 kesu handbook check 查看全部）" if others else ""
        raise ConfigurationError(f"手册 {settings.handbook} 有误：{first}{more}") from None


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


async def _run(settings: Settings, books: Books, fleet: RasaFleet, drain: Drain) -> None:
    """The desk and its Rasas, which end last."""
    from bot.app import serve  # late: the checks above need none of it

    started = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        desk = group.create_task(serve(settings, started, fleet, drain, books))
        others = [group.create_task(fleet.run()), group.create_task(_tell(settings, started, fleet))]
        await asyncio.wait([desk])
        for other in others:
            other.cancel()


async def _tell(settings: Settings, started: asyncio.Event, fleet: RasaFleet) -> None:
    await started.wait()
    gc.freeze()
    gc.enable()
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
