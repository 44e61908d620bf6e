"""Whether traces are wanted: OpenTelemetry's own variables say it, as to every other program."""

from collections.abc import Mapping

from bot.domain.errors import ConfigurationError

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_HTTP = "http/protobuf"


def traces_wanted(env: Mapping[str, str]) -> bool:
    """Whether an OTLP endpoint is named and nothing switches traces off; ConfigurationError."""
    off = env.get("OTEL_SDK_DISABLED", "").lower() == "true" or env.get("OTEL_TRACES_EXPORTER") == "none"
    if off or not any(env.get(name) for name in _ENDPOINTS):
        return False
    exporter = env.get("OTEL_TRACES_EXPORTER") or "otlp"
    if exporter != "otlp":
        raise ConfigurationError(f"OTEL_TRACES_EXPORTER 只能是 otlp 或 none，不能是 {exporter}")
    protocol = next((env[name] for name in _PROTOCOLS if env.get(name)), _HTTP)
    if protocol != _HTTP:
        raise ConfigurationError(
            f"跟踪数据只能用 {_HTTP} 发送，不能用 {protocol}（OTEL_EXPORTER_OTLP_PROTOCOL）"
        )
    return True
