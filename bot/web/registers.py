"""The month's register and report for supervisors."""

from aiohttp import hdrs, web

from bot.domain.errors import InvalidInput
from bot.domain.monthly import Month
from bot.domain.people import Deed
from bot.services.registers import RegisterKind
from bot.web.auth import allowed
from bot.web.keys import PARTS
from bot.web.rendering import desk_page


async def page(request: web.Request) -> web.Response:
    """GET /desk/registers: which month, in which form."""
    supervisor = await allowed(request, Deed.OVERSEE)
    registers = request.app[PARTS].registers
    month, makes_pdf = registers.present_month(), registers.makes_pdf
    return await desk_page(request, supervisor, "registers.html", month=month, makes_pdf=makes_pdf)


async def file(request: web.Request) -> web.Response:
    """GET /desk/registers/file?month=2026-03&kind=xlsx|docx|pdf[&full=yes]: the file itself."""
    supervisor = await allowed(request, Deed.OVERSEE)
    month = Month.of(request.query.get("month", ""))
    try:
        kind = RegisterKind(request.query.get("kind", RegisterKind.EXCEL))
    except ValueError:
        raise InvalidInput("登记表和月报可以是 Excel、Word 或 PDF。") from None
    full = request.query.get("full") == "yes"
    printed = await request.app[PARTS].registers.printed(month, kind, full=full)
    taken = {"kind": kind.value, "full": full}
    await request.app[PARTS].revealing.note(supervisor, "exported", f"register:{month.title}", taken)
    headers = {hdrs.CONTENT_DISPOSITION: f'attachment; filename="{printed.name}"'}
    return web.Response(body=printed.content, content_type=printed.kind, headers=headers)
