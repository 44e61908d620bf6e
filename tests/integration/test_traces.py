"""Traces: which spans there are, what belongs to what, and that nothing of them tells what people wrote."""

from datetime import UTC, datetime

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from actions.webhook import ActionServer
from bot.adapters.tracing.requests import traced_requests
from bot.adapters.tracing.spans import Spans, exported
from bot.adapters.understanding import RasaClient
from bot.domain.errors import SendingRefused, UnderstandingUnavailable
from bot.domain.reading import TurnContext
from bot.services.traced_sending import TracedCarrier, TracedWebhooks
from bot.services.turns import Turns
from bot.services.wechat.carrying import Parcel
from tests.complaints import EMPTY_PACK
from tests.rooms import SECRET, reading, tracker

TOLD = {
    "kesu.conversation", "kesu.turn", "kesu.action", "kesu.way", "kesu.letter", "kesu.case", "kesu.event",
    "kesu.channel", "kesu.sending", "kesu.request",
    "http.request.method", "http.route", "http.response.status_code",
}  # fmt: skip


class Heard(InMemorySpanExporter):
    """Finished spans by name."""

    def by_name(self):
        spans = self.get_finished_spans()
        assert {key for span in spans for key in span.attributes} <= TOLD
        assert not any(span.events for span in spans)
        return {span.name: span for span in spans}


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def spans(heard):
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(heard))
    return Spans(provider)


async def test_a_turn_is_one_trace_with_its_stages(desk, spans, heard):
    message = await desk.send(EMPTY_PACK)
    turns = Turns(desk.units, desk.units, desk.room, desk.words, desk.clock, None, spans)
    await turns.answer_next(message.conversation_id)

    found = heard.by_name()
    turn = found.pop("turn")
    assert dict(turn.attributes) == {"kesu.conversation": message.conversation_id, "kesu.turn": message.id}
    assert turn.parent is None
    assert turn.start_time == int(message.created_at.timestamp() * 1_000_000_000)
    assert set(found) == {"turn.waiting", "turn.reading", "turn.storing"}
    assert {span.parent.span_id for span in found.values()} == {turn.context.span_id}
    assert EMPTY_PACK not in "".join(span.to_json(indent=None) for span in heard.get_finished_spans())


async def test_a_try_that_fails_says_why_by_the_errors_kind_alone(desk, spans, heard):
    message = await desk.send(EMPTY_PACK)
    desk.room.down = True
    turns = Turns(desk.units, desk.units, desk.room, desk.words, desk.clock, None, spans)
    with pytest.raises(UnderstandingUnavailable):
        await turns.answer_next(message.conversation_id)

    status = heard.by_name()["turn"].status
    assert (status.status_code, status.description) == (StatusCode.ERROR, "UnderstandingUnavailable")


async def test_an_action_belongs_to_the_call_of_its_turn_and_rasa_is_told_the_trace(
    units, desk, spans, heard, aiohttp_client
):
    actions = await aiohttp_client(ActionServer(units, desk.words, desk.clock, SECRET, None, spans).app())
    told = []

    async def rasa(request):
        told.append(request.headers["traceparent"])
        call = {
            "next_action": "action_greet",
            "sender_id": "nobody",
            "domain": {},
            "tracker": tracker("nobody", reading("greet"), TurnContext()),
        }
        headers = {"Authorization": f"Bearer {SECRET}", "X-Kesu-Turn": "t1", "X-Kesu-Action": "1"}
        await actions.post("/webhook", json=call, headers=headers)
        raise web.HTTPServiceUnavailable

    room = web.Application()
    room.router.add_post("/webhooks/desk/turn", rasa)
    server = (await aiohttp_client(room)).server
    client = RasaClient(str(server.make_url("/")), SECRET, also=spans.headers)
    with (
        pytest.raises(UnderstandingUnavailable),
        spans.begin("turn", datetime.now(UTC), turn="t1"),
        spans.span("turn.reading", turn="t1"),
    ):
        await client.turn("c1", "t1", "你好", TurnContext(), datetime.now(UTC).date())
    await client.close()

    found = heard.by_name()
    call, action = found["turn.reading"], found["turn.actions"]
    ((version, trace, parent, _flags),) = (header.split("-") for header in told)
    assert (version, int(trace, 16), int(parent, 16)) == ("00", call.context.trace_id, call.context.span_id)
    assert action.parent.span_id == call.context.span_id
    assert action.attributes["kesu.action"] == "action_greet"
    assert action.status.description == "NotFound"
    assert spans.headers() == {}


async def test_a_request_is_told_by_its_route_and_its_asker_does_not_choose_the_trace(
    spans, heard, aiohttp_client
):
    async def page(_request):
        return web.Response(text="王芳芳")

    app = web.Application(middlewares=[traced_requests(spans, lambda _request: "r1234567")])
    app.router.add_get("/desk/cases/{id}", page)
    app.router.add_get("/health/live", page)
    client = await aiohttp_client(app)
    given = f"00-{1:032x}-{2:016x}-01"
    await client.get("/desk/cases/8842?q=13900001234", headers={"traceparent": given})
    await client.get("/health/live")
    await client.get("/13900001234")

    found = heard.by_name()
    assert set(found) == {"GET /desk/cases/{id}", "GET (none)"}
    shown = found["GET /desk/cases/{id}"]
    assert dict(shown.attributes) == {
        "http.request.method": "GET",
        "http.route": "/desk/cases/{id}",
        "http.response.status_code": 200,
        "kesu.request": "r1234567",
    }
    assert shown.parent is None
    assert shown.context.trace_id != 1
    assert found["GET (none)"].attributes["http.response.status_code"] == 404


async def test_what_goes_out_has_spans_of_its_own(spans, heard):
    class Away:
        terms = None

        async def carry(self, parcel):
            raise SendingRefused(f"nobody reads {parcel.text}")

        async def post(self, url, headers, body):
            return url

    parcel = Parcel("s1", "c1", "account", "openid", "您的电话是13900001234吗")
    with pytest.raises(SendingRefused):
        await TracedCarrier(Away(), "wechat", spans).carry(parcel)
    await TracedWebhooks(Away(), spans).post("https://example.com", {"webhook-id": "e1"}, b"{}")

    found = heard.by_name()
    assert dict(found["send.wechat"].attributes) == {
        "kesu.channel": "wechat",
        "kesu.conversation": "c1",
        "kesu.sending": "s1",
    }
    assert found["send.wechat"].status.description == "SendingRefused"
    assert dict(found["send.webhook"].attributes) == {"kesu.event": "e1"}


async def test_a_collector_hears_the_last_spans_too_and_whose_they_are(aiohttp_client, monkeypatch):
    heard = []

    async def collect(request):
        heard.append((request.content_type, ExportTraceServiceRequest.FromString(await request.read())))
        return web.Response(content_type="application/x-protobuf")

    collector = web.Application()
    collector.router.add_post("/v1/traces", collect)
    url = str((await aiohttp_client(collector)).server.make_url("/"))
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url.rstrip("/"))
    async with exported() as spans:
        with spans.begin("turn", datetime.now(UTC), conversation="c1", turn="t1"):
            pass

    ((kind, batch),) = heard
    (resource,) = batch.resource_spans
    (span,) = resource.scope_spans[0].spans
    attributes = {one.key: one.value.string_value for one in resource.resource.attributes}
    assert kind == "application/x-protobuf"
    assert (attributes["service.name"], span.name) == ("kesu-desk", "turn")


async def test_a_collector_that_is_away_stops_nothing(monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")  # seconds: so long it is tried
    async with exported() as spans:
        with spans.begin("turn", datetime.now(UTC), turn="t1"):
            pass
    assert spans.headers() == {}
