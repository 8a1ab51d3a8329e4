"""Who is asking: a token checked against the issuer's keys, and the roles it carries."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Self

import jwt
from contracts.tenants import load_tenants
from fastapi import Request

from chassis.api.errors import UNAUTHENTICATED, Problem, unavailable
from chassis.api.keys import KeySet, keys_of
from chassis.settings import DEVELOPMENT, Settings

LEEWAY_S: Final = 30
"""How far clocks may differ."""

LONGEST: Final = 8 * 1024
"""Characters of a token."""

OWN_KEYS: Final = frozenset({"crit", "jku", "jwk", "x5c", "x5u"})
"""Header parameters by which a token would say itself how it is to be checked, or with which key (RFC 8725, 3.10)."""

_REQUIRED = ["sub", "tenant", "roles", "iss", "aud", "exp", "iat", "jti"]
_BEARER = re.compile(r"Bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)")
"""One spelling, so that the gateway and every service read the same token out of the same header."""

_CACHED_TOKENS = 4096

tenants = cache(load_tenants)
"""The cities of the suite, read once."""


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
        if not isinstance(tenant, str) or tenant not in tenants():
            raise ValueError("tenant")
        if not isinstance(roles, list) or not roles or not all(isinstance(role, str) and role for role in roles):
            raise ValueError("roles")
        if department is not None and not (isinstance(department, str) and department.isprintable()):
            raise ValueError("department")
        return cls(subject=subject, tenant=tenant, roles=frozenset(roles), department=department)


class Verifier:
    """Checks access tokens: one algorithm, this issuer, this audience, a key of its set, in time, and not for long.

    Verified tokens are remembered until they expire or the keys change, because a signature check costs more than the
    rest of the edge. A right that was withdrawn ends with the token: within ``JWT_LIFE_S``, and `LEEWAY_S`.
    """

    def __init__(self, settings: Settings) -> None:
        self._keys = keys_of(settings)
        self._algorithm = settings.algorithm
        self._type = settings.token_type.lower()
        self._life_s = settings.token_life_s
        self._production = settings.environment != DEVELOPMENT
        self._issuer = settings.issuer
        self._audience = settings.audience
        self._seen: KeySet = {}
        self._verified: dict[str, tuple[str, float, Principal]] = {}

    async def verify(self, token: str) -> Principal:
        """Give the token's principal.

        Raises:
            Problem: 401, saying what to do but not what exactly was wrong with the token; 503 while no key is known.
        """
        known = self._verified.get(token)
        kid = known[0] if known else self._kid(token)
        keys = await self._keys.holding(kid)
        if not keys:
            raise unavailable()
        if keys is not self._seen:
            self._verified.clear()
            self._seen = keys
        if (known := self._verified.get(token)) is not None:
            if time.time() < known[1]:
                return known[2]
            del self._verified[token]
        until, principal = self._checked(token, keys.get(kid))
        if len(self._verified) >= _CACHED_TOKENS:
            self._verified.pop(next(iter(self._verified)))
        self._verified[token] = (kid, until, principal)
        return principal

    def _kid(self, token: str) -> str:
        """Read the header: an access token, and the name of one of our keys; nothing that says how to check it."""
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise _refused("invalid_token") from error
        kid = header.get("kid")
        borrowed = self._production and str(kid).startswith(DEVELOPMENT)  # whoever put that issuer's key into the set
        access = str(header.get("typ")).lower() == self._type
        if not access or not isinstance(kid, str) or borrowed or not OWN_KEYS.isdisjoint(header):
            raise _refused("invalid_token")
        return kid

    def _checked(self, token: str, key: jwt.PyJWK | None) -> tuple[float, Principal]:
        """Check signature and claims; give also until when the token holds, in Unix seconds."""
        if key is None:
            raise _refused("invalid_token")
        try:
            claims = jwt.decode(
                token, key, [self._algorithm], {"require": _REQUIRED, "enforce_minimum_key_length": True},
                issuer=self._issuer, audience=self._audience, leeway=LEEWAY_S,
            )  # fmt: skip
            return self._until(claims) + LEEWAY_S, Principal.from_claims(claims)
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise _refused("invalid_token") from error

    def _until(self, claims: Mapping[str, Any]) -> float:
        """Give the time of expiry: both times are numbers (RFC 7519), and not far from each other."""
        issued, expires = claims["iat"], claims["exp"]
        if not all(isinstance(each, int | float) for each in (issued, expires)) or expires - issued > self._life_s:
            raise ValueError("exp")
        return float(expires)


async def authenticate(request: Request) -> Principal:
    """Give who is asking, from the one Authorization header.

    Raises:
        Problem: 401 without a token or with one that isn't valid here.
    """
    given = request.headers.getlist("authorization")
    if not given:
        raise _refused(None)
    match = _BEARER.fullmatch(given[0]) if len(given) == 1 and len(given[0]) <= LONGEST else None
    if match is None:
        raise _refused("invalid_request")
    verifier: Verifier = request.app.state.verifier
    return await verifier.verify(match[1])


async def principal(request: Request) -> Principal:
    """Give the principal that the route authenticated; a dependency of endpoints.

    Asynchronous, as all dependencies here: FastAPI sends a plain function to a thread, which costs more than it does.
    """
    found: Principal = request.state.principal
    return found


def _refused(error: str | None) -> Problem:
    challenge = 'Bearer realm="yiwangban"' + (f', error="{error}"' if error else "")
    return Problem(UNAUTHENTICATED, headers={"WWW-Authenticate": challenge})
