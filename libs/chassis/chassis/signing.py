"""Short texts that leave the suite and come back: nobody else can make one, change it, or use it for something else.

A signed text isn't secret; whoever holds it can read it.
"""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime
from functools import cache
from typing import Final

MAC_BYTES: Final = 16
"""128 bits: nobody guesses one."""


class ForgedError(ValueError):
    """Not signed here, for another purpose, or changed."""


class ExpiredError(ValueError):
    """Signed here, and no longer valid."""


class Signer:
    """Signs and reads back for one purpose."""

    def __init__(self, secret: bytes, context: str) -> None:
        """Derive the key, so that a text signed for one context means nothing in another.

        Args:
            secret: The suite's, at least 256 bits.
            context: The purpose.
        """
        self._key = _key_for(secret, context)

    def sign(self, text: str, *, until: datetime | None = None) -> str:
        """Give the text signed, in base64url with one dot.

        Args:
            text: What comes back.
            until: After that it doesn't; None: it always does.
        """
        expiry = "" if until is None else str(int(until.timestamp()))
        body = _to_base64(f"{expiry}|{text}".encode())
        return f"{body}.{self._mac(body)}"

    def read(self, signed: str, *, now: datetime) -> str:
        """Give the text back.

        Raises:
            ForgedError: It isn't one of ours.
            ExpiredError: Its time is over.
        """
        body, _, mac = signed.rpartition(".")
        if not hmac.compare_digest(mac.encode(), self._mac(body).encode()):
            raise ForgedError
        expiry, _, text = _from_base64(body).decode().partition("|")
        if expiry and now.timestamp() >= int(expiry):
            raise ExpiredError
        return text

    def _mac(self, body: str) -> str:
        return _to_base64(hmac.digest(self._key, body.encode(), hashlib.sha256)[:MAC_BYTES])


@cache
def _key_for(secret: bytes, context: str) -> bytes:
    return hmac.digest(secret, f"signer|{context}".encode(), hashlib.sha256)


def _to_base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _from_base64(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ForgedError from error
