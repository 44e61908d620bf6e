"""The chat on other sites: the script behind their line, who may frame the page, where admins find it."""

import hashlib
import json
from functools import lru_cache

from aiohttp import hdrs, web

from bot.domain.company import Company
from bot.domain.people import Deed
from bot.web.auth import allowed
from bot.web.keys import PARTS
from bot.web.rendering import FOLDER, desk_page

CHAT_PATH = "/"
WIDGET_PATH = "/desk/widget"
_OURS = "frame-ancestors 'self'"
_DEFAULTS = "const COMPANY = {};"
_KEPT_FOR = 300  # seconds: a changed company.yml is on every site five minutes later


def policy_of(request: web.Request, policy: str) -> str:
    """The Content-Security-Policy of an answer, made from that of all pages.

    The sites of KESU_EMBED_SITES may put the chat page into a frame, and no other page; the page with the
    line shows the chat in one.
    """
    if request.path == CHAT_PATH:
        return policy.replace(_OURS, " ".join([_OURS, *request.app[PARTS].embed_sites]))
    return f"{policy}; frame-src 'self'" if request.path == WIDGET_PATH else policy


async def script(request: web.Request) -> web.Response:
    """GET /widget.js: the same for every site; what company.yml says stands in it."""
    body, tag = _script(request.app[PARTS].company)
    headers = {
        hdrs.CACHE_CONTROL: f"public, max-age={_KEPT_FOR}",
        # Sites that isolate themselves (Cross-Origin-Embedder-Policy) load only what says that it may be.
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    known = request.if_none_match or ()
    if any(etag.value in (tag, "*") for etag in known):
        answer = web.Response(status=web.HTTPNotModified.status_code, headers=headers)
    else:
        answer = web.Response(text=body, content_type="text/javascript", charset="utf-8", headers=headers)
    answer.etag = tag
    return answer


async def page(request: web.Request) -> web.Response:
    """GET /desk/widget: the line to copy, and the button as company.yml has it."""
    admin = await allowed(request, Deed.SET_UP)
    parts = request.app[PARTS]
    origin = parts.origin or f"{request.scheme}://{request.host}"
    line = f'<script src="{origin}/widget.js" async></script>'
    return await desk_page(request, admin, "widget.html", line=line, sites=parts.embed_sites)


@lru_cache(maxsize=4)
def _script(company: Company) -> tuple[str, str]:
    """The script with the company's values, and what tells this version from others."""
    code = (FOLDER / "static" / "widget.js").read_text(encoding="utf-8")
    values = company.widget.values()
    if company.name:
        values.setdefault("name", f"{company.name}客户服务"[:40])
    body = code.replace(_DEFAULTS, f"const COMPANY = {json.dumps(values, ensure_ascii=False)};")
    return body, hashlib.sha256(body.encode()).hexdigest()[:32]
