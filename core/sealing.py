"""Personal data at rest: sealed with a key ring, looked up by a keyed hash.

The first of `DATA_KEYS` seals, all of them open: put a new key in front to rotate.
`SECRET_KEY` keys the hashes; changing it would lose the way to everything registered.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Unreadable(Exception):
    """Sealed with a key that is not in the ring, or damaged."""


class Seal:
    """Seals and opens text, and gives the hashes by which sealed things are found."""

    def __init__(self, data_keys: str, secret_key: str) -> None:
        keys = [key.strip() for key in data_keys.split(",") if key.strip()]
        self._ring = MultiFernet([Fernet(key) for key in keys])
        self._secret = secret_key.encode()

    def close(self, text: str) -> bytes:
        """Seal a text; the moment at which it was sealed can be read from it without a key."""
        return self.close_bytes(text.encode())

    def close_as_of(self, text: str, moment: datetime) -> bytes:
        """Seal a text so that another moment is read from it."""
        return self._ring.encrypt_at_time(text.encode(), int(moment.timestamp()))

    def open(self, sealed: bytes) -> str:
        """Open what was sealed with any key of the ring; raise Unreadable otherwise."""
        return self.open_bytes(sealed).decode()

    def close_bytes(self, content: bytes) -> bytes:
        """Seal a file."""
        return self._ring.encrypt(content)

    def open_bytes(self, sealed: bytes) -> bytes:
        """Open a sealed file; raise Unreadable where no key of the ring opens it."""
        try:
            return self._ring.decrypt(sealed)
        except InvalidToken as error:
            raise Unreadable("no key of the ring opens it") from error

    def fingerprint(self, purpose: str, *parts: str) -> str:
        """Hash a value for look-up: 32 hexadecimal digits, different for each purpose."""
        message = "\0".join((purpose, *parts)).encode()
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()[:32]

    def link(self, *parts: str) -> str:
        """Hash parts for a chain that only the holder of the key can continue: 64 digits."""
        message = "\0".join(("link", *parts)).encode()
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()
