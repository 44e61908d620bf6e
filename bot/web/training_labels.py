"""Labels that supervisors propose, with what is still missing of each."""

from aiohttp import web

from bot.domain.errors import InvalidInput
from bot.domain.people import Deed, User
from bot.domain.proposal import FEWEST_EXAMPLES, LabelProposal
from bot.web.auth import acting, allowed
from bot.web.keys import PARTS
from bot.web.rendering import desk_page

LABELS_PATH = "/desk/training/labels"
MOST_NAMED = 50  # messages that a suggestion hands over as examples
_FIELDS = ("title", "description", "clause", "examples")


async def page_of_labels(request: web.Request) -> web.Response:
    """GET /desk/training/labels[?message=ID…]: all proposals, a form for a new one with these examples."""
    agent, named = await allowed(request, Deed.TRAIN), request.query.getall("message", [])
    if not named:
        return await _show(request, agent, None)
    examples = await request.app[PARTS].suggesting.examples(named[:MOST_NAMED], agent)
    typed = dict.fromkeys(_FIELDS, "") | {"examples": "\n".join(examples)}
    return await _show(request, agent, None, typed=typed)


async def one(request: web.Request) -> web.Response:
    """GET /desk/training/labels/{id}: one of them, to be changed."""
    agent = await allowed(request, Deed.TRAIN)
    proposing = request.app[PARTS].review.proposing
    return await _show(request, agent, await proposing.one(request.match_info["id"]))


async def put(request: web.Request) -> web.Response:
    """POST /desk/training/labels[/{id}]: propose one, or say more about it."""
    agent, form = await acting(request, Deed.TRAIN), await request.post()
    typed, known = {name: str(form.get(name, "")) for name in _FIELDS}, request.match_info.get("id")
    proposing = request.app[PARTS].review.proposing
    try:
        examples = typed["examples"].splitlines()
        await proposing.put(known, agent, typed["title"], typed["description"], typed["clause"], examples)
    except InvalidInput as refusal:
        shown = await proposing.one(known) if known else None
        return await _show(request, agent, shown, refusal, typed)
    raise web.HTTPSeeOther(LABELS_PATH)


async def _show(
    request: web.Request,
    agent: User,
    shown: LabelProposal | None,
    refusal: InvalidInput | None = None,
    typed: dict[str, str] | None = None,
) -> web.Response:
    parts = request.app[PARTS]
    filled = {name: getattr(shown, name) for name in _FIELDS} if shown else dict.fromkeys(_FIELDS, "")
    if shown is not None:
        filled["examples"] = "\n".join(shown.examples)
    return await desk_page(
        request,
        agent,
        "training_labels.html",
        status=refusal.status if refusal else 200,
        proposals=await parts.review.proposing.all(),
        shown=shown,
        typed=typed or filled,
        clauses=sorted(parts.handbook.clauses),
        fewest=FEWEST_EXAMPLES,
        refusal=str(refusal) if refusal else None,
    )
