"""`make bench`: how long a turn takes, beside stock Rasa with the same model (docs/benchmarks.md)."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import aiohttp

import first_load
import page_up
from bot.adapters.model_files import chosen_model
from bot.domain.errors import ConfigurationError, KesuError
from bot.replaying import TurnedClock, temporary_desk
from bot.settings import ROOT, load_settings
from bursts import first_messages, one_conversation, parses, short_conversations, someone
from figures import Burst, Figures, Ratio, alternate
from kept import Around, keep
from limits import Limits, limits
from sides import COMPLAINT, GREETING, SATISFIED, Failed, Ours, Stock, lengthen
from startup import Startup, start_ours, start_stock
from stock_rasa import Replies, greeting_model, make_environment, stock_rasa

WORK = ROOT / ".kesu" / "bench"
ROUNDS, TURNS = 5, 20  # turns of each side in each round
LONG = 500  # messages
WIDTH = 56


async def acting(ours: Ours, stock: Stock, database: Path, found: Limits, turns: int) -> list[Ratio]:
    """Turns with one custom action, in short conversations and in a long one."""
    long = "long"
    for side in (ours, stock):
        await side.open(long)
    lengthen(database, long, LONG)
    for _ in range(LONG - 2):
        await ours.say(long, SATISFIED)
    short_ours, short_stock, long_ours, long_stock = await measured({
        "one custom action, 10th message: ours":
            partial(short_conversations, ours, SATISFIED, turns, opened=True),
        "one custom action, 10th message: stock":
            partial(short_conversations, stock, SATISFIED, turns, opened=True),
        "one custom action, 500th message: ours": partial(one_conversation, ours, long, SATISFIED, turns),
        "one custom action, 500th message: stock": partial(one_conversation, stock, long, SATISFIED, turns),
    })  # fmt: skip
    return [
        Ratio("a turn with one custom action: ours / stock", short_ours, short_stock, 0.5),
        Ratio("the same in a conversation of 500: ours / stock", long_ours, long_stock),
        Ratio("a conversation of 500 / of 10: ours", long_ours, short_ours, 1.3),
        Ratio("a conversation of 500 / of 10: stock", long_stock, short_stock),
        Ratio("a turn with one custom action / an fsync of the disk", short_ours, found.sync.p50),
        Ratio("a turn with one custom action / HTTP over loopback", short_ours, found.loopback.p50),
    ]


async def complaining(ours: Ours, stock: Stock, turns: int) -> list[Ratio]:
    """A customer's first complaint: the form begins and asks; ours opens a case."""
    mine, theirs = await measured({
        "a first complaint, a form begins: ours": partial(first_messages, ours, COMPLAINT, turns),
        "a first complaint, a form begins: stock": partial(first_messages, stock, COMPLAINT, turns),
    })  # fmt: skip
    return [Ratio("a first complaint: ours / stock", mine, theirs)]


async def greeting(ours: Ours, stock: Stock, turns: int) -> list[Ratio]:
    """Turns that only answer: an action of ours, an utter_ response in stock."""
    mine, theirs = await measured({
        "a greeting, our action: ours": partial(short_conversations, ours, GREETING, turns, opened=False),
        "a greeting, utter_ response: stock":
            partial(short_conversations, stock, GREETING, turns, opened=False),
    })  # fmt: skip
    return [Ratio("a turn that only answers: ours / stock", mine, theirs)]


async def parsing(ours: Ours, stock: Stock, turns: int) -> list[Ratio]:
    """Short texts understood, without a conversation."""
    mine, theirs = await measured({
        "parse of a short text: ours": partial(parses, ours, turns),
        "parse of a short text: stock": partial(parses, stock, turns),
    })  # fmt: skip
    return [Ratio("parse of a short text: ours / stock", mine, theirs)]


async def measured(bursts: Mapping[str, Burst]) -> list[float]:
    """Run the bursts alternately, print each one's figures, and give the medians."""
    medians = []
    for name, times in (await alternate(bursts, ROUNDS)).items():
        figures = Figures.of(times)
        print(f"{name:<{WIDTH}} {figures.p50:7.1f} {figures.p95:7.1f} {len(times):7}", flush=True)
        medians.append(figures.p50)
    return medians


async def said_by(ours: Ours) -> Replies:
    """What the desk's actions say, for stock's to say the same."""
    heard = await ours.replies(someone(), COMPLAINT)
    return {
        "action_hear_complaint": heard[:-1],
        "action_ask_details": heard[-1:],
        "action_note_satisfied": await ours.replies(someone(), SATISFIED),
        "action_greet": await ours.replies(someone(), GREETING),
    }


async def check_same(ours: Ours, stock: Stock) -> None:
    """Raise Failed unless both sides take the same way through the dialogue."""
    for text in (COMPLAINT, SATISFIED, GREETING):
        who = someone()
        mine, theirs = await ours.replies(who, text), await stock.say(who, text)
        if mine != theirs:
            raise Failed(f"the two sides answer {text} differently: {mine}, {theirs}")


async def talk(folder: Path, model: Path, around: Around, turns: int) -> tuple[Replies, list[Ratio]]:
    """Measure all turns with both sides running."""
    settings = load_settings().having(model=model)
    async with temporary_desk(settings, TurnedClock()) as desk, aiohttp.ClientSession() as session:
        ours = Ours(desk)
        replies = await said_by(ours)
        tell("a model with an utter_ response for greetings: trained unless there is one …")
        variant = await greeting_model(WORK, model, replies["action_greet"][0])
        tell("stock Rasa starts, with the model and with the variant …")
        async with (
            stock_rasa(folder / "stock", model, replies) as same,
            stock_rasa(folder / "variant", variant, replies) as other,
        ):
            stock, stock_greeting = Stock(same.url, session), Stock(other.url, session)
            for side in (stock, stock_greeting):
                await check_same(ours, side)
            found = await limits(folder)
            head(around, model, found)
            return replies, [
                *await acting(ours, stock, same.database, found, turns),
                *await complaining(ours, stock, turns),
                *await greeting(ours, stock_greeting, turns),
                *await parsing(ours, stock, turns),
            ]


async def bench(folder: Path, turns: int) -> None:
    """Everything, in one run."""
    model = chosen_model(load_settings())
    if model is None:
        raise ConfigurationError("models/ 里还没有模型:请先执行 make train。")
    around = Around.now()
    replies, ratios = await talk(folder, model, around, turns)
    ours = await start_ours(folder / "up", model)
    stock = await start_stock(folder / "stock-again", model, replies)
    show_startup(ours, stock)
    print()
    for ratio in ratios:
        print(f"{ratio.title:<{WIDTH}} {ratio.value:7.2f}   {ratio.verdict}")
    print()
    loads = await first_load.bench(first_load.RUNS)
    first_load.show(loads)
    print()
    ups = await page_up.alternately([ROOT], page_up.RUNS)
    page_up.show(ups)
    goals = [*first_load.goals(loads), *page_up.goals(ups)]
    keep("turn", around, [*ratios, *startup_ratios(ours, stock), *goals], model.name)


def startup_ratios(ours: Startup, stock: Startup) -> list[Ratio]:
    """The seconds to the first answer, and all processes' memory then."""
    (theirs,) = stock.seconds.values()
    found = [
        Ratio(f"{title.removesuffix(': ours')} / stock Rasa", seconds, theirs, unit="s")
        for title, seconds in ours.seconds.items()
    ]
    both = sum(ours.memory.values()), sum(stock.memory.values())
    return [*found, Ratio("memory of all processes: ours / stock", *both, unit="MB")]


def head(around: Around, model: Path, found: Limits) -> None:
    """Print when and what is measured."""
    print(f"{around.told()}, {model.name}\n{found.told()}\n")
    print(f"{'milliseconds':<{WIDTH}} {'p50':>7} {'p95':>7} {'turns':>7}")


def show_startup(ours: Startup, stock: Startup) -> None:
    """Print seconds and memory."""
    print(f"\n{'seconds, files cached':<{WIDTH}}")
    for name, seconds in {**ours.seconds, **stock.seconds}.items():
        print(f"{name:<{WIDTH}} {seconds:7.1f}")
    print(f"\n{'megabytes resident after it':<{WIDTH}}")
    for side, startup in (("ours", ours), ("stock", stock)):
        for name, megabytes in startup.memory.items():
            print(f"{f'{name}: {side}':<{WIDTH}} {megabytes:7.0f}")


def tell(line: str) -> None:
    """Tell how far it is, beside the figures."""
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    """Exit code 1 when nothing could be measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS, help=f"of each side in each of {ROUNDS} rounds")
    turns = parser.parse_args().turns
    began = time.monotonic()
    try:
        make_environment()
        WORK.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=WORK) as folder:
            tempfile.tempdir = folder  # where the desk's temporary database goes: both sides use one disk
            asyncio.run(bench(Path(folder), turns))
    except (KesuError, Failed) as problem:
        print(f"错误: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    tell(f"\ntook {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
