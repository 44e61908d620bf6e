"""The ways out of the house that the settings open."""

from collections.abc import Mapping

from bot.adapters.mail import MailSender, MailServer
from bot.adapters.sms import Gateway, SmsSender, read_object
from bot.domain.contact import email_in
from bot.domain.errors import ConfigurationError
from bot.domain.followup import Way
from bot.services.ports import Sender
from bot.settings import Settings, variable


def senders(settings: Settings) -> Mapping[Way, Sender]:
    """Who sends mail and short messages; ConfigurationError names the setting that is wrong or missing."""
    found: dict[Way, Sender] = {}
    if settings.smtp_host is not None:
        found[Way.MAIL] = MailSender(_server(settings, settings.smtp_host))
    if settings.sms_url is not None:
        found[Way.SMS] = SmsSender(_gateway(settings, settings.sms_url))
    return found


def _server(settings: Settings, host: str) -> MailServer:
    sender = settings.mail_from or ""
    if email_in(sender) is None:
        raise ConfigurationError(
            f"设置了 {variable('smtp_host')}，{variable('mail_from')} 就要写发件人的邮箱地址。"
        )
    return MailServer(
        host,
        settings.smtp_port,
        sender,
        settings.smtp_security,
        settings.smtp_user,
        settings.smtp_password,
    )


def _gateway(settings: Settings, url: str) -> Gateway:
    if not url.startswith(("https://", "http://")):
        raise ConfigurationError(f"{variable('sms_url')} 应以 https:// 或 http:// 开头。")
    template = read_object(settings.sms_template, variable("sms_template"))
    for blank in ("{phone}", "{text}"):
        if blank not in settings.sms_template:
            raise ConfigurationError(f"{variable('sms_template')} 里没有 {blank}，短信发不出去；请补上。")
    headers = read_object(settings.sms_headers, variable("sms_headers"))
    return Gateway(
        url=url,
        template=template,
        method=settings.sms_method,
        headers={str(name): str(value) for name, value in headers.items()},
        accepted=settings.sms_accepted,
        secret=settings.sms_secret,
    )
