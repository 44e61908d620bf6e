"""OpenID Connect: the authorization code flow with PKCE, state and nonce.

oauthlib writes and reads OAuth's messages, PyJWT checks the signed word; both are used without their own
networking, aiohttp asks the provider.
"""

import base64
import hmac
import json
import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp
import jwt
from oauthlib.oauth2 import OAuth2Error, WebApplicationClient

from bot.domain.errors import NotSignedIn
from bot.services.single_sign_on import Claims

log = logging.getLogger(__name__)

_TIMEOUT = aiohttp.ClientTimeout(total=10)
_KEPT_SECONDS = 3600.0  # what the provider says of itself
_AGAIN_SECONDS = 60.0  # before its keys are asked for once more
_LEEWAY_SECONDS = 60  # by which clocks may differ
# Signatures that only the provider can make: none of those that share a secret, and not "none".
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_REQUIRED = ["exp", "iat", "iss", "aud", "sub"]
_FAILED = "单点登录没有成功，请再试一次；还是不行，请用登录名和密码登录，或联系管理员。"


@dataclass
class OidcProvider:
    """A provider (services.single_sign_on.Provider), known by its issuer address.

    `login_claim` is the claim that names the login here, "" if none is to be trusted with that.
    """

    issuer: str
    client_id: str
    client_secret: str
    scope: str = "openid email profile"
    login_claim: str = ""
    _about: tuple[float, dict[str, Any]] | None = field(default=None, init=False)
    _keys: tuple[float, jwt.PyJWKSet] | None = field(default=None, init=False)

    async def start(self, back: str) -> tuple[str, Mapping[str, str]]:
        """Where to send the browser, and what it must bring back with it."""
        about, client = await self._metadata(), WebApplicationClient(self.client_id)
        kept = {name: secrets.token_urlsafe(48) for name in ("state", "nonce", "verifier")}
        challenge = client.create_code_challenge(kept["verifier"], "S256")
        url: str = client.prepare_request_uri(
            about["authorization_endpoint"],
            redirect_uri=back,
            scope=self.scope,
            state=kept["state"],
            nonce=kept["nonce"],
            code_challenge=challenge,
            code_challenge_method="S256",
        )
        return url, kept

    async def finish(self, query: str, back: str, kept: Mapping[str, str]) -> Claims:
        """What the provider vouches for, once its word was fetched and checked; NotSignedIn."""
        try:
            about, client = await self._metadata(), WebApplicationClient(self.client_id)
            # Only the query is read; the address that came in may be plain HTTP behind a proxy.
            answer = client.parse_request_uri_response(f"https://desk/?{query}", state=kept["state"])
            body = client.prepare_request_body(
                code=answer["code"],
                redirect_uri=back,
                code_verifier=kept["verifier"],
                include_client_id=False,
            )
            token = client.parse_request_body_response(await self._post(about["token_endpoint"], body))
            return self._claims(await self._checked(about, token.get("id_token", ""), kept["nonce"]))
        except (
            OAuth2Error,
            jwt.PyJWTError,
            aiohttp.ClientError,
            TimeoutError,
            KeyError,
            ValueError,
        ) as error:
            log.warning("single sign-on failed: %s: %s", type(error).__qualname__, error)
            raise NotSignedIn(_FAILED) from None

    def _claims(self, told: Mapping[str, Any]) -> Claims:
        verified = told.get("email_verified") in (True, "true")
        login = told.get(self.login_claim) if self.login_claim else None
        email, name = told.get("email"), told.get("name")
        return Claims(
            subject=f"{self.issuer} {told['sub']}",
            login=login if isinstance(login, str) else None,
            email=email.casefold() if verified and isinstance(email, str) else None,
            name=name if isinstance(name, str) else None,
        )

    async def _checked(self, about: Mapping[str, Any], word: str, nonce: str) -> dict[str, Any]:
        """The claims of an ID token that this provider signed, now, for us and this browser."""
        told: dict[str, Any] = jwt.decode(
            word,
            await self._key(about["jwks_uri"], jwt.get_unverified_header(word).get("kid")),
            algorithms=_ALGORITHMS,
            audience=self.client_id,
            issuer=self.issuer,
            leeway=_LEEWAY_SECONDS,
            options={"require": _REQUIRED},
        )
        if not hmac.compare_digest(str(told.get("nonce", "")).encode(), nonce.encode()):
            raise jwt.InvalidTokenError("the nonce is another browser's")
        if told.get("azp", self.client_id) != self.client_id:
            raise jwt.InvalidTokenError("the token was issued to another client")
        return told

    async def _key(self, address: str, kid: str | None) -> jwt.PyJWK:
        """The key that signed; the provider is asked again when it has a new one, at most once a minute."""
        now = time.monotonic()
        known = self._keys
        if known is None or (_named(known[1], kid) is None and now - known[0] > _AGAIN_SECONDS):
            known = self._keys = (now, jwt.PyJWKSet.from_dict(await self._get(address)))
        found = _named(known[1], kid)
        if found is None:
            raise jwt.InvalidTokenError("it was signed with a key that the provider doesn't know")
        return found

    async def _metadata(self) -> dict[str, Any]:
        now = time.monotonic()
        if self._about is None or now - self._about[0] > _KEPT_SECONDS:
            try:
                about = await self._get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
                self._check(about)
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                log.warning("the provider of single sign-on says nothing usable of itself: %s", error)
                raise NotSignedIn(_FAILED) from None
            self._about = (now, about)
        return self._about[1]

    def _check(self, about: Mapping[str, Any]) -> None:
        if about.get("issuer") != self.issuer:
            raise ValueError(f"it calls itself {about.get('issuer')!r}, not {self.issuer!r}")

    async def _get(self, address: str) -> dict[str, Any]:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, session.get(address) as answer:
            answer.raise_for_status()
            return _object(await answer.read())

    async def _post(self, address: str, body: str) -> str:
        """The token endpoint's answer; the secret travels as RFC 6749 says (section 2.3.1)."""
        login = f"{quote(self.client_id, safe='')}:{quote(self.client_secret, safe='')}"
        headers = {
            "Authorization": f"Basic {base64.b64encode(login.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT, headers=headers) as session,
            session.post(address, data=body, allow_redirects=False) as answer,
        ):
            return (await answer.read()).decode(errors="replace")


def _named(keys: jwt.PyJWKSet, kid: str | None) -> jwt.PyJWK | None:
    """The key of this id; without one the only key."""
    if kid is None:
        return keys.keys[0] if len(keys.keys) == 1 else None
    return next((key for key in keys.keys if key.key_id == kid), None)


def _object(content: bytes) -> dict[str, Any]:
    found = json.loads(content)
    if not isinstance(found, dict):
        raise ValueError("the answer is no JSON object")  # noqa: TRY004 -- what was said is wrong, not a type
    return found
