"""A token opens the door only if this issuer signed it, for this audience, with a key of the set, and it is in time."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from chassis.api.auth import RECHECK_S, Principal, Verifier
from chassis.api.errors import Problem
from chassis.settings import Settings
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

ISSUER, AUDIENCE = "https://issuer.test", "suite"
KEY = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())


def jwk(key: ec.EllipticCurvePrivateKey, kid: str) -> dict[str, Any]:
    public: dict[str, Any] = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
    return public | {"kid": kid, "alg": "ES256", "use": "sig"}


def write_jwks(path: Path, **keys: ec.EllipticCurvePrivateKey) -> None:
    path.write_text(json.dumps({"keys": [jwk(key, kid) for kid, key in keys.items()]}))


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    claims = {
        "sub": "user-1", "tenant": "440100", "roles": ["triage"], "department": "traffic", "iss": ISSUER,
        "aud": AUDIENCE, "iat": now, "exp": now + 300, "jti": "j-1",
    }  # fmt: skip
    return {name: value for name, value in (claims | changes).items() if value is not None}


def token(key: Any = KEY, *, kid: Any = "k1", algorithm: str = "ES256", **changes: Any) -> str:
    return jwt.encode(claims(**changes), key, algorithm, {"kid": kid})


def unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def by_hand(header: dict[str, Any], sign: Callable[[bytes], bytes] = lambda _: b"") -> str:
    signed = f"{unpadded(json.dumps(header).encode())}.{unpadded(json.dumps(claims()).encode())}"
    return f"{signed}.{unpadded(sign(signed.encode()))}"


def hs256_with_the_public_key(encoding: serialization.Encoding) -> str:
    """The classic confusion: the public key, which everybody has, taken for a shared secret."""
    secret = KEY.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
    return by_hand({"alg": "HS256", "typ": "JWT", "kid": "k1"}, lambda text: hmac.digest(secret, text, hashlib.sha256))


def tampered() -> str:
    header, _, signature = token().split(".")
    return f"{header}.{unpadded(json.dumps(claims(roles=['administrator'])).encode())}.{signature}"


@pytest.fixture
def jwks(tmp_path: Path) -> Path:
    path = tmp_path / "jwks.json"
    write_jwks(path, k1=KEY)
    return path


@pytest.fixture
def verifier(jwks: Path) -> Verifier:
    return Verifier(verifier_settings(jwks))


def verifier_settings(jwks: Path) -> Settings:
    return Settings(
        service="s", database_url="postgresql://", http_port=1, jwks_path=jwks, issuer=ISSUER, audience=AUDIENCE
    )


def test_a_good_token_gives_its_principal(verifier: Verifier) -> None:
    principal = Principal(subject="user-1", tenant="440100", roles=frozenset({"triage"}), department="traffic")
    good = token()
    assert verifier.verify(good) == principal
    assert verifier.verify(good) == principal
    assert verifier.verify(token(department=None)).department is None


BAD: dict[str, Callable[[], str]] = {
    "signed by somebody else": lambda: token(OTHER),
    "claims changed after signing": tampered,
    "signature cut off": lambda: token().rpartition(".")[0] + ".",
    "alg none": lambda: by_hand({"alg": "none", "typ": "JWT", "kid": "k1"}),
    "alg None with capitals": lambda: by_hand({"alg": "nOnE", "typ": "JWT", "kid": "k1"}),
    "HS256 with the public key as PEM": lambda: hs256_with_the_public_key(serialization.Encoding.PEM),
    "HS256 with the public key as DER": lambda: hs256_with_the_public_key(serialization.Encoding.DER),
    "another algorithm": lambda: token(rsa.generate_private_key(65537, 2048), algorithm="RS256"),
    "its own key in the header": lambda: jwt.encode(claims(), OTHER, "ES256", {"kid": "k1", "jwk": jwk(OTHER, "k1")}),
    "expired": lambda: token(exp=int(time.time()) - 31),
    "not yet valid": lambda: token(nbf=int(time.time()) + 300),
    "issued in the future": lambda: token(iat=int(time.time()) + 300),
    "wrong audience": lambda: token(aud="another suite"),
    "wrong issuer": lambda: token(iss="https://issuer.evil"),
    "unknown kid": lambda: token(kid="k9"),
    "no kid": lambda: jwt.encode(claims(), KEY, "ES256"),
    "kid of another type": lambda: by_hand({"alg": "ES256", "kid": ["k1"]}),
    "no expiry": lambda: token(exp=None),
    "no subject": lambda: token(sub=None),
    "empty subject": lambda: token(sub=""),
    "NUL in the subject": lambda: token(sub="a\0b"),
    "no tenant": lambda: token(tenant=None),
    "tenant that is no code": lambda: token(tenant="广州"),
    "roles that are one text": lambda: token(roles="administrator"),
    "roles of numbers": lambda: token(roles=[1]),
    "not a token": lambda: "a.b.c",
    "deeply nested header": lambda: f"{unpadded(b'[' * 40_000)}.e30.e30",
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_bad_token_is_refused(verifier: Verifier, bad: Callable[[], str]) -> None:
    with pytest.raises(Problem) as refused:
        verifier.verify(bad())
    assert refused.value.status == 401
    assert refused.value.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_may_be_late_by_half_a_minute_because_clocks_differ(verifier: Verifier) -> None:
    assert verifier.verify(token(exp=int(time.time()) - 20))


def test_a_token_that_was_good_is_refused_once_it_has_expired(
    verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = token()
    assert verifier.verify(good)
    later = time.time() + 331
    monkeypatch.setattr("chassis.api.auth.time.time", lambda: later)
    monkeypatch.setattr(
        "jwt.api_jwt.datetime", type("Later", (datetime,), {"now": lambda tz: datetime.fromtimestamp(later, tz)})
    )
    with pytest.raises(Problem):
        verifier.verify(good)


def test_a_changed_key_set_is_read_again_without_a_restart(
    verifier: Verifier, jwks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    monkeypatch.setattr("chassis.api.auth.time.monotonic", lambda: now)
    old, new = token(), token(OTHER, kid="k2")
    assert verifier.verify(old)
    write_jwks(jwks, k2=OTHER)
    now += RECHECK_S
    assert verifier.verify(new)
    with pytest.raises(Problem):
        verifier.verify(old)


@pytest.mark.parametrize(
    "content", ["", "[]", '{"keys": [1]}', '{"keys": 1}', '{"keys": [{"kty": "EC", "crv": "P-256", "kid": "k1"}]}']
)
def test_a_broken_key_set_leaves_the_known_keys_in_force(
    verifier: Verifier, jwks: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    now = time.monotonic()
    monkeypatch.setattr("chassis.api.auth.time.monotonic", lambda: now)
    assert verifier.verify(token())
    jwks.write_text(content)
    now += RECHECK_S
    assert verifier.verify(token(sub="user-2"))


def test_without_a_key_set_nobody_gets_in_until_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic()
    monkeypatch.setattr("chassis.api.auth.time.monotonic", lambda: now)
    path = tmp_path / "late.json"
    late = Verifier(verifier_settings(path))
    with pytest.raises(Problem):
        late.verify(token())
    write_jwks(path, k1=KEY)
    now += RECHECK_S
    assert late.verify(token())


def test_remembered_tokens_are_bounded(verifier: Verifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.api.auth._CACHED_TOKENS", 2)
    for number in range(4):
        verifier.verify(token(sub=f"user-{number}"))
    assert len(verifier._verified) == 2
