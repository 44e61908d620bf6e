"""Opens what is sealed in the database (docs/security.md), written anew for the audit."""

import base64
import binascii
import re
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_SEALED = re.compile("\U0010ff00[0-9a-f]+\\.([A-Za-z0-9_=-]+)\U0010ff01")
_NONCE = 12


class UnopenedError(Exception):
    """A value was sealed with another key, or changed."""


class Opener:
    """Opens with the data key in base64; UnopenedError for one that is none."""

    def __init__(self, data_key: str) -> None:
        try:
            key = base64.b64decode(data_key.strip(), validate=True)
        except binascii.Error as problem:
            raise UnopenedError from problem
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"kesu-desk: sealing").derive(key)
        self._cipher = AESGCM(derived)

    def text(self, value: str) -> str:
        """A text with all that is sealed in it opened; UnopenedError."""
        return _SEALED.sub(self._open, value)

    def json(self, value: Any) -> Any:  # noqa: ANN401 -- JSON
        """The same for all texts in a JSON value; keys stay as they are."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.json(one) for one in value]
        if isinstance(value, dict):
            return {name: self.json(one) for name, one in value.items()}
        return value

    def _open(self, found: re.Match[str]) -> str:
        raw = base64.urlsafe_b64decode(found[1])
        try:
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], None).decode()
        except (InvalidTag, ValueError) as problem:
            raise UnopenedError from problem
