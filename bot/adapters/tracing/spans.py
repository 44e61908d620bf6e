"""Spans by OpenTelemetry (ports.Traces). Its SDK takes long to load: imported where traces are wanted."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from importlib.metadata import version

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

NAME = "kesu-desk"
PREFIX = "kesu."  # of our own attributes
_NANOSECONDS = 1_000_000_000


class Spans:
    """The desk's spans, handed to `provider`."""

    def __init__(self, provider: TracerProvider) -> None:
        self.tracer = provider.get_tracer(NAME)
        self._turns: dict[str, Context] = {}

    @contextmanager
    def begin(self, name: str, since: datetime, **about: str) -> Iterator[None]:
        """The first span of a trace of its own; it began at `since`."""
        with self._block(name, since, about, Context()):
            yield

    @contextmanager
    def span(self, name: str, since: datetime | None = None, **about: str) -> Iterator[None]:
        """A part of what is under way in this task, or the first span of a trace where nothing is."""
        with self._block(name, since, about, None):
            yield

    @contextmanager
    def within(self, turn: str, name: str, **about: str) -> Iterator[None]:
        """A part of what is under way of this turn in another task of this process."""
        with self._block(name, None, about, self._turns.get(turn, Context())):
            yield

    def headers(self) -> Mapping[str, str]:
        """The span that is under way, by W3C's Trace Context; empty where there is none."""
        told: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(told)
        return told

    @contextmanager
    def _block(
        self, name: str, since: datetime | None, about: Mapping[str, str], parent: Context | None
    ) -> Iterator[None]:
        start = int(since.timestamp() * _NANOSECONDS) if since else None
        attributes = {PREFIX + key: value for key, value in about.items() if value}
        with (
            self.tracer.start_as_current_span(
                name,
                context=parent,
                kind=SpanKind.INTERNAL,
                attributes=attributes,
                start_time=start,
                record_exception=False,  # its words may quote somebody
                set_status_on_exception=False,
            ) as span,
            failing(span),
            self._known(about.get("turn"), span),
        ):
            yield

    @contextmanager
    def _known(self, turn: str | None, span: Span) -> Iterator[None]:
        """What other tasks find under this turn while the block runs."""
        if turn is None:
            yield
            return
        before = self._turns.get(turn)
        self._turns[turn] = set_span_in_context(span, Context())
        try:
            yield
        finally:
            if before is None:
                self._turns.pop(turn, None)
            else:
                self._turns[turn] = before


@contextmanager
def failing(span: Span) -> Iterator[None]:
    """Of an error its kind is told, not its words. Being cancelled is none."""
    try:
        yield
    except Exception as error:
        span.set_status(Status(StatusCode.ERROR, type(error).__name__))
        raise


@asynccontextmanager
async def exported(exporter: SpanExporter | None = None) -> AsyncIterator[Spans]:
    """Spans that a thread sends where OTEL_EXPORTER_OTLP_… says; the last ones when the block ends.

    Name, sampling, headers, and how many wait come from OpenTelemetry's own variables, too.
    """
    ours = {SERVICE_NAME: NAME, SERVICE_VERSION: version(NAME)}
    about = Resource.create(ours).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=about, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
    try:
        yield Spans(provider)
    finally:
        await asyncio.to_thread(provider.shutdown)
