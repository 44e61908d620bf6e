"""What both servers do with every call: journal, faults, tokens, and refusals as HTTP 200 with a code."""

import json
from urllib.parse import parse_qsl

from aiohttp import web

from tests.wechat.faults import Faults
from tests.wechat.journal import Call, Journal
from tests.wechat.refusals import Refused, said

MB = 1024 * 1024


class Api:
    """One server. `check` raises Refused for a bad token; handlers give a dict or a response of their own."""

    not_whitelisted = 40164

    def __init__(self, clock, check):
        self.clock, self._check = clock, check
        self.journal, self.faults = Journal(), Faults()
        self.whitelisted = lambda: True
        self.app = web.Application(client_max_size=24 * MB)
        self.app.on_shutdown.append(self._let_go)

    def post(self, path, take, *, open_to_all=False):
        """`take(body)` is given the JSON of the call."""
        self.app.router.add_post(path, self._serving(take, open_to_all=open_to_all))
        self.app.router.add_get(path, self._wrong_method)

    def get(self, path, take, *, open_to_all=False):
        """`take(query)` is given the parameters of the call."""
        self.app.router.add_get(path, self._serving(take, open_to_all=open_to_all))

    def both(self, path, take):
        """A call that may come either way."""
        serve = self._serving(take)
        self.app.router.add_get(path, serve)
        self.app.router.add_post(path, serve)

    def upload(self, path, take):
        """`take(query, file field)` is given an uploaded file."""
        self.app.router.add_post(path, self._serving(take, files=True))

    def _serving(self, take, *, open_to_all=False, files=False):
        async def serve(request):
            call = await self._enter(request, files=files)
            fault = self.faults.take(request.path)
            call.fault = fault.kind if fault else None
            if fault and not fault.after:
                instead = await self.faults.befall(fault, request)
                if instead is not None:
                    call.code = fault.value if fault.kind == "code" else None
                    return instead
            answer = await self._answer(take, request, call, open_to_all=open_to_all, files=files)
            if fault and fault.after:
                return await self.faults.befall(fault, request) or answer
            return answer

        return serve

    async def _enter(self, request, *, files):
        query = dict(parse_qsl(request.query_string, keep_blank_values=True))
        token = query.pop("access_token", "")
        call = Call(self.clock.now(), request.method, request.path, query, token)
        self.journal.every.append(call)
        if request.method == "POST" and not files:
            call.raw = await request.read()
        return call

    async def _answer(self, take, request, call, *, open_to_all, files):
        try:
            self._admit(call, open_to_all=open_to_all)
            answer = await self._take(take, request, call, files=files)
        except Refused as refusal:
            call.code = refusal.code
            return web.json_response(said(refusal.code))
        call.done = True
        if isinstance(answer, web.Response):
            return answer
        call.code = (answer or {}).get("errcode", 0)
        return web.json_response(answer if answer is not None else said(0))

    def _admit(self, call, *, open_to_all):
        if not self.whitelisted():
            raise Refused(self.not_whitelisted)
        if not open_to_all:
            self._check(call.token)

    async def _take(self, take, request, call, *, files):
        if files:
            form = await request.post()
            return take(call.query, form.get("media"))
        if request.method == "GET":
            return take(call.query)
        if not call.raw:
            raise Refused(44002)
        try:
            call.body = json.loads(call.raw.decode())
        except ValueError:
            raise Refused(47001) from None
        if not isinstance(call.body, dict):
            raise Refused(47001)
        return take(call.body)

    async def _wrong_method(self, request):
        await self._enter(request, files=False)
        return web.json_response(said(43002))

    async def _let_go(self, app):
        self.faults.clear()
