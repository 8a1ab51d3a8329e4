"""Who a token stands for, for how long, and by which keys. What opens nothing is in ``test_tokens.py``."""

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from chassis.api.auth import Principal, Verifier
from chassis.api.errors import Problem
from chassis.api.keys import RECHECK_S
from chassis.settings import Settings
from cryptography.hazmat.primitives.asymmetric import ec

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


def token(key: Any = KEY, *, kid: Any = "k1", **changes: Any) -> str:
    return jwt.encode(claims(**changes), key, "ES256", {"typ": "at+jwt", "kid": kid})


@pytest.fixture
def jwks(tmp_path: Path) -> Path:
    path = tmp_path / "jwks.json"
    write_jwks(path, k1=KEY)
    return path


@pytest.fixture
def verifier(jwks: Path) -> Verifier:
    return Verifier(verifier_settings(jwks))


def replace(jwks: Path, content: str) -> None:
    jwks.write_text(content)


def verifier_settings(jwks: Path) -> Settings:
    return Settings(
        service="s", database_url="postgresql://", http_port=1, jwks_path=jwks, issuer=ISSUER, audience=AUDIENCE
    )


def outside_development(settings: Settings) -> Settings:
    bus = {"kafka_user": "billing", "kafka_password_path": Path("password"), "kafka_ca_path": Path("authorities")}
    return settings.changed(environment="production", pseudonym_secret_path=Path("pseudonym"), **bus)


async def test_a_good_token_gives_its_principal(verifier: Verifier) -> None:
    principal = Principal(subject="user-1", tenant="440100", roles=frozenset({"triage"}), department="traffic")
    good = token()
    assert await verifier.verify(good) == principal
    assert await verifier.verify(good) == principal
    assert (await verifier.verify(token(department=None))).department is None


async def test_a_token_may_be_late_by_half_a_minute_because_clocks_differ(verifier: Verifier) -> None:
    assert await verifier.verify(token(exp=int(time.time()) - 20))


async def test_outside_development_a_key_of_a_development_issuer_opens_nothing(jwks: Path) -> None:
    kid = "development-k1"
    write_jwks(jwks, **{kid: KEY, "k1": KEY})
    settings = verifier_settings(jwks)
    assert await Verifier(settings).verify(token(kid=kid))
    outside = Verifier(outside_development(settings))
    assert await outside.verify(token())
    with pytest.raises(Problem):
        await outside.verify(token(kid=kid))


@pytest.mark.parametrize(("life", "taken"), [(600, True), (601, False)])
async def test_no_token_holds_longer_than_a_right_may_outlive_its_withdrawal(
    jwks: Path, life: int, *, taken: bool
) -> None:
    verifier, now = Verifier(verifier_settings(jwks).changed(token_life_s=600)), int(time.time())
    long = token(iat=now - 300, exp=now - 300 + life)
    if taken:
        assert await verifier.verify(long)
    else:
        with pytest.raises(Problem):
            await verifier.verify(long)


async def test_a_new_key_is_used_by_the_first_token_that_names_it(verifier: Verifier, jwks: Path) -> None:
    assert await verifier.verify(token())
    write_jwks(jwks, k1=KEY, k2=OTHER)
    assert await verifier.verify(token(OTHER, kid="k2"))
    assert await verifier.verify(token())


async def test_a_token_that_was_good_is_refused_once_it_has_expired(
    verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = token()
    assert await verifier.verify(good)
    later = time.time() + 331
    monkeypatch.setattr("chassis.api.auth.time.time", lambda: later)
    monkeypatch.setattr(
        "jwt.api_jwt.datetime", type("Later", (datetime,), {"now": lambda tz: datetime.fromtimestamp(later, tz)})
    )
    with pytest.raises(Problem):
        await verifier.verify(good)


async def test_a_changed_key_set_is_read_again_without_a_restart(
    verifier: Verifier, jwks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    monkeypatch.setattr("chassis.api.keys.monotonic", lambda: now)
    old, new = token(), token(OTHER, kid="k2")
    assert await verifier.verify(old)
    write_jwks(jwks, k2=OTHER)
    now += RECHECK_S
    assert await verifier.verify(new)
    with pytest.raises(Problem):
        await verifier.verify(old)


@pytest.mark.parametrize(
    "content", ["", "[]", '{"keys": [1]}', '{"keys": 1}', '{"keys": [{"kty": "EC", "crv": "P-256", "kid": "k1"}]}']
)
async def test_a_broken_key_set_leaves_the_known_keys_in_force(
    verifier: Verifier, jwks: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    now = time.monotonic()
    monkeypatch.setattr("chassis.api.keys.monotonic", lambda: now)
    assert await verifier.verify(token())
    replace(jwks, content)
    now += RECHECK_S
    assert await verifier.verify(token(sub="user-2"))


async def test_without_a_key_set_nobody_gets_in_until_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    monkeypatch.setattr("chassis.api.keys.monotonic", lambda: now)
    path = tmp_path / "late.json"
    late = Verifier(verifier_settings(path))
    with pytest.raises(Problem):
        await late.verify(token())
    write_jwks(path, k1=KEY)
    now += RECHECK_S
    assert await late.verify(token())


async def test_remembered_tokens_are_bounded(verifier: Verifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.api.auth._CACHED_TOKENS", 2)
    for number in range(4):
        await verifier.verify(token(sub=f"user-{number}"))
    assert len(verifier._verified) == 2
