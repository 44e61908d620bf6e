"""`python -m bot.nlu.server`: Rasa with the desk's channel and nothing else, on loopback.

The same as `rasa run` with this project's files, but it opens no other route, loads the model that it is told
to, keeps quiet, never reports home, and says in one line what keeps it from starting.
"""

import argparse
import asyncio
import logging
import os
import socket
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from rasa.core.agent import Agent
    from sanic import Sanic

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 5005
CHANNEL = "bot.nlu.channel.TurnInput"
LARGEST_REQUEST = 64 * 1024 * 1024  # a parse of very many very long texts
PARSE_SECONDS = 600
IDLE_SECONDS = 300  # longer than the desk's own connections wait, so that only the desk closes them
ORPHAN_CHECK_SECONDS = 1.0
SWITCH_SECONDS = 0.0005  # who has a vector done waits so long for Python; its own 5 ms is longer than it took


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bot.nlu.server", description="Rasa's room of the desk, on 127.0.0.1."
    )
    parser.add_argument("--model", required=True, type=Path, help="the trained archive (.tar.gz)")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="default: %(default)s")
    parser.add_argument("--endpoints", default="endpoints.yml", help="default: %(default)s")
    parser.add_argument("--credentials", default="credentials.yml", help="default: %(default)s")
    parser.add_argument(
        "--with-parent", action="store_true", help="stop when the process that started this one ends"
    )
    parser.add_argument(
        "--debug", action="store_true", help="stack traces, and Rasa's own log, which quotes customers"
    )
    return parser.parse_args()


def _stop(message: str) -> NoReturn:
    print(f"Rasa's room: {message}", file=sys.stderr)  # noqa: T201 -- the person at the terminal, or `kesu up`
    sys.exit(1)


def _bind(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((LOOPBACK, port))
    except OSError as error:
        _stop(f"port {port} can't be used ({error.strerror}). Stop what uses it, or give another --port.")
    return bound


def _keep_quiet(level: int) -> None:
    """Configure logging. Without this Rasa's structlog prints every message it handles."""
    from rasa.utils.log_utils import configure_structlog

    logging.basicConfig(
        format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=level, stream=sys.stderr
    )
    configure_structlog(level)


async def _load(options: argparse.Namespace) -> "Agent":
    from rasa.core.agent import load_agent
    from rasa.core.utils import AvailableEndpoints

    agent = await load_agent(
        model_path=str(options.model), endpoints=AvailableEndpoints.read_endpoints(options.endpoints)
    )
    if agent.processor is None:
        _stop(f"{options.model} can't be loaded. Train a new one with `kesu train`.")
    return agent


def _application(agent: "Agent", options: argparse.Namespace, parent: int) -> "Sanic":
    from rasa.shared.utils.io import read_config_file
    from sanic import Sanic

    from bot.nlu.channel import TurnInput

    channel = TurnInput.from_credentials(read_config_file(options.credentials).get(CHANNEL))
    channel.check(agent)
    app = Sanic("kesu_rasa_room", configure_logging=False)
    app.config.update(
        REQUEST_MAX_SIZE=LARGEST_REQUEST,
        REQUEST_TIMEOUT=PARSE_SECONDS,
        RESPONSE_TIMEOUT=PARSE_SECONDS,
        KEEP_ALIVE_TIMEOUT=IDLE_SECONDS,
    )
    app.ctx.agent = agent
    app.blueprint(channel.blueprint(agent.handle_message), url_prefix=f"/webhooks/{channel.url_prefix()}")
    if options.with_parent:
        app.add_task(_end_with(parent))
    return app


async def _end_with(parent: int) -> None:
    """Stop once the parent is gone: a desk that was killed leaves no Rasa behind that keeps its port."""
    while os.getppid() == parent:  # noqa: ASYNC110 -- the system tells nobody
        await asyncio.sleep(ORPHAN_CHECK_SECONDS)
    os._exit(0)  # nothing is open that a turn not yet answered would need


def main() -> None:
    """Start, or say in one line why not."""
    parent = os.getppid()  # now, because it may be gone before the model is loaded
    options = _options()
    bound = _bind(options.port)
    if not options.model.is_file():
        _stop(f"{options.model}: there is no such model. Train one with `kesu train`.")
    warnings.showwarning = lambda *_, **__: None  # the libraries warn about one another, whatever filters say
    from rasa.shared.exceptions import RasaException

    _keep_quiet(logging.DEBUG if options.debug else logging.WARNING)
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        app = _application(asyncio.run(_load(options)), options, parent)
    except RasaException as error:
        if options.debug:
            raise
        _stop(str(error))
    app.run(sock=bound, workers=1, access_log=False, debug=False, motd=False)


if __name__ == "__main__":
    main()
