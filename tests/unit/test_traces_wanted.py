import pytest

from bot.adapters.tracing.settings import traces_wanted
from bot.domain.errors import ConfigurationError

THERE = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


@pytest.mark.parametrize(
    ("env", "wanted"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
        ({"OTEL_SERVICE_NAME": "desk"}, False),
        (THERE, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True),
        (THERE | {"OTEL_SDK_DISABLED": "true"}, False),
        (THERE | {"OTEL_TRACES_EXPORTER": "none"}, False),
        (THERE | {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, True),
    ],
)
def test_traces_are_made_where_an_endpoint_is_named_and_nothing_switches_them_off(env, wanted):
    assert traces_wanted(env) is wanted


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OTEL_TRACES_EXPORTER", "zipkin"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"),
    ],
)
def test_what_the_desk_cant_speak_is_refused_by_its_name(name, value):
    with pytest.raises(ConfigurationError, match=value):
        traces_wanted(THERE | {name: value})
