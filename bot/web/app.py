"""The public door: one aiohttp application for customers, for the people of the desk, and for watchers."""

from aiohttp import hdrs, web

from bot.web import (
    acceptance,
    assist,
    audit,
    case_deeds,
    case_papers,
    cases,
    console,
    console_cases,
    console_deeds,
    console_socket,
    customer,
    customer_socket,
    desk,
    embed,
    files,
    groups,
    handbook_pages,
    health,
    inbox,
    interfaces,
    models,
    one_time,
    password,
    people,
    personal,
    registers,
    rendering,
    reports,
    security,
    shadow,
    sharing,
    single_sign_on,
    suggestions,
    training,
    wechat,
    wechat_kf,
)
from bot.web.addresses import TrustedProxies
from bot.web.auth import CODE_PATH
from bot.web.compressing import compress
from bot.web.errors import explain_errors
from bot.web.keys import PARTS, WebParts
from bot.web.request_ids import know_request, tell

LARGEST_BODY = 256 * 1024  # bytes: the longest message even if each character is escaped as \uXXXX\uXXXX
# `frame-ancestors 'self'`: other sites can't put the page into a frame and lure clicks into it.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": with it browsers send forms with `Origin: null`, which check_origin refuses.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def create_web_app(parts: WebParts) -> web.Application:
    """Put the door together."""
    limits = parts.limits
    proxies = [TrustedProxies(limits.proxies).middleware] if limits.proxies else []
    around = [know_request, compress, explain_errors, *proxies]
    app = web.Application(middlewares=around, client_max_size=LARGEST_BODY)
    app[PARTS] = parts
    sharing.set_up(app)
    rendering.set_up(app)
    _add_routes(app)
    app.on_response_prepare.extend((_secure, tell))
    app.on_shutdown.append(_close_sockets)
    return app


def _add_routes(app: web.Application) -> None:
    one = "/desk/conversations/{id:[0-9a-z]{1,64}}"
    one_case = "/desk/cases/{id:[0-9a-z]{1,64}}"
    one_file = "files/{id:[0-9a-z]{1,64}}"
    browser, link = (
        f"{security.SECURITY_PATH}/browsers",
        f"{one_time.LINK_PATH}/{{token:[A-Za-z0-9_-]{{20,64}}}}",
    )
    paper = f"{one_case}/papers/{{form:[A-Z0-9-]{{1,32}}}}"
    person = "/desk/people/{id:[0-9a-z]{1,64}}"
    app.add_routes(
        [
            web.get("/", customer.page),
            web.post("/api/visitor", customer.visitor),
            web.post("/api/messages", customer.send),
            web.get("/api/messages", customer.messages),
            web.post("/api/read", customer.read),
            web.get("/ws", customer_socket.socket),
            web.post("/api/files", files.upload),
            web.get(f"/api/{one_file}", files.of_visitor),
            web.get(f"/desk/{one_file}", files.of_desk),
            web.get(f"/desk/{one_file}/original", files.original),
            web.get("/widget.js", embed.script),
            web.get(embed.WIDGET_PATH, embed.page),
            web.get("/desk", console.page),
            web.get("/desk/login", desk.login_page),
            web.post("/desk/login", desk.sign_in),
            web.post("/desk/logout", desk.sign_out),
            web.get(CODE_PATH, desk.code_page),
            web.post(CODE_PATH, desk.enter_code),
            web.get(single_sign_on.START_PATH, single_sign_on.start),
            web.get(single_sign_on.BACK_PATH, single_sign_on.back),
            web.get(link, one_time.page),
            web.post(link, one_time.use),
            web.get(security.SECURITY_PATH, security.page),
            web.post(f"{security.SECURITY_PATH}/totp", security.turn_on),
            web.post(f"{security.SECURITY_PATH}/totp/off", security.turn_off),
            web.post(browser, security.sign_out_others),
            web.post(f"{browser}/{{id:[0-9a-f]{{1,64}}}}", security.sign_out_one),
            web.get(audit.AUDIT_PATH, audit.page),
            web.get(password.PASSWORD_PATH, password.page),
            web.post(password.PASSWORD_PATH, password.change),
            web.get(one, desk.conversation),
            web.post(f"{one}/claim", desk.claim),
            web.post(f"{one}/write", desk.write),
            web.post(f"{one}/release", desk.release),
            web.get("/desk/ws", desk.socket),
            web.get("/desk/inbox", inbox.page),
            web.post("/desk/inbox/{id:[0-9a-z-]{1,64}}", inbox.decide),
            *interfaces.routes(),
            web.get("/desk/cases", cases.page),
            web.get(one_case, cases.case),
            web.post(f"{one_case}/{{arrow:[a-z][a-z0-9_]{{0,63}}}}", cases.move),
            web.post(f"{one_case}/do/pause", case_deeds.pause),
            web.post(f"{one_case}/do/resume", case_deeds.resume),
            web.post(f"{one_case}/do/extend", case_deeds.extend),
            web.post(f"{one_case}/do/merge", case_deeds.merge),
            web.post(f"{one_case}/do/split", case_deeds.split),
            web.post(f"{one_case}/do/correct", case_deeds.correct),
            web.post(f"{one_case}/do/reclassify", case_deeds.reclassify),
            web.post(f"{one_case}/do/evidence", case_papers.evidence),
            web.post(f"{one_case}/do/reveal", audit.reveal_case),
            web.post(f"{one_case}/do/avoid", audit.avoid),
            web.post(f"{one}/reveal", audit.reveal_customer),
            web.get(paper, case_papers.page),
            web.get(f"{paper}/file", case_papers.file),
            web.post(f"{paper}/values", case_papers.fill_in),
            web.post(f"{paper}/approval", case_papers.ask_approval),
            web.get(acceptance.ACCEPTANCE_PATH, acceptance.page),
            web.get("/desk/registers", registers.page),
            web.get("/desk/registers/file", registers.file),
            web.get(reports.REPORTS_PATH, reports.page),
            web.get(f"{reports.REPORTS_PATH}/file", reports.file),
            web.get("/desk/people", people.page),
            web.post("/desk/people", people.add),
            web.post(f"{people.PEOPLE_PATH}/invitations", one_time.invite),
            web.post(f"{people.PEOPLE_PATH}/invitations/{{id:[0-9a-f]{{1,64}}}}/revoke", one_time.take_back),
            web.get(person, people.person),
            web.post(person, people.change),
            web.post(f"{person}/deactivate", people.deactivate),
            web.post(f"{person}/reactivate", people.reactivate),
            web.post(f"{person}/password", people.reset_password),
            web.post(f"{person}/reset-link", one_time.reset),
            web.post(f"{person}/totp-off", one_time.totp_off),
            *groups.routes(),
            *handbook_pages.routes(),
            *personal.routes(),
            *models.routes(),
            *shadow.routes(),
            *suggestions.routes(),
            *training.routes(),
            *wechat.routes(),
            *wechat_kf.routes(),
            *_console_routes(),
            web.get("/health", health.health),
            web.get("/health/live", health.live),
            web.get("/health/ready", health.ready),
            web.static("/static", rendering.FOLDER / "static"),
        ]
    )


def _console_routes() -> list[web.RouteDef]:
    """What the console's scripts ask for."""
    one = "/desk/api/conversations/{id:[0-9a-z]{1,64}}"
    one_case = "/desk/api/cases/{id:[0-9a-z]{1,64}}"
    return [
        web.get("/desk/api/ws", console_socket.socket),
        web.get("/desk/api/begin", console.begin),
        web.get("/desk/api/list", console.listed),
        web.post("/desk/api/presence", console.presence),
        web.get(one, console.talk),
        web.get(f"{one}/earlier", console.earlier),
        *(web.post(f"{one}/{deed}", console_deeds.doing(deed)) for deed in console_deeds.DEEDS),
        web.post(f"{one}/check", assist.check),
        web.get("/desk/api/search", assist.search),
        web.get("/desk/api/handbook", assist.handbook),
        web.post("/desk/api/bulk", console_deeds.bulk),
        web.post("/desk/api/filters", console.save_filter),
        web.post("/desk/api/filters/drop", console.drop_filter),
        web.get(one_case, console_cases.case),
        web.post(f"{one_case}/do/pause", console_cases.pause),
        web.post(f"{one_case}/do/resume", console_cases.resume),
        web.post(f"{one_case}/do/extend", console_cases.extend),
        web.post(f"{one_case}/{{arrow:[a-z][a-z0-9_]{{0,63}}}}", console_cases.move),
    ]


async def _secure(request: web.Request, response: web.StreamResponse) -> None:
    """The headers of every answer. Scripts and styles are asked after each time, all else is never kept."""
    response.headers.setdefault("Content-Security-Policy", embed.policy_of(request, _POLICY))
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    kept = "no-cache" if request.path.startswith("/static/") else "no-store"
    response.headers.setdefault(hdrs.CACHE_CONTROL, kept)
    if request.app[PARTS].hub.leaving:
        response.force_close()  # a proxy would go on using this connection
    if request.app[PARTS].secure_cookies:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")


async def _close_sockets(app: web.Application) -> None:
    await app[PARTS].hub.close()
