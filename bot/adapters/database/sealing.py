"""Sealing: phone and identity numbers are encrypted before they reach the database.

A sealed value stands inline in its text as OPEN, key id, dot, base64url(nonce, ciphertext), CLOSE. OPEN
and CLOSE are private-use characters, which are taken out of everything that comes in: nobody can forge a
token. Keys are derived from one data key, so that encryption and look-up hashes never share one.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.domain.errors import ConfigurationError
from bot.domain.privacy import LONG_NUMBER, digits

KEY_BYTES = 32
_NONCE_BYTES = 12
OPEN, CLOSE = "\U0010ff00", "\U0010ff01"

_TOKEN = re.compile(f"{OPEN}([0-9a-f]+)\\.([A-Za-z0-9_=-]+){CLOSE}")
# What neither database can store (NUL, halves of surrogate pairs) goes with the characters of our tokens.
_UNSTORABLE = re.compile(f"[\x00\ud800-\udfff{OPEN}{CLOSE}]")
_PERSONAL = frozenset({"phone", "identity"})


def new_key() -> str:
    """A fresh data key: 32 random bytes in base64, as `KESU_DATA_KEY` takes it."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def storable(text: str) -> str:
    """`text` without the characters that a database can't store or that our tokens are made of."""
    return _UNSTORABLE.sub("", text)


class Sealer:
    """Seals with a key derived from one data key of 32 bytes; opens with it and, while it is changed, others.

    Look-up hashes are made with a key derived from `root`: the first data key, which no rotation changes,
    because most of what was hashed is known no more.
    """

    def __init__(self, key: bytes, *others: bytes, root: bytes | None = None) -> None:
        for one in (key, *others, root or key):
            _check_length(one)
        self._ciphers = {_key_id(one): AESGCM(_derive(one, b"kesu-desk: sealing")) for one in (key, *others)}
        self._hash_key = _derive(root or key, b"kesu-desk: look-up")
        self.key_id, self.root_id = _key_id(key), _key_id(root or key)

    @classmethod
    def from_base64(cls, text: str, *others: str, root: str | None = None) -> "Sealer":
        """The sealer for data keys in base64; ConfigurationError when they are none."""
        return cls(*map(key_bytes, (text, *others)), root=None if root is None else key_bytes(root))

    @property
    def others(self) -> tuple[str, ...]:
        """The ids of the keys that only open."""
        return tuple(key_id for key_id in self._ciphers if key_id != self.key_id)

    def take_keys(self, other: "Sealer") -> None:
        """From now on seal and open with the keys of another sealer, of the same root."""
        self._ciphers, self.key_id = other._ciphers, other.key_id  # noqa: SLF001 -- its own kind

    def reseal(self, text: str) -> str:
        """`text` with every token of another key sealed with ours."""
        return _TOKEN.sub(self._reseal_token, text)

    def phone_hash(self, phone: str) -> str:
        """The keyed hash (HMAC-SHA256, hex) of the phone's bare digits, for look-up without opening."""
        return hmac.new(self._hash_key, digits(phone).encode(), hashlib.sha256).hexdigest()

    def look_up_hash(self, text: str) -> str:
        """The keyed hash (HMAC-SHA256, hex) of any text, to compare it without storing it."""
        return hmac.new(self._hash_key, b"text:" + text.encode(), hashlib.sha256).hexdigest()

    def seal(self, text: str) -> str:
        """The whole of `text` as one token; empty text stays empty."""
        text = storable(text)
        if not text:
            return text
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = base64.urlsafe_b64encode(
            nonce + self._ciphers[self.key_id].encrypt(nonce, text.encode(), None)
        )
        return f"{OPEN}{self.key_id}.{sealed.decode()}{CLOSE}"

    def seal_numbers(self, text: str) -> str:
        """`text` with every phone, identity or other long number in it replaced by a token."""
        return LONG_NUMBER.sub(lambda found: self.seal(found.group()), storable(text))

    def open(self, text: str) -> str:
        """`text` with every token replaced by what was sealed; ConfigurationError for another key's."""
        return _TOKEN.sub(self._open_token, text) if OPEN in text else text

    def seal_json(self, value: Any) -> Any:  # noqa: ANN401 -- JSON is any of its types
        """`value` with the numbers sealed in every string, and personal facts sealed whole."""
        return self._seal_json(value, whole=False)

    def open_json(self, value: Any) -> Any:  # noqa: ANN401 -- JSON is any of its types
        """What `seal_json` sealed."""
        if isinstance(value, str):
            return self.open(value)
        if isinstance(value, list):
            return [self.open_json(item) for item in value]
        if isinstance(value, dict):
            return {key: self.open_json(item) for key, item in value.items()}
        return value

    def _seal_json(self, value: Any, *, whole: bool) -> Any:  # noqa: ANN401 -- JSON is any of its types
        if isinstance(value, str):
            return self.seal(value) if whole and value not in _PERSONAL else self.seal_numbers(value)
        if isinstance(value, list | tuple):
            return [self._seal_json(item, whole=whole) for item in value]
        if isinstance(value, dict):
            # {"phone": …} as well as {"entity": "phone", "value": …} and {"field": "phone", "value": …}
            named = whole or any(isinstance(item, str) and item in _PERSONAL for item in value.values())
            return {
                self.seal_numbers(str(key)): self._seal_json(item, whole=named or key in _PERSONAL)
                for key, item in value.items()
            }
        return value

    def _reseal_token(self, found: re.Match[str]) -> str:
        return found[0] if found[1] == self.key_id else self.seal(self._open_token(found))

    def _open_token(self, found: re.Match[str]) -> str:
        cipher = self._ciphers.get(found[1])
        if cipher is None:
            raise ConfigurationError(
                f"The database holds values sealed with the data key {found[1]}, but KESU_DATA_KEY is the key"
                f" {self.key_id}: start with the data key that this database was written with."
            )
        sealed = base64.urlsafe_b64decode(found[2])
        try:
            return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None).decode()
        except InvalidTag as error:
            raise ConfigurationError(
                "A sealed value in the database was altered and can't be opened: restore it from a backup."
            ) from error


def key_bytes(text: str) -> bytes:
    """A data key in base64 as bytes; ConfigurationError when it is none."""
    try:
        return base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise ConfigurationError(
            "KESU_DATA_KEY is not base64: set it to the output of `openssl rand -base64 32`."
        ) from error


def _check_length(key: bytes) -> None:
    if len(key) != KEY_BYTES:
        raise ConfigurationError(
            f"The data key has {len(key)} bytes, but needs {KEY_BYTES}: set KESU_DATA_KEY to the output"
            " of `openssl rand -base64 32`."
        )


def _key_id(key: bytes) -> str:
    return _derive(key, b"kesu-desk: key id")[:4].hex()


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(key)
