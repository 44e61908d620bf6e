"""Signatures and encryption of callbacks, as WeChat and WeCom do them.

AES-256-CBC with the key's first half as IV, padded to 32 bytes: 16 random bytes, the length of the message in
four bytes, the message, the id of the account.
"""

import base64
import binascii
import hashlib
import hmac
import re

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.domain.wechat_inbound import Malformed, Opened, Trouble

_PAD_TO = 32
_BLOCK, _RANDOM, _LENGTH = 16, 16, 4
_KEY = re.compile(r"[A-Za-z0-9+/]{43}")
_SIGNATURE = re.compile(rb"[0-9a-f]{40}")


def signature(*parts: str) -> str:
    """SHA-1 of the sorted parts: weak by today's measure, but what WeChat signs with."""
    joined = b"".join(sorted(part.encode("utf-8", "replace") for part in parts))
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


def same(made: str, given: str) -> bool:
    """Whether a signature is the right one, in a time that doesn't tell how nearly."""
    return hmac.compare_digest(made.encode(), given.encode("utf-8", "replace"))


def looks_signed(given: str) -> bool:
    """Whether it could be a signature at all."""
    return _SIGNATURE.fullmatch(given.encode("utf-8", "replace")) is not None


def key_bytes(key: str) -> bytes:
    """The 32 bytes of an EncodingAESKey; ValueError if it isn't 43 letters and digits."""
    if not _KEY.fullmatch(key):
        raise ValueError("an EncodingAESKey has 43 letters and digits")
    return base64.b64decode(f"{key}=")


def decrypt(encrypted: str, keys: tuple[str, ...], app_id: str) -> Opened:
    """The message, and which key opened it. `Malformed` says the same whatever was wrong with it.

    Every key is tried, and every check made, whatever came out before.
    """
    opened = [_open(encrypted, key_bytes(key), app_id.encode()) for key in keys]
    for index, xml in enumerate(opened):
        if xml is not None:
            return Opened(xml, index)
    raise Malformed(Trouble.CRYPTO, "can't be decrypted")


def encrypt(message: bytes, key: str, app_id: str, random16: bytes) -> str:
    """The message encrypted, in base64; `random16` are 16 fresh random bytes."""
    if len(random16) != _RANDOM:
        raise ValueError("16 random bytes are needed")
    plain = random16 + len(message).to_bytes(_LENGTH, "big") + message + app_id.encode()
    short = _PAD_TO - len(plain) % _PAD_TO
    return base64.b64encode(_run(key_bytes(key), plain + bytes([short]) * short, encrypting=True)).decode()


def _open(encrypted: str, key: bytes, app_id: bytes) -> bytes | None:
    try:
        sealed = base64.b64decode(encrypted, validate=True)
    except (binascii.Error, ValueError):
        return None
    if not sealed or len(sealed) % _BLOCK:
        return None
    plain = _run(key, sealed, encrypting=False)
    short = plain[-1]
    is_padded = hmac.compare_digest(plain[-short:], bytes([short]) * short) if short else False
    body = plain[_RANDOM + _LENGTH : -short] if short else b""
    length = int.from_bytes(plain[_RANDOM : _RANDOM + _LENGTH], "big")
    is_ours = hmac.compare_digest(body[length:], app_id)
    return body[:length] if is_padded and short <= _PAD_TO and length <= len(body) and is_ours else None


def _run(key: bytes, data: bytes, *, encrypting: bool) -> bytes:
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:_BLOCK]))
    done = cipher.encryptor() if encrypting else cipher.decryptor()
    return done.update(data) + done.finalize()
