"""The development issuer: an ES256 key made at set-up, its public key set, and tokens for whoever tries the suite.

Production has an issuer of its own (OpenID Connect); gateway and services need nothing of this but a key set.
"""

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
from contracts.tenants import PROVINCE
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

ISSUER = "https://issuer.yiwangban.localhost"
AUDIENCE = "yiwangban"
ALGORITHM = "ES256"
TYPE = "at+jwt"
"""Header ``typ`` of access tokens (RFC 9068)."""

LIFE = timedelta(hours=1)
"""How long a token holds; gateway and services accept none that holds longer."""

KID = "development-"
"""What the names of its keys start with. Services outside development refuse such a key, whatever set it is in."""

ROLES = (
    "citizen",
    "agent",
    "guardian",
    "connector",
    "window",
    "examiner",
    "approver",
    "triage",
    "handler",
    "spokesperson",
    "agency-head",
    "duty-officer",
    "supervisor",
    "volunteer-supervisor",
    "analyst",
    "auditor",
    "administrator",
)


class Issuer:
    """Signs tokens with the key in one folder.

    Args:
        state: Folder of the private key (mode 0600) and the key set.
    """

    def __init__(self, state: Path) -> None:
        self.private = state / "private.pem"
        self.jwks = state / "jwks.json"

    def prepare(self) -> None:
        """Make the key and its set unless they are there."""
        if not self.private.exists():
            write_secret(self.private, _new_key())
        own, listed = self._public(self.private.read_bytes()), self._listed()
        if own not in listed:
            self._publish([own, *listed])

    def token(
        self,
        *,
        sub: str,
        tenant: str,
        roles: Sequence[str],
        department: str | None = None,
        ttl: timedelta = LIFE,
        audience: str = AUDIENCE,
        issuer: str = ISSUER,
        key: Path | None = None,
    ) -> str:
        """Sign a token.

        Args:
            sub: Who it is for.
            tenant: GB/T 2260 code of their tenant.
            roles: What they may do.
            department: Their department, for members of staff that have one.
            ttl: How long it holds; a negative one makes an expired token, one above `LIFE` a token that nobody takes.
            audience: For which system.
            issuer: In whose name.
            key: File of another private key than the one that signs usually.
        """
        now = datetime.now(UTC)
        claims = {
            "iss": issuer,
            "aud": audience,
            "sub": sub,
            "tenant": tenant,
            "roles": list(roles),
            "iat": now + min(ttl, timedelta()),
            "exp": now + ttl,
            "jti": secrets.token_hex(16),
        }
        if department:
            claims["department"] = department
        signing = (key or self.private).read_bytes()
        return jwt.encode(claims, signing, ALGORITHM, headers={"typ": TYPE, "kid": self._public(signing)["kid"]})

    def rotate(self, announce: Callable[[str], object] = lambda _: None) -> None:
        """Sign with a new key from now on. The set holds it before it signs, and the old ones until `retire`.

        Args:
            announce: Called with a token of the new key while all others still are of the old one. Returns once
                everybody who checks tokens takes it; if it raises, the old key goes on signing.
        """
        fresh = self.private.with_name(f"fresh-{secrets.token_hex(8)}.pem")
        write_secret(fresh, _new_key())
        try:
            self._publish([self._public(fresh.read_bytes()), *self._listed()])
            announce(self.token(sub="rotation", tenant=PROVINCE, roles=["citizen"], key=fresh))
            fresh.replace(self.private)
        finally:
            fresh.unlink(missing_ok=True)

    def retire(self) -> None:
        """Take all keys but the one that signs out of the set: tokens that were signed with them are refused."""
        self._publish([self._public(self.private.read_bytes())])

    def _listed(self) -> list[dict[str, str]]:
        keys: list[dict[str, str]] = json.loads(self.jwks.read_text("utf-8"))["keys"] if self.jwks.exists() else []
        return keys

    def _publish(self, keys: Sequence[Mapping[str, str]]) -> None:
        """Put another set in the place of the one there is, whole."""
        draft = self.jwks.with_name(f".{self.jwks.name}.{secrets.token_hex(8)}")
        draft.write_text(json.dumps({"keys": keys}, indent=2), "utf-8")
        draft.replace(self.jwks)

    def _public(self, private: bytes) -> dict[str, str]:
        """Give the public half as a JWK whose ``kid`` is its thumbprint (RFC 7638)."""
        key = serialization.load_pem_private_key(private, None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{self.private} is not an elliptic-curve key")
        numbers = key.public_key().public_numbers()
        core = {"crv": "P-256", "kty": "EC", "x": _coordinate(numbers.x), "y": _coordinate(numbers.y)}
        thumbprint = hashlib.sha256(json.dumps(core, separators=(",", ":"), sort_keys=True).encode()).digest()
        return {**core, "alg": ALGORITHM, "use": "sig", "kid": KID + _base64url(thumbprint)}


def write_secret(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read; it never exists with a wider mode, or half written.

    Raises:
        FileExistsError: It is there already.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    finally:
        draft.unlink()


def _new_key() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _coordinate(number: int) -> str:
    return _base64url(number.to_bytes(32))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
