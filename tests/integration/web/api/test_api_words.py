"""What a program lets a customer be told passes the same checks as what people write."""

from tests.accepted import accepted
from tests.moves import TO_PLAN


async def test_what_a_customer_is_told_of_a_move_is_looked_over_and_can_be_confirmed(program, door):
    crm = await program()
    case = await accepted(door.desk, "visitor", product="奶茶")
    _, shown = await crm.get(f"/cases/{case.id}")
    for move, values in TO_PLAN[:-2]:
        _, shown = await crm.post(
            f"/cases/{case.id}/moves", move=move, values=values, version=shown["version"]
        )
    plan = {"move": "reply", "values": {"plan": "这种事不可能发生"}}
    _, shown = await crm.post(f"/cases/{case.id}/moves", **plan, version=shown["version"])
    release = {"move": "release", "version": shown["version"]}
    status, told = await crm.post(f"/cases/{case.id}/moves", **release)
    assert (status, told["error"]) == (409, "unconfirmed")
    assert [(one["kind"], one["taboo"], one["confirm"]) for one in told["warnings"]] == [
        ("taboo", "T-P3", True)
    ]
    meant = [one["id"] for one in told["warnings"]]
    status, moved = await crm.post(f"/cases/{case.id}/moves", **release, confirmed=meant)
    assert (status, moved["step"] != shown["step"]) == (200, True)
