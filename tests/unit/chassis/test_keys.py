"""An issuer's keys by OpenID Connect Discovery: asked for when needed, seldom, once for all who wait."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from chassis.api import keys
from chassis.api.keys import AGAIN_S, REFRESH_S, DiscoveredKeys, key_set
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.integration.kit.provider import Provider, providing


def jwk(kid: str, **changes: Any) -> dict[str, Any]:
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    named = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(public)) | {"kid": kid, "alg": "ES256", "use": "sig"}
    return {name: value for name, value in (named | changes).items() if value is not None}


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as provider:
        yield provider


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("chassis.api.keys.monotonic", clock)
    return clock


def discovered(provider: Provider) -> DiscoveredKeys:
    return DiscoveredKeys(provider.url, provider.issuer, "ES256")


async def test_the_discovery_document_leads_to_the_keys(provider: Provider, clock: Clock) -> None:
    provider.keys = [jwk("one")]
    known = discovered(provider)
    assert (await known.holding("one")).keys() == {"one"}
    assert await known.holding("one") is await known.holding("one"), "an unchanged set is the same object"
    assert provider.asked == ["/.well-known/openid-configuration", "/jwks"]


async def test_a_new_key_is_found_by_the_first_token_that_names_it(provider: Provider, clock: Clock) -> None:
    provider.keys = [jwk("one")]
    known = discovered(provider)
    await known.holding("one")
    provider.keys.append(jwk("two"))
    clock.now += AGAIN_S
    assert (await known.holding("two")).keys() == {"one", "two"}


async def test_names_that_nobody_knows_dont_make_us_ask_again_and_again(provider: Provider, clock: Clock) -> None:
    provider.keys = [jwk("one")]
    known = discovered(provider)
    for number in range(100):
        await known.holding(f"made-up-{number}")
    assert provider.asked.count("/jwks") == 1


async def test_who_comes_while_the_keys_are_being_asked_for_waits_for_the_same_answer(
    provider: Provider, clock: Clock
) -> None:
    provider.keys = [jwk("one")]
    known = discovered(provider)
    found = await asyncio.gather(*(known.holding("one") for _ in range(50)))
    assert all("one" in each for each in found)
    assert provider.asked.count("/jwks") == 1


async def test_a_key_that_was_taken_out_is_forgotten_within_the_bound(provider: Provider, clock: Clock) -> None:
    provider.keys = [jwk("old"), jwk("new")]
    known = discovered(provider)
    await known.holding("old")
    provider.keys = provider.keys[1:]
    clock.now += REFRESH_S
    assert (await known.holding("old")).keys() == {"new"}


async def test_an_issuer_that_is_away_leaves_the_known_keys_in_force(provider: Provider, clock: Clock) -> None:
    provider.keys = [jwk("one")]
    known = discovered(provider)
    before = await known.holding("one")
    provider.answers["/jwks"] = (503, b"")
    clock.now += REFRESH_S
    assert await known.holding("one") is before


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/.well-known/openid-configuration", (200, b'{"issuer": "https://evil.example", "jwks_uri": "/jwks"}')),
        ("/.well-known/openid-configuration", (200, b"[]")),
        ("/.well-known/openid-configuration", (404, b"")),
        ("/jwks", (200, b"not json")),
        ("/jwks", (200, b"[" * 100_000)),
        ("/jwks", (200, b" " * (keys.LARGEST + 1))),
        ("/jwks", (200, b'{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "one"}]}')),
        ("/jwks", (302, b"/elsewhere")),
    ],
)
async def test_an_answer_that_is_not_the_issuers_key_set_gives_no_keys(
    provider: Provider, clock: Clock, path: str, answer: tuple[int, bytes]
) -> None:
    provider.keys = [jwk("one")]
    provider.answers[path] = answer
    assert await discovered(provider).holding("one") == {}


async def test_a_document_that_leads_from_https_to_plain_http_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer = "https://login.example.gov.cn"
    monkeypatch.setattr(keys, "_fetch", lambda _: {"issuer": issuer, "jwks_uri": "http://login.example.gov.cn/jwks"})
    with pytest.raises(ValueError, match="leads to no key set"):
        keys.discovered(f"{issuer}/.well-known/openid-configuration", issuer)


def test_keys_for_anything_but_signatures_by_the_pinned_algorithm_are_none_of_ours() -> None:
    large = ec.generate_private_key(ec.SECP384R1()).public_key()
    other = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 2048).public_key()))
    entries = [
        jwk("good"),
        jwk("sparse", alg=None, use=None),
        jwk("for encryption", use="enc"),
        jwk("for another algorithm", alg="ES384"),
        jwk(""),
        {name: value for name, value in jwk("nameless").items() if name != "kid"},
        json.loads(jwt.algorithms.ECAlgorithm.to_jwk(large)) | {"kid": "of another curve"},
        other | {"kid": "of another kind"},
    ]
    assert key_set({"keys": entries}, "ES256").keys() == {"good", "sparse"}
    assert key_set({"keys": entries}, "RS256").keys() == {"of another kind"}


def test_a_set_with_a_private_key_in_it_is_refused_whole() -> None:
    with pytest.raises(ValueError, match="secret"):
        key_set({"keys": [jwk("good"), jwk("leaked", d="AQAB")]}, "ES256")
