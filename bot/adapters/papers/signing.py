"""Signs evidence packs with a key of this desk (Ed25519), derived from its data key."""

import hashlib
import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bot.adapters.derived_keys import derived_key


class DeskSigner:
    """The desk's signature and its salts (services.evidence.Signer)."""

    def __init__(self, data_key: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(derived_key(data_key, "evidence signature"))
        self._salts = derived_key(data_key, "evidence salts")

    @property
    def key(self) -> str:
        """The public key, in hex."""
        return self._private.public_key().public_bytes_raw().hex()

    def sign(self, data: bytes) -> str:
        """The signature, in hex."""
        return self._private.sign(data).hex()

    def salt(self, place: str) -> str:
        """The salt for a place in the pack: nobody without the data key can work it out."""
        return hmac.new(self._salts, place.encode(), hashlib.sha256).hexdigest()[:32]


def is_signed(data: bytes, signature: str, key: str) -> bool:
    """Whether the signature over the data fits the public key (both in hex)."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), data)
    except (InvalidSignature, ValueError):
        return False
    return True
