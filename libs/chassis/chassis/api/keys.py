"""The issuer's public keys: read from a file that is watched, or asked of the issuer by OpenID Connect Discovery.

A new key is used when the first token names it; one that was taken out of the set is refused within `RECHECK_S`
(file) or `REFRESH_S` (issuer).
"""

import asyncio
import http.client
import json
import logging
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import jwt

from chassis.settings import Settings

log = logging.getLogger(__name__)

KeySet = Mapping[str, jwt.PyJWK]
"""Keys by their ``kid``. A set that changed is another object."""

RECHECK_S: Final = 1.0
"""How often a file is looked at."""

REFRESH_S: Final = 60.0
"""Age at which an issuer's set is asked for again."""

AGAIN_S: Final = 5.0
"""An issuer is asked no more often, whatever keys tokens name."""

FETCH_S: Final = 3.0
"""Longest wait for one answer of the issuer."""

LARGEST: Final = 256 * 1024
"""Bytes of an answer."""

FAMILIES: Final[Mapping[str, tuple[str, str | None]]] = MappingProxyType(
    {"ES256": ("EC", "P-256"), "ES384": ("EC", "P-384"), "RS256": ("RSA", None), "PS256": ("RSA", None)}
)
"""Algorithms that one may pin, each with the type and the curve of its keys (RFC 7518)."""


_BROKEN = (OSError, ValueError, RecursionError, http.client.HTTPException, jwt.PyJWTError)
"""What reading a set may come to, be it because somebody is replacing it."""


class Keys(Protocol):
    """Where keys come from."""

    async def holding(self, kid: str) -> KeySet:
        """Give the keys in force; looks again if this one isn't among them. Never raises: no set is an empty one."""
        ...


def keys_of(settings: Settings) -> Keys:
    """Choose where a service's keys come from."""
    if settings.discovery_url is None:
        return KeyFile(settings.jwks_path, settings.algorithm)
    return DiscoveredKeys(settings.discovery_url, settings.issuer, settings.algorithm)


class KeyFile:
    """A key set in a file. One that is being replaced, or is broken, leaves the keys in force that were known."""

    def __init__(self, path: Path, algorithm: str) -> None:
        self._path = path
        self._algorithm = algorithm
        self._keys: KeySet = {}
        self._stamp: tuple[int, int, int] | None = None
        self._checked = float("-inf")

    async def holding(self, kid: str) -> KeySet:
        """Look at the file if it is time, or if the key isn't known: that costs microseconds."""
        now = monotonic()
        if now - self._checked >= RECHECK_S or kid not in self._keys:
            self._checked = now
            try:
                self._read()
            except _BROKEN:
                self._stamp = None
        return self._keys

    def _read(self) -> None:
        stat = self._path.stat()
        stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        if stamp != self._stamp:
            self._keys = key_set(json.loads(self._path.read_bytes()), self._algorithm)
            self._stamp = stamp


class DiscoveredKeys:
    """The set that an issuer names in its discovery document. While it doesn't answer, the known keys stay in force.

    Args:
        url: Of the discovery document.
        issuer: Whose it must be, to the letter.
        algorithm: The one that tokens must be signed with.
    """

    def __init__(self, url: str, issuer: str, algorithm: str) -> None:
        self._url = url
        self._issuer = issuer
        self._algorithm = algorithm
        self._keys: KeySet = {}
        self._found: Any = None
        self._asked = float("-inf")
        self._asking = asyncio.Lock()

    async def holding(self, kid: str) -> KeySet:
        """Ask the issuer if the set is old or lacks the key. One asks; whoever has a known key doesn't wait for it."""
        if self._due(kid) and not (kid in self._keys and self._asking.locked()):
            async with self._asking:
                if self._due(kid):
                    await self._ask()
        return self._keys

    def _due(self, kid: str) -> bool:
        age = monotonic() - self._asked
        return age >= REFRESH_S or (kid not in self._keys and age >= AGAIN_S)

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(2 * FETCH_S):
                found = await asyncio.to_thread(discovered, self._url, self._issuer)
            if found != self._found:
                self._keys, self._found = key_set(found, self._algorithm), found
        except _BROKEN as error:
            log.warning("the issuer's keys can't be read", extra={"error.type": type(error).__qualname__})
        finally:
            self._asked = monotonic()


def discovered(url: str, issuer: str) -> Any:
    """Follow a discovery document to its issuer's key set (OpenID Connect Discovery 1.0, section 4).

    Raises:
        OSError: No answer in time, or not a 200.
        ValueError: Not the issuer's document, or it leads from https to plain http.
    """
    document = _fetch(url)
    if not isinstance(document, dict) or document.get("issuer") != issuer:
        raise ValueError("the discovery document is another issuer's")
    location = document.get("jwks_uri")
    if not isinstance(location, str) or urlsplit(location).scheme not in {"https", urlsplit(url).scheme}:
        raise ValueError("the discovery document leads to no key set")
    return _fetch(location)


def key_set(document: Any, algorithm: str) -> KeySet:
    """Read a key set (RFC 7517): its keys for signatures by one algorithm; others are none of ours.

    Raises:
        ValueError: Not a key set, or it holds a secret or private key.
        jwt.PyJWTError: One of the keys is broken.
    """
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError("not a key set")
    if any(entry.get("kty") == "oct" or "d" in entry for entry in entries):
        raise ValueError("a key set that anybody may read holds a secret")
    return {entry["kid"]: jwt.PyJWK(entry, algorithm) for entry in entries if _fits(entry, algorithm)}


def _fits(entry: Mapping[str, Any], algorithm: str) -> bool:
    family, curve = FAMILIES[algorithm]
    return (
        entry.get("kty") == family
        and entry.get("crv") == curve
        and entry.get("use", "sig") == "sig"
        and entry.get("alg", algorithm) == algorithm
        and isinstance(entry.get("kid"), str)
        and bool(entry["kid"])
    )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Goes nowhere else than where the settings say."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow nothing: the redirect is an error."""
        return


_OPENER = urllib.request.build_opener(_NoRedirect)


def _fetch(url: str) -> Any:
    request = urllib.request.Request(url, headers={"Accept": "application/json"})  # noqa: S310  settings allow http(s)
    with _OPENER.open(request, timeout=FETCH_S) as answer:
        content = answer.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError("the issuer's answer is too large")
    return json.loads(content)
