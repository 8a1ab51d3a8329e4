"""The issuer signs with another key: gateway and services follow without a restart, and forget the old one in time."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx
import jwt
import pytest
from chassis.testing.waiting import eventually_sync
from deploy.issuer import ISSUER, Issuer
from deploy.server import NotReadyError
from deploy.tokens import FILE, Tokens

from deploy import key_rotation
from deploy.gateway import Door, Gateway, Limits, write_tokens
from tests.integration.kit.echo import echoing
from tests.integration.kit.gateways import gateway_before
from tests.integration.kit.provider import Provider, providing

WITHIN_S = 5.0


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    issuer = Issuer(tmp_path / "issuer")
    issuer.prepare()
    return issuer


@pytest.fixture
def echo() -> Iterator[int]:
    with echoing() as port:
        yield port


def status(gateway: Gateway, token: str) -> int:
    headers = {"authorization": f"Bearer {token}"}
    return httpx.get(f"{gateway.url}/v1/petitions", headers=headers, trust_env=False).status_code


def kid(token: str) -> str:
    """Give the name of the key that signed it."""
    return str(jwt.get_unverified_header(token)["kid"])


def somebody(issuer: Issuer) -> str:
    return issuer.token(sub="somebody", tenant="440100", roles=["citizen"])


def test_a_running_gateway_takes_a_new_key_and_forgets_an_old_one(tmp_path: Path, issuer: Issuer, echo: int) -> None:
    with gateway_before(tmp_path, issuer, {"petition": ("127.0.0.1", echo)}) as gateway:
        old, pid = somebody(issuer), gateway.pid
        assert status(gateway, old) == 200
        key_rotation.rotate(issuer, gateway)
        new = somebody(issuer)
        assert status(gateway, new) == 200, "a key signs only when it is known"
        assert status(gateway, old) == 200, "tokens of the old key hold until they expire"
        key_rotation.retire(issuer, gateway)
        eventually_sync(lambda: status(gateway, old) == 401, within=WITHIN_S, that="the old key is forgotten")
        assert status(gateway, new) == 200
        assert gateway.pid == pid


def test_no_request_is_refused_because_keys_are_changing(
    tmp_path: Path, issuer: Issuer, echo: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each with a token that was signed a moment ago, whichever key it was; and the gateway reads its file late."""

    def late(door: Door, folder: Path) -> None:
        threading.Timer(0.3, write_tokens, (door, folder)).start()

    monkeypatch.setattr("deploy.key_rotation.write_tokens", late)
    over, limits = threading.Event(), Limits(tenant=10_000, principal=10_000)
    with (
        gateway_before(tmp_path, issuer, {"petition": ("127.0.0.1", echo)}, limits=limits) as gateway,
        ThreadPoolExecutor() as pool,
    ):

        def asking() -> Counter[int]:
            answers: Counter[int] = Counter()
            with httpx.Client(base_url=gateway.url, trust_env=False) as client:
                while not over.is_set():
                    headers = {"authorization": f"Bearer {somebody(issuer)}"}
                    answers[client.get("/v1/petitions", headers=headers).status_code] += 1
            return answers

        asked = pool.submit(asking)
        kids = {kid(somebody(issuer))}
        for _ in range(3):
            key_rotation.rotate(issuer, gateway)
            kids.add(kid(somebody(issuer)))
        over.set()
        assert len(kids) == 4
        assert asked.result().keys() == {200}


def test_a_gateway_that_does_not_take_the_new_key_leaves_the_old_one_signing(
    tmp_path: Path, issuer: Issuer, echo: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.key_rotation.TAKEN_WITHIN_S", 0.2)
    monkeypatch.setattr("deploy.key_rotation.write_tokens", lambda *_: None)
    with gateway_before(tmp_path, issuer, {"petition": ("127.0.0.1", echo)}) as gateway:
        before = kid(somebody(issuer))
        with pytest.raises(NotReadyError, match="so the old one goes on signing"):
            key_rotation.rotate(issuer, gateway)
        assert kid(somebody(issuer)) == before
        assert status(gateway, somebody(issuer)) == 200


def rejected(gateway: Gateway) -> bool:
    """Tell whether the gateway has looked at a file that it can't use."""
    page = httpx.get(
        f"http://127.0.0.1:{gateway.door.admin_port}/stats?filter=jwt_authn.*(fail|reject)", trust_env=False
    )
    return any(int(line.rpartition(" ")[2]) for line in page.text.splitlines() if line.rpartition(" ")[2].isdigit())


def test_a_key_set_that_is_broken_leaves_the_gateway_as_it_is(tmp_path: Path, issuer: Issuer, echo: int) -> None:
    with gateway_before(tmp_path, issuer, {"petition": ("127.0.0.1", echo)}) as gateway:
        token = somebody(issuer)
        draft = gateway.state / "draft.yaml"
        draft.write_text("resources: [{")
        draft.replace(gateway.state / FILE)
        eventually_sync(lambda: rejected(gateway), within=WITHIN_S, that="the broken file was read")
        assert [status(gateway, token) for _ in range(5)] == [200] * 5


def listed(issuer: Issuer) -> list[dict[str, str]]:
    keys: list[dict[str, str]] = json.loads(issuer.jwks.read_text("utf-8"))["keys"]
    return keys


@pytest.fixture
def provider(issuer: Issuer) -> Iterator[Provider]:
    with providing() as provider:
        provider.issuer = ISSUER
        provider.keys = listed(issuer)
        yield provider


def test_a_gateway_that_asks_the_issuer_follows_it_by_itself(
    tmp_path: Path, issuer: Issuer, echo: int, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.tokens.REFRESH_S", 1)
    tokens = Tokens(jwks=tmp_path / "none", discovery_url=provider.url)
    with gateway_before(tmp_path, issuer, {"petition": ("127.0.0.1", echo)}, tokens=tokens) as gateway:
        old = somebody(issuer)
        eventually_sync(lambda: status(gateway, old) == 200, within=WITHIN_S, that="the keys are there")
        issuer.rotate()
        provider.keys = listed(issuer)
        new = somebody(issuer)
        eventually_sync(lambda: status(gateway, new) == 200, within=WITHIN_S, that="the new key is taken")
        assert status(gateway, old) == 200
        issuer.retire()
        provider.keys = listed(issuer)
        eventually_sync(lambda: status(gateway, old) == 401, within=WITHIN_S, that="the old key is forgotten")
        assert status(gateway, new) == 200


def test_a_right_that_was_withdrawn_ends_with_the_token(tmp_path: Path, issuer: Issuer, echo: int) -> None:
    """Nobody asks the issuer about a token, so none may hold for long; clocks may differ by half a minute."""
    tokens = Tokens(jwks=issuer.jwks, life_s=300)
    with gateway_before(tmp_path, issuer, {"petition": ("127.0.0.1", echo)}, tokens=tokens) as gateway:
        for ttl, expected in ((300, 200), (360, 401), (-20, 200), (-31, 401)):
            token = issuer.token(sub="s", tenant="440100", roles=["citizen"], ttl=timedelta(seconds=ttl))
            assert status(gateway, token) == expected, ttl
