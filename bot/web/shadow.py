"""Shadow replay (试读): have a model re-read real messages, look at what it reads differently, judge it."""

from aiohttp import web

from bot.domain.errors import InvalidInput
from bot.domain.people import Deed
from bot.domain.shadow import Verdict, bounded
from bot.services.shadow_judging import ShownMessage
from bot.web.auth import acting, allowed
from bot.web.errors import wants_json
from bot.web.keys import PARTS
from bot.web.rendering import desk_page

SHADOW_PATH = "/desk/training/shadow"
_RUN = f"{SHADOW_PATH}/{{id:[0-9a-z]{{1,64}}}}"


def routes() -> list[web.RouteDef]:
    """Its pages and buttons."""
    return [
        web.get(SHADOW_PATH, page),
        web.post(SHADOW_PATH, start),
        web.get(_RUN, run),
        web.post(f"{_RUN}/cancel", cancel),
        web.post(f"{_RUN}/resume", resume),
        web.get(f"{_RUN}/change", change),
        web.post(f"{_RUN}/judge", judge),
    ]


async def page(request: web.Request) -> web.Response:
    """GET /desk/training/shadow: earlier runs, and the form for a new one."""
    user = await allowed(request, Deed.TRAIN)
    runs, models = await request.app[PARTS].shadow_judging.runs()
    wanted = request.query.get("model", "")
    return await desk_page(request, user, "shadow.html", runs=runs, models=models, wanted=wanted)


async def start(request: web.Request) -> web.Response:
    """POST /desk/training/shadow: begin a run."""
    user = await acting(request, Deed.TRAIN)
    form = await request.post()
    days, most = bounded(str(form.get("days", "")), str(form.get("most", "")))
    model = str(form.get("model", ""))
    if not model:
        raise InvalidInput("请选择要试读的模型。")
    begun = await request.app[PARTS].shadow.start(model, days, most, user)
    raise web.HTTPSeeOther(f"{SHADOW_PATH}/{begun.id}")


async def run(request: web.Request) -> web.Response:
    """GET …/{id}: how far it is, and what it reads differently."""
    user = await allowed(request, Deed.TRAIN)
    found = await request.app[PARTS].shadow_judging.overview(request.match_info["id"], user)
    return await desk_page(request, user, "shadow_run.html", found=found, run=found.shown.run)


async def cancel(request: web.Request) -> web.Response:
    """POST …/{id}/cancel."""
    user = await acting(request, Deed.TRAIN)
    await request.app[PARTS].shadow.cancel(request.match_info["id"], user)
    raise _back(request)


async def resume(request: web.Request) -> web.Response:
    """POST …/{id}/resume: go on where it stopped."""
    user = await acting(request, Deed.TRAIN)
    await request.app[PARTS].shadow.go_on(request.match_info["id"], user)
    raise _back(request)


async def change(request: web.Request) -> web.Response:
    """GET …/{id}/change?before=…&after=…[&behind=…]: the messages of one change."""
    user = await allowed(request, Deed.TRAIN)
    judging, query = request.app[PARTS].shadow_judging, request.query
    before, after = query.get("before", ""), query.get("after", "")
    found = await judging.messages(request.match_info["id"], before, after, user, query.get("behind", ""))
    run, choices = found.shown.run, judging.choices()
    return await desk_page(
        request, user, "shadow_change.html", found=found, run=run, choices=choices, told=told
    )


async def judge(request: web.Request) -> web.Response:
    """POST …/{id}/judge: whose reading was right; the verdict "none" takes a judgement back."""
    user = await acting(request, Deed.TRAIN)
    judging, form = request.app[PARTS].shadow_judging, await request.post()
    message, verdict, chosen = (str(form.get(name, "")) for name in ("message", "verdict", "label"))
    run_id = request.match_info["id"]
    if verdict == "none":
        shown = await judging.withdraw(run_id, message, user)
    else:
        shown = await judging.judge(run_id, message, verdict, judging.label_of(chosen), user)
    if wants_json(request):
        return web.json_response({"verdict": shown.verdict, "words": told(shown)})
    difference = shown.difference
    place = {"before": difference.before, "after": difference.after}
    raise web.HTTPSeeOther(f"{request.rel_url.parent / 'change' % place}#m-{message}")


def told(shown: ShownMessage) -> str:
    """What was judged of a message, as its row says it."""
    if shown.verdict is None:
        return "还没有判断"
    words = {Verdict.NEW: "新的对", Verdict.OLD: "原来的对", Verdict.NEITHER: f"都不对，应是“{shown.label}”"}
    return f"{words[shown.verdict]} · {shown.by}"


def _back(request: web.Request) -> web.HTTPSeeOther:
    return web.HTTPSeeOther(f"{SHADOW_PATH}/{request.match_info['id']}")
