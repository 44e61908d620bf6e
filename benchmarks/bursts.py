"""What is talked while it is measured."""

from itertools import count

from figures import milliseconds
from sides import Side

BEFORE, MEASURED = 5, 10  # messages of a short conversation: the measured ones stand around the tenth
SHORT_TEXTS = (
    "有人吗",
    "水有怪味",
    "订单号多少",
    "快点处理",
    "没有吸管",
    "谢谢你",
    "怎么赔",
    "不方便",
    "昨天买的",
    "上海",
)

_numbers = count()


def someone() -> str:
    """A customer who never wrote before."""
    return f"customer-{next(_numbers)}"


async def short_conversations(side: Side, text: str, turns: int, *, opened: bool) -> list[float]:
    """The turns around the tenth message of new conversations; `opened`: with a complaint first."""
    times = []
    for _ in range(0, turns, MEASURED):
        who = someone()
        if opened:
            await side.open(who)
        for _ in range(BEFORE):
            await side.say(who, text)
        times += [await milliseconds(side.say(who, text)) for _ in range(MEASURED)]
    return times


async def one_conversation(side: Side, who: str, text: str, turns: int) -> list[float]:
    """More turns of a conversation that goes on."""
    return [await milliseconds(side.say(who, text)) for _ in range(turns)]


async def first_messages(side: Side, text: str, turns: int) -> list[float]:
    """Customers who write for the first time."""
    return [await milliseconds(side.say(someone(), text)) for _ in range(turns)]


async def parses(side: Side, turns: int) -> list[float]:
    """Short texts understood, one a request."""
    return [await milliseconds(side.parse(SHORT_TEXTS[n % len(SHORT_TEXTS)])) for n in range(turns)]
