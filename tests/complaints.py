"""What customers of the tests complain of most."""

from tests.rooms import reading

EMPTY_PACK = "一箱奶茶里有一盒是空的"
SICK = "我喝完拉肚子了"


async def complain(desk):
    """Complain of an empty pack, naming the product; what is said in answer."""
    return await desk.say(EMPTY_PACK, reading("carton.empty", product="奶茶"))
