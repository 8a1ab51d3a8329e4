"""Who is asking: a token checked against the issuer's key set, and the roles it carries."""

import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import jwt
from fastapi import Request

from chassis.api.errors import FORBIDDEN, UNAUTHENTICATED, Problem
from chassis.settings import Settings

ALGORITHM = "ES256"
LEEWAY_S = 30
RECHECK_S = 1.0
_REQUIRED = ["sub", "tenant", "roles", "iss", "aud", "exp", "iat", "jti"]
_TENANT = re.compile(r"\d{6}")
_BEARER = re.compile(r"Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)", re.IGNORECASE)
_CACHED_TOKENS = 4096


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who was authenticated.

    Attributes:
        subject: The token's ``sub``; personal, so it is never logged or put into an event as it is.
        tenant: GB/T 2260 code to which they belong.
        roles: What they may do.
        department: The department of a member of staff, if any.
    """

    subject: str
    tenant: str
    roles: frozenset[str]
    department: str | None = None

    @classmethod
    def from_claims(cls, claims: Mapping[str, Any]) -> Self:
        """Read verified claims.

        Raises:
            ValueError: A claim has the wrong shape.
        """
        subject, tenant, roles, department = (claims.get(name) for name in ("sub", "tenant", "roles", "department"))
        if not isinstance(subject, str) or not subject or not subject.isprintable():
            raise ValueError("sub")
        if not isinstance(tenant, str) or not _TENANT.fullmatch(tenant):
            raise ValueError("tenant")
        if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
            raise ValueError("roles")
        if department is not None and not (isinstance(department, str) and department.isprintable()):
            raise ValueError("department")
        return cls(subject=subject, tenant=tenant, roles=frozenset(roles), department=department)


class Verifier:
    """Checks tokens: ES256 only, this issuer, this audience, a known key, not expired.

    The key set is a file; a changed file is read again within a second. Verified tokens are remembered until they
    expire or the key set changes, because a signature check costs more than the rest of the edge.
    """

    def __init__(self, settings: Settings) -> None:
        self._path: Path = settings.jwks_path
        self._issuer = settings.issuer
        self._audience = settings.audience
        self._keys: dict[str, jwt.PyJWK] = {}
        self._stamp: tuple[int, int, int] | None = None
        self._checked = float("-inf")
        self._verified: dict[str, tuple[float, Principal]] = {}

    def verify(self, token: str) -> Principal:
        """Give the token's principal.

        Raises:
            Problem: 401, saying what to do but not what exactly was wrong with the token.
        """
        keys = self._key_set()
        known = self._verified.get(token)
        if known is not None:
            if time.time() < known[0]:
                return known[1]
            del self._verified[token]
        try:
            key = keys.get(jwt.get_unverified_header(token).get("kid", ""))
            if key is None:
                raise _refused("invalid_token")
            claims = jwt.decode(
                token, key, [ALGORITHM], {"require": _REQUIRED}, issuer=self._issuer, audience=self._audience,
                leeway=LEEWAY_S,
            )  # fmt: skip
            principal = Principal.from_claims(claims)
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise _refused("invalid_token") from error
        if len(self._verified) >= _CACHED_TOKENS:
            self._verified.pop(next(iter(self._verified)))
        self._verified[token] = (claims["exp"] + LEEWAY_S, principal)
        return principal

    def _key_set(self) -> Mapping[str, jwt.PyJWK]:
        now = time.monotonic()
        if now - self._checked >= RECHECK_S:
            self._checked = now
            try:
                stat = self._path.stat()
                stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
                if stamp != self._stamp:
                    self._keys = _read_jwks(self._path)
                    self._verified.clear()
                    self._stamp = stamp
            except (OSError, ValueError, jwt.PyJWTError):
                # A file that is being replaced, or is broken: the keys that were known stay in force until it is whole.
                self._stamp = None
        return self._keys


def _read_jwks(path: Path) -> dict[str, jwt.PyJWK]:
    document = json.loads(path.read_bytes())
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError("not a key set")
    keys = {}
    for entry in entries:
        if entry.get("kty") == "EC" and entry.get("crv") == "P-256" and entry.get("kid"):
            keys[entry["kid"]] = jwt.PyJWK(entry, ALGORITHM)
    return keys


def authenticate(request: Request) -> Principal:
    """Give who is asking, from the Authorization header.

    Raises:
        Problem: 401 without a token or with one that isn't valid here.
    """
    header = request.headers.get("authorization")
    if header is None:
        raise _refused(None)
    match = _BEARER.fullmatch(header.strip())
    if match is None:
        raise _refused("invalid_request")
    verifier: Verifier = request.app.state.verifier
    return verifier.verify(match[1])


async def principal(request: Request) -> Principal:
    """Give the principal that the route authenticated; a dependency of endpoints.

    Asynchronous, as all dependencies here: FastAPI sends a plain function to a thread, which costs more than it does.
    """
    found: Principal = request.state.principal
    return found


def require(*roles: str) -> Callable[[Request], Awaitable[Principal]]:
    """Make a dependency that lets only these roles in, and gives the principal.

    Raises (the dependency):
        Problem: 403 when the principal has none of the roles.
    """
    allowed = frozenset(roles)

    async def required(request: Request) -> Principal:
        found = await principal(request)
        if allowed.isdisjoint(found.roles):
            raise Problem(FORBIDDEN)
        return found

    required.roles = allowed  # type: ignore[attr-defined]  # read by the test that every route asks for a role
    return required


def _refused(error: str | None) -> Problem:
    challenge = 'Bearer realm="yiwangban"' + (f', error="{error}"' if error else "")
    return Problem(UNAUTHENTICATED, headers={"WWW-Authenticate": challenge})
