"""The development issuer: an ES256 key made at set-up, its public key set, and tokens for whoever tries the suite.

Production has an issuer of its own (OpenID Connect); gateway and services need nothing of this but a key set.
"""

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

ISSUER = "https://issuer.yiwangban.localhost"
AUDIENCE = "yiwangban"
ALGORITHM = "ES256"
ROLES = ("citizen", "connector", "triage", "handler", "analyst", "auditor", "administrator")


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
        if not self.jwks.exists():
            self.jwks.write_text(json.dumps({"keys": [self._public()]}, indent=2), "utf-8")

    def token(
        self,
        *,
        sub: str,
        tenant: str,
        roles: Sequence[str],
        department: str | None = None,
        ttl: timedelta = timedelta(hours=12),
        audience: str = AUDIENCE,
        issuer: str = ISSUER,
    ) -> str:
        """Sign a token.

        Args:
            sub: Who it is for.
            tenant: GB/T 2260 code of their tenant.
            roles: What they may do.
            department: Their department, for members of staff that have one.
            ttl: How long it holds; a negative one makes an expired token.
            audience: For which system.
            issuer: In whose name.
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
        return jwt.encode(claims, self.private.read_bytes(), ALGORITHM, headers={"kid": self._public()["kid"]})

    def _public(self) -> dict[str, str]:
        """Give the public key as a JWK whose ``kid`` is its thumbprint (RFC 7638)."""
        key = serialization.load_pem_private_key(self.private.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{self.private} is not an elliptic-curve key")
        numbers = key.public_key().public_numbers()
        core = {"crv": "P-256", "kty": "EC", "x": _coordinate(numbers.x), "y": _coordinate(numbers.y)}
        thumbprint = hashlib.sha256(json.dumps(core, separators=(",", ":"), sort_keys=True).encode()).digest()
        return {**core, "alg": ALGORITHM, "use": "sig", "kid": _base64url(thumbprint)}


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
