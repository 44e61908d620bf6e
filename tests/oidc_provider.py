"""A provider of single sign-on for tests: OpenID Connect on loopback, which can be told to misbehave."""

import base64
import hashlib
import secrets
import time
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

CLIENT, SECRET = "kesu-desk", "a secret: with/signs"


class FakeProvider:
    """Whoever comes is `claims`; `spoil` changes the claims of the ID token, `key` is what it signs with."""

    def __init__(self):
        self.key, self.kid = ec.generate_private_key(ec.SECP256R1()), "k1"
        self.known = {self.kid: self.key}
        self.claims = {"sub": "s-1", "email": "wang@example.com", "email_verified": True, "name": "王丽"}
        self.spoil = {}
        self.issuer = ""
        self.codes = {}
        self.asked = []

    def app(self):
        app = web.Application()
        app.add_routes(
            [
                web.get("/.well-known/openid-configuration", self.about),
                web.get("/authorize", self.authorize),
                web.post("/token", self.token),
                web.get("/keys", self.keys),
            ]
        )
        return app

    async def about(self, request):
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        )

    async def authorize(self, request):
        asked, code = dict(request.query), secrets.token_urlsafe()
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert asked["code_challenge_method"] == "S256"
        self.codes[code] = asked
        self.asked.append(asked)
        back = urlencode({"code": code, "state": asked["state"]})
        raise web.HTTPFound(f"{asked['redirect_uri']}?{back}")

    async def token(self, request):
        kind, _, login = request.headers["Authorization"].partition(" ")
        name, _, secret = base64.b64decode(login).decode().partition(":")
        form = await request.post()
        asked = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            (kind, unquote(name), unquote(secret)) != ("Basic", CLIENT, SECRET)
            or asked is None
            or asked["redirect_uri"] != form["redirect_uri"]
            or asked["code_challenge"] != challenge
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        told = {"access_token": "x", "token_type": "Bearer", "id_token": self.word(asked["nonce"])}
        return web.json_response(told)

    def word(self, nonce):
        now = int(time.time())
        told = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        told |= self.claims | self.spoil
        return jwt.encode(
            {name: value for name, value in told.items() if value is not None},
            self.key,
            algorithm="ES256",
            headers={"kid": self.kid},
        )

    async def keys(self, request):
        known = [
            ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid, "alg": "ES256", "use": "sig"}
            for kid, key in self.known.items()
        ]
        return web.json_response({"keys": known})


def query_of(address):
    """The parameters of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
