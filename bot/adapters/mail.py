"""Mail over SMTP."""

from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

import aiosmtplib
from pydantic import SecretStr

from bot.domain.errors import SendingFailed, SendingRefused, SendingUnsure
from bot.domain.followup import Letter

TIMEOUT = 20.0  # seconds for each step of the talk with the server
_PERMANENT = 500


@dataclass(frozen=True)
class MailServer:
    """The server that takes our mail, and who we are there."""

    host: str
    port: int
    sender: str
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: SecretStr | None = field(default=None, repr=False)


class MailSender:
    """Sends letters as mail (ports.Sender). The letter's id is the Message-ID."""

    def __init__(self, server: MailServer, timeout: float = TIMEOUT) -> None:
        self._server, self._timeout = server, timeout

    async def send(self, letter: Letter) -> None:
        """Hand it to the server once. SendingFailed, SendingRefused, SendingUnsure."""
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            username=server.user,
            password=server.password.get_secret_value() if server.password else None,
            timeout=self._timeout,
        )
        try:
            await client.connect()
        except aiosmtplib.SMTPAuthenticationError:
            raise SendingFailed("邮件服务器不接受用户名或密码") from None
        except (aiosmtplib.SMTPException, OSError) as problem:
            raise SendingFailed(f"连不上邮件服务器：{type(problem).__name__}") from None
        try:
            await self._hand_over(client, letter)
        finally:
            with suppress(aiosmtplib.SMTPException, OSError):  # it has been handed over, or refused, by now
                await client.quit()
            client.close()

    async def _hand_over(self, client: aiosmtplib.SMTP, letter: Letter) -> None:
        try:
            await client.send_message(_message(letter, self._server.sender))
        except (aiosmtplib.SMTPReadTimeoutError, aiosmtplib.SMTPServerDisconnected):
            raise SendingUnsure("邮件服务器没有答复") from None
        except aiosmtplib.SMTPRecipientsRefused as problem:
            raise _refusal(max(one.code for one in problem.recipients)) from None
        except aiosmtplib.SMTPResponseException as problem:
            raise _refusal(problem.code) from None


def _refusal(code: int) -> SendingFailed:
    kind = SendingRefused if code >= _PERMANENT else SendingFailed
    return kind(f"邮件服务器不收（{code}）")


def _message(letter: Letter, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, letter.recipient, letter.subject
    message["Date"] = format_datetime(letter.created_at)
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2].rstrip('>')}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message
