"""Shadow replays in tests: one from beginning to end."""


async def replayed(desk, su, days=7, most=1000):
    run = await desk.shadow.start("kesu-2", days, most, su)
    await desk.shadow.look()
    return await stored(desk, run.id)


async def stored(desk, run_id):
    async with desk.units() as uow:
        return await uow.shadow.get(run_id)
