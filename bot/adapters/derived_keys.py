"""Keys for single purposes, derived from the desk's data key: one says nothing of the others."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_BYTES = 32


def derived_key(data_key: bytes, purpose: str) -> bytes:
    """The key for one purpose: always the same for the same data key."""
    return HKDF(algorithm=SHA256(), length=_BYTES, salt=None, info=f"kesu-desk: {purpose}".encode()).derive(
        data_key
    )
