"""The routes of what comes by other ways than the chat: cases by hand, the API, its tokens, webhooks."""

from aiohttp import web

from bot.web import case_by_hand, tokens, webhooks
from bot.web.api import operations


def routes() -> list[web.RouteDef]:
    """To be added before the routes of single cases, one of which would take /desk/cases/new."""
    hook = f"{webhooks.WEBHOOKS_PATH}/{{id:[0-9a-z]{{1,64}}}}"
    return [
        web.get(case_by_hand.NEW_CASE_PATH, case_by_hand.page),
        web.post(case_by_hand.NEW_CASE_PATH, case_by_hand.take),
        web.get(tokens.TOKENS_PATH, tokens.page),
        web.post(tokens.TOKENS_PATH, tokens.make),
        web.post(f"{tokens.TOKENS_PATH}/{{id:[0-9a-z]{{1,64}}}}/revoke", tokens.revoke),
        web.get(webhooks.WEBHOOKS_PATH, webhooks.page),
        web.post(webhooks.WEBHOOKS_PATH, webhooks.add),
        web.get(hook, webhooks.one),
        web.post(f"{hook}/switch", webhooks.switch),
        web.post(f"{hook}/deliveries/{{delivery:[0-9a-z]{{1,64}}}}/resend", webhooks.resend),
        *operations.routes(),
    ]
