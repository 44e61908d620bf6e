"""The reports: live, as Excel and PDF, and the list of the cases behind each of their numbers."""

from aiohttp import hdrs, web

from bot.domain.errors import InvalidInput
from bot.domain.people import Deed, User
from bot.domain.reporting import TITLES, Kind
from bot.services.report_addresses import address
from bot.services.report_links import Chosen
from bot.services.reports import ReportKind
from bot.web.auth import allowed
from bot.web.keys import PARTS
from bot.web.rendering import desk_page

REPORTS_PATH = "/desk/reports"


async def page(request: web.Request) -> web.Response:
    """GET /desk/reports?period=…|from=…&to=…[&pack=…&channel=…&department=…&group=…][&anew=1]."""
    supervisor = await allowed(request, Deed.SEE_REPORTS)
    reports, chosen, refusal = request.app[PARTS].reports, Chosen.of(request.query), None
    try:
        shown = await reports.shown(chosen, supervisor, anew=bool(request.query.get("anew")))
    except InvalidInput as problem:
        refusal, chosen = problem, Chosen()
        shown = await reports.shown(chosen, supervisor)
    period = chosen.at(request.app[PARTS].now())
    return await desk_page(
        request,
        supervisor,
        "reports.html",
        status=refusal.status if refusal else 200,
        shown=shown,
        chosen=chosen,
        period=period,
        months=sorted({f"{bucket.first:%Y-%m}" for bucket in period.buckets()}),
        periods={kind.value: title for kind, title in TITLES.items()},
        choices=await reports.choices(),
        makes_pdf=reports.makes_pdf,
        address=address,
        here_with=request.rel_url.with_query({k: v for k, v in request.query.items() if k != "anew"}),
        refusal=str(refusal) if refusal else None,
        custom=Kind.DAYS.value,
    )


async def file(request: web.Request) -> web.Response:
    """GET /desk/reports/file?kind=xlsx|pdf&…: the same report as a file."""
    supervisor = await allowed(request, Deed.SEE_REPORTS)
    try:
        kind = ReportKind(request.query.get("kind", ReportKind.EXCEL))
    except ValueError:
        raise InvalidInput("报表可以是 Excel 或 PDF。") from None
    printed = await request.app[PARTS].reports.printed(Chosen.of(request.query), kind, supervisor)
    taken = {"kind": kind.value}
    await request.app[PARTS].revealing.note(supervisor, "exported", f"report:{printed.name}", taken)
    headers = {hdrs.CONTENT_DISPOSITION: f'attachment; filename="{printed.name}"'}
    return web.Response(body=printed.content, content_type=printed.kind, headers=headers)


async def cases_behind(request: web.Request, supervisor: User) -> web.Response:
    """GET /desk/cases?figure=…&…: the cases that a number of a report counts."""
    parts, query = request.app[PARTS], request.query
    chosen = Chosen.of(query)
    found = await parts.reports.behind(query["figure"], chosen, query.get("after", ""), supervisor)
    further = request.rel_url.update_query(after=found.after) if found.after else None
    rows = parts.case_list.rows(found.cases)
    return await desk_page(request, supervisor, "cases_behind.html", found=found, rows=rows, further=further)
