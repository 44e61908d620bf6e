"""Codes of an authenticator app: TOTP by pyotp, and its QR code by segno."""

import hmac
import io
from datetime import datetime

import pyotp
import segno

ISSUER = "客诉台"
_STEP_SECONDS = 30
_BESIDE = (0, -1, 1)  # a telephone's clock may be half a minute off


class AppCodes:
    """Makes and checks codes (services.second_factor.Codes): six digits every 30 seconds (RFC 6238)."""

    def new_secret(self) -> str:
        """160 random bits, in base 32."""
        return pyotp.random_base32()

    def step(self, secret: str, code: str, now: datetime) -> int | None:
        """The time step whose code this is; every candidate is compared, so that time tells nothing."""
        present = int(now.timestamp()) // _STEP_SECONDS
        made = pyotp.TOTP(secret)
        fits = [present + by for by in _BESIDE if self._same(made.generate_otp(present + by), code)]
        return fits[0] if fits else None

    def picture(self, secret: str, login: str) -> str:
        """The QR code of the otpauth address, as an SVG element."""
        address = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)
        out = io.BytesIO()
        code = segno.make(address, error="m", micro=False)
        code.save(
            out,
            kind="svg",
            xmldecl=False,
            svgns=True,
            scale=5,
            border=4,
            light="#fff",
            nl=False,
            omitsize=True,
        )
        return out.getvalue().decode()

    @staticmethod
    def _same(made: str, given: str) -> bool:
        return hmac.compare_digest(made.encode(), given.encode("utf-8", "replace"))
