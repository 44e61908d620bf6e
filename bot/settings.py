"""Every setting of the desk, read once from the environment (`KESU_…`); docs/settings.md explains each."""

import difflib
import os
import re
from collections.abc import Iterable
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.domain.errors import ConfigurationError
from bot.wechat_settings import WechatSettings

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "KESU_"
GIVEN_TO_ROOM = frozenset({"KESU_ACTIONS_URL"})  # worked out by us, read by Rasa's room
ONLY_FOR_SCRIPTS = frozenset({"KESU_ROOM_PYTHON"})  # read before anything is installed
_SITE = re.compile(r"\*|https?://(?:\*\.)?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::(?:\d{1,5}|\*))?")


def _from_root(path: Path) -> Path:
    return ROOT / path.expanduser()


def _database_url(url: str) -> str:
    try:
        make_url(url)
    except ArgumentError:
        raise ValueError("应形如 sqlite:///kesu.db 或 postgresql://user:password@host/database") from None
    return url


def _nlu_url(desk: str, var: Path) -> str:
    """Rasa's own tables: beside the desk's file, or in the same PostgreSQL database (with Rasa's driver)."""
    url = make_url(desk)
    if url.get_backend_name() == "sqlite":
        in_file = url.database and url.database != ":memory:"
        return f"sqlite:///{Path(url.database or '').with_name('rasa.db') if in_file else var / 'rasa.db'}"
    url = url.set(drivername="postgresql")
    if "ssl" in url.query:  # asyncpg's word; the room's driver knows libpq's
        url = url.difference_update_query(["ssl"]).update_query_dict({"sslmode": url.query["ssl"]})
    return url.render_as_string(hide_password=False)


Port = Annotated[int, Field(ge=0, le=65535)]
FromRoot = Annotated[Path, AfterValidator(_from_root)]


def _sites(value: str) -> str:
    """Origins for a Content-Security-Policy: nothing else may get into that header."""
    wrong = [site for site in value.split() if not _SITE.fullmatch(site)]
    if wrong:
        raise ValueError("应是以空格分开的网站地址，如 https://shop.example.com（不带路径），或 *")
    return " ".join(value.split())


def _networks(value: str) -> str:
    """Networks in CIDR notation."""
    for one in value.split():
        try:
            ip_network(one)
        except ValueError:
            raise ValueError("应是以空格分开的网段，如 127.0.0.0/8 10.0.0.0/8") from None
    return " ".join(value.split())


def _issuer(value: str) -> str:
    """An issuer's address; over plain HTTP only on this machine, as its word would be anybody's."""
    parts = urlsplit(value)
    here = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if not parts.hostname or parts.query or parts.fragment or parts.scheme not in ("https", "http"):
        raise ValueError("应是单点登录服务的 issuer 地址，如 https://login.example.com/realms/company")
    if parts.scheme == "http" and not here:
        raise ValueError("单点登录服务要用 https")
    return value


def _asr(value: str) -> str:
    """The address of speech recognition; over plain HTTP only on this machine: customers' voices go there."""
    parts = urlsplit(value)
    here = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if not parts.hostname or parts.scheme not in ("https", "http") or parts.username or parts.password:
        raise ValueError("应是语音识别服务的地址，如 https://asr.example.com/recognize，不带用户名和密码")
    if parts.scheme == "http" and not here:
        raise ValueError("语音识别服务要用 https（顾客的语音和密钥会发到那里）")
    return value


def _redis(value: str) -> str:
    """A Redis, over TLS (rediss) or not."""
    parts = urlsplit(value)
    if parts.scheme not in ("redis", "rediss", "unix") or not (parts.hostname or parts.path):
        raise ValueError("应形如 redis://主机:6379/0 或 rediss://:密码@主机:6380/0")
    return value


class Settings(WechatSettings):
    """What can be set. Relative paths count from the project's folder; a port of 0 means any free one."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        frozen=True,
        extra="forbid",
        validate_default=True,
        hide_input_in_errors=True,
    )

    host: str = "127.0.0.1"
    port: Port = 8080
    drain_seconds: Annotated[float, Field(ge=0, le=600)] = 25
    drain_notice_seconds: Annotated[float, Field(ge=0, le=600)] = 2
    base_url: str | None = None
    embed_sites: Annotated[str, AfterValidator(_sites)] = ""
    actions_port: Port = 0
    rasa_port: Port = 0
    var: FromRoot = Path("var")
    database_url: Annotated[str, AfterValidator(_database_url), Field(repr=False)] = Field(
        default_factory=lambda known: f"sqlite:///{known['var'] / 'kesu.db'}"
    )
    nlu_database_url: Annotated[str, Field(repr=False)] = Field(
        default_factory=lambda known: _nlu_url(known["database_url"], known["var"])
    )
    redis_url: Annotated[Annotated[str, AfterValidator(_redis)] | None, Field(repr=False)] = None
    handbook: FromRoot = Path("data/handbook")
    company: FromRoot = Path("company.yml")
    files: FromRoot = Field(default_factory=lambda known: known["var"] / "files")
    photo_mb: Annotated[int, Field(ge=1, le=100)] = 15
    video_mb: Annotated[int, Field(ge=1, le=500)] = 50
    files_a_day: Annotated[int, Field(ge=1)] = 60
    files_a_day_mb: Annotated[int, Field(ge=1)] = 300
    models: FromRoot = Path("models")
    model: FromRoot | None = None
    reports: FromRoot = Path("reports")
    measuring_dir: FromRoot | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"
    metrics_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    metrics_host: str = "127.0.0.1"
    smtp_host: str | None = None
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    mail_from: str | None = None
    sms_url: str | None = None
    sms_method: Literal["GET", "POST", "PUT"] = "POST"
    sms_template: str = '{"phone": "{phone}", "text": "{text}", "id": "{id}"}'
    sms_headers: str = "{}"
    sms_accepted: str | None = None
    sms_secret: SecretStr | None = None
    asr_url: Annotated[str, AfterValidator(_asr)] | None = None
    asr_secret: SecretStr | None = None
    asr_field: Annotated[str, Field(min_length=1)] = "text"
    webhook_networks: Annotated[str, AfterValidator(_networks)] = ""
    oidc_issuer: Annotated[str, AfterValidator(_issuer)] | None = None
    oidc_client_id: str = "kesu-desk"
    oidc_client_secret: SecretStr | None = None
    oidc_scope: str = "openid email profile"
    oidc_login_claim: str = ""
    oidc_title: str = "单点登录"
    oidc_create: bool = False
    data_key: SecretStr | None = None
    data_key_next: SecretStr | None = None
    data_key_before: SecretStr | None = None
    lookup_key: SecretStr | None = None
    pair_secret: SecretStr | None = None
    identity_secret: Annotated[SecretStr, Field(min_length=32)] | None = None
    proxies: Annotated[int, Field(ge=0, le=9)] = 0
    visitors_per_address: Annotated[int, Field(ge=1)] = 300
    messages_per_address: Annotated[int, Field(ge=1)] = 600
    sockets_per_address: Annotated[int, Field(ge=1)] = 500
    api_calls: Annotated[int, Field(ge=1)] = 600

    @property
    def actions_url(self) -> str:
        """Where Rasa's room reaches the custom actions; `actions_port` must have been chosen."""
        return f"http://127.0.0.1:{self.actions_port}/webhook"

    @property
    def log_folder(self) -> Path:
        """Where the logs of the child processes go."""
        return self.var / "log"

    def having(self, **changes: object) -> Self:
        """A copy with some settings decided (a free port, generated secrets), which are not checked again."""
        return self.model_copy(update=changes)


def variable(field: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + field.upper()


def load_settings() -> Settings:
    """Read the environment. Raises ConfigurationError naming the first wrong setting, never its value."""
    try:
        return Settings()
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        name = variable(str(first["loc"][0]))
        raise ConfigurationError(
            f"设置 {name} 不对：{first['msg'].removeprefix('Value error, ')}（各项设置见 docs/settings.md）"
        ) from None


def unknown_variables(names: Iterable[str] | None = None) -> list[str]:
    """One line for each KESU_ variable in the environment that is no setting, with the likely right name."""
    known = {variable(field) for field in Settings.model_fields} | GIVEN_TO_ROOM | ONLY_FOR_SCRIPTS
    lines = []
    for name in sorted(os.environ if names is None else names):
        if name.startswith(PREFIX) and name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"，是否想写 {close[0]}？" if close else "，见 docs/settings.md"
            lines.append(f"{name} 不是设置项{hint}")
    return lines
