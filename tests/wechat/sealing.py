"""Signing and sealing as the platform does it; written apart from the desk's own, to be held against it."""

import base64
import hashlib
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32


def signature(*parts):
    """The sha1 of the parts, sorted and joined."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 -- the platform's choice


class Sealer:
    """Seals for one receiver (appid or corpid) with one 43-character key."""

    def __init__(self, token, aes_key, receiver):
        self.token, self.receiver = token, receiver
        self._key = base64.b64decode(aes_key + "=")

    def seal(self, text, *, receiver=None, random16=None):
        """The Encrypt field for `text`."""
        body = text.encode()
        whole = (random16 or secrets.token_bytes(16)) + struct.pack(">I", len(body)) + body
        whole += (self.receiver if receiver is None else receiver).encode()
        fill = BLOCK - len(whole) % BLOCK
        return self.seal_bytes(whole + bytes([fill]) * fill)

    def seal_bytes(self, whole):
        """Encrypt what is already padded: for tests of wrong lengths and paddings."""
        cipher = self._cipher().encryptor()
        return base64.b64encode(cipher.update(whole) + cipher.finalize()).decode()

    def open(self, sealed):
        """The text in an Encrypt field; AssertionError when it is not as it should be."""
        cipher = self._cipher().decryptor()
        whole = cipher.update(base64.b64decode(sealed, validate=True)) + cipher.finalize()
        fill = whole[-1]
        assert 1 <= fill <= BLOCK, "bad padding"
        assert whole.endswith(bytes([fill]) * fill), "bad padding"
        whole = whole[:-fill]
        length = struct.unpack(">I", whole[16:20])[0]
        assert whole[20 + length :].decode() == self.receiver, "sealed for somebody else"
        return whole[20 : 20 + length].decode()

    def query(self, sealed, timestamp, nonce):
        """The signed parameters that go with a sealed body."""
        timestamp = str(timestamp)
        return {
            "msg_signature": signature(self.token, timestamp, nonce, sealed),
            "timestamp": timestamp,
            "nonce": nonce,
        }

    def _cipher(self):
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))
