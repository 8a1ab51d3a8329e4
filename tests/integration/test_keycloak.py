"""Tokens of a real Keycloak: the same claims as the development issuer's, taken by every service and by the gateway.

It is half a gigabyte and half a minute, so this runs on demand: ``IDENTITY=keycloak .venv/bin/pytest`` and this file.
"""

import base64
import hashlib
import html
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from deploy.accounts import Accounts
from deploy.issuer import Issuer
from deploy.keycloak import Keycloak
from deploy.realm import DEMO
from deploy.server import free_port
from deploy.services import SERVICES
from deploy.tokens import Tokens

from tests.conftest import CACHE
from tests.integration.kit.alone import alone, opened, talk_to
from tests.integration.kit.echo import echoing
from tests.integration.kit.gateways import gateway_before
from tests.integration.kit.tokens import bearer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(os.environ.get("IDENTITY") != "keycloak", reason="on demand: IDENTITY=keycloak"),
]

HANDLER: dict[str, Any] = {
    "sub": "h-1",
    "tenant": "440300",
    "roles": ["handler", "triage"],
    "department": "traffic-police",
}
CITIZEN: dict[str, Any] = {"sub": "c-1", "tenant": "440100", "roles": ["citizen"]}


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keycloak]:
    server = Keycloak(tmp_path_factory.mktemp("keycloak"), cache=CACHE / "keycloak", port=free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def accounts(keycloak: Keycloak) -> Accounts:
    return Accounts(keycloak)


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    issuer = Issuer(tmp_path / "development")
    issuer.prepare()
    return issuer


def read(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give header and claims."""
    return jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})


@pytest.mark.parametrize("who", [HANDLER, CITIZEN])
def test_the_claims_are_those_of_the_development_issuer(
    accounts: Accounts, keycloak: Keycloak, issuer: Issuer, who: dict[str, Any]
) -> None:
    (ours, wanted), (theirs, found) = read(issuer.token(**who)), read(accounts.token(**who))
    assert theirs.keys() == ours.keys()
    assert (theirs["alg"], theirs["typ"]) == (ours["alg"], ours["typ"])
    assert wanted.keys() <= found.keys()
    for claim in wanted.keys() & {"aud", "tenant", "department"}:
        assert found[claim] == wanted[claim], claim
    assert sorted(found["roles"]) == sorted(wanted["roles"])
    assert ("department" in found) == ("department" in wanted)
    assert found["iss"] == keycloak.issuer
    assert found["exp"] - found["iat"] == 300
    assert {type(found[each]) for each in ("sub", "jti")} == {str}
    assert {type(found[each]) for each in ("iat", "exp")} == {int}
    personal = {"name", "given_name", "family_name", "preferred_username", "email"}
    assert personal.isdisjoint(found), "a token names nobody"


@pytest.mark.parametrize("name", [each.name for each in SERVICES])
async def test_a_service_takes_them_and_nothing_else_of_the_same_provider(
    accounts: Accounts, keycloak: Keycloak, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    told = {"JWT_ISSUER": keycloak.issuer, "JWT_DISCOVERY_URL": keycloak.discovery_url}
    one = alone(name, tmp_path, monkeypatch, **told)
    routes = one.doors
    assert routes
    async with talk_to(one) as client:
        for good in (accounts.token(**HANDLER), accounts.service_token("connector")):
            assert [route for route in routes if not await opened(client, *route, bearer(good))] == []
        for bad in (identity_token(keycloak, accounts), administrators(keycloak)):
            assert [route for route in routes if await opened(client, *route, bearer(bad))] == []


def test_a_program_has_a_role_and_a_tenant_of_its_own(accounts: Accounts) -> None:
    _, found = read(accounts.service_token("connector"))
    assert (found["roles"], found["tenant"], found["aud"]) == (["connector"], "440000", "yiwangban")
    assert "department" not in found


def test_who_is_of_no_city_of_the_suite_gets_a_token_without_one(accounts: Accounts) -> None:
    _, found = read(accounts.token(**{**CITIZEN, "tenant": "999999"}))
    assert "tenant" not in found


def test_the_gateway_takes_them_by_asking_keycloak_for_its_keys(
    accounts: Accounts, keycloak: Keycloak, issuer: Issuer, tmp_path: Path
) -> None:
    tokens = Tokens(issuer=keycloak.issuer, discovery_url=keycloak.discovery_url)
    with (
        echoing() as port,
        gateway_before(tmp_path, issuer, {"petition": ("127.0.0.1", port)}, tokens=tokens) as gateway,
    ):
        for token, status in (
            (accounts.token(**CITIZEN), 200),
            (accounts.service_token("connector"), 200),
            (identity_token(keycloak, accounts), 401),
            (administrators(keycloak), 401),
            (issuer.token(**CITIZEN), 401),
        ):
            headers = {"authorization": f"Bearer {token}"}
            assert httpx.get(f"{gateway.url}/v1/petitions", headers=headers, trust_env=False).status_code == status


def test_who_guesses_waits_and_learns_nothing_of_who_is_there(accounts: Accounts, keycloak: Keycloak) -> None:
    accounts.token(**{**CITIZEN, "sub": "guessed"})
    (name, password), *_ = [(name, password) for name, password in accounts.made.items()][-1:]
    wrong = [granted(keycloak, name, f"wrong-{number}") for number in range(8)]
    nobody = granted(keycloak, "nobody-of-this-name", "wrong")
    assert {(each.status_code, each.text) for each in wrong} == {(nobody.status_code, nobody.text)}
    assert (nobody.status_code, nobody.json()["error"]) == (400, "invalid_grant")
    right = granted(keycloak, name, password)
    assert (right.status_code, right.text) == (400, nobody.text), "the right password has to wait as well"


@pytest.mark.parametrize("who", [HANDLER, CITIZEN])
def test_who_signs_in_on_the_page_gets_a_token_that_the_gateway_takes(
    accounts: Accounts, keycloak: Keycloak, issuer: Issuer, tmp_path: Path, who: dict[str, Any]
) -> None:
    """As a portal does it: the login page, a code, and the proof that it was this portal that began (PKCE)."""
    accounts.token(**{**who, "sub": "signs in"})
    name, password = list(accounts.made.items())[-1]
    token = signed_in(keycloak, name, password)
    _, found = read(token)
    assert (found["tenant"], sorted(found["roles"])) == (who["tenant"], sorted(who["roles"]))
    assert found.get("department") == who.get("department")
    tokens = Tokens(issuer=keycloak.issuer, discovery_url=keycloak.discovery_url)
    with (
        echoing() as port,
        gateway_before(tmp_path, issuer, {"petition": ("127.0.0.1", port)}, tokens=tokens) as gateway,
    ):
        headers = {"authorization": f"Bearer {token}"}
        assert httpx.get(f"{gateway.url}/v1/petitions", headers=headers, trust_env=False).status_code == 200


def _trust_this_machine(browser: httpx.Client) -> None:
    """Send cookies for safe places to loopback: a browser does, httpx wants https."""
    for cookie in browser.cookies.jar:
        cookie.secure = False


def signed_in(keycloak: Keycloak, name: str, password: str) -> str:
    """Sign in on the page as a browser would, and give the portal's token."""
    verifier, back = secrets.token_urlsafe(48), "http://127.0.0.1/back"
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    begun = {"client_id": "portal", "response_type": "code", "scope": "openid", "redirect_uri": back}
    begun |= {"code_challenge": challenge, "code_challenge_method": "S256", "state": "s"}
    with httpx.Client(base_url=keycloak.issuer, trust_env=False, timeout=30) as browser:
        page = browser.get("/protocol/openid-connect/auth", params=begun)
        assert page.status_code == 200, page.text[-500:]
        _trust_this_machine(browser)
        (action,) = re.findall(r'<form[^>]* action="([^"]+)"', page.text)
        answer = browser.post(html.unescape(action), data={"username": name, "password": password})
        assert answer.status_code == 302, answer.text[-500:]
        _trust_this_machine(browser)
        code = httpx.URL(answer.headers["location"]).params["code"]
        redeemed = {"grant_type": "authorization_code", "client_id": "portal", "redirect_uri": back, "code": code}
        refused = browser.post("/protocol/openid-connect/token", data=redeemed)
        assert refused.status_code == 400, "a code that was stolen is worth nothing without the proof"
        page = browser.get("/protocol/openid-connect/auth", params=begun)
        code = httpx.URL(page.headers["location"]).params["code"]
        redeemed |= {"code": code, "code_verifier": verifier}
        token: str = (
            browser.post("/protocol/openid-connect/token", data=redeemed).raise_for_status().json()["access_token"]
        )
    return token


def granted(keycloak: Keycloak, name: str, password: str, **more: str) -> httpx.Response:
    """Ask for a token by a password."""
    asked = {"grant_type": "password", "client_id": DEMO, "username": name, "password": password, **more}
    return httpx.post(f"{keycloak.issuer}/protocol/openid-connect/token", data=asked, trust_env=False, timeout=30)


def identity_token(keycloak: Keycloak, accounts: Accounts) -> str:
    """Give what says to a portal who signed in: it is for the portal, and opens nothing."""
    accounts.token(**CITIZEN)
    name, password = next(iter(accounts.made.items()))
    token: str = granted(keycloak, name, password, scope="openid").json()["id_token"]
    return token


def administrators(keycloak: Keycloak) -> str:
    """Give a token of another realm of the same Keycloak."""
    secret = keycloak.secret("deploy")
    asked = {"grant_type": "client_credentials", "client_id": "deploy", "client_secret": secret}
    url = keycloak.issuer.replace("yiwangban", "master")
    token: str = httpx.post(f"{url}/protocol/openid-connect/token", data=asked, trust_env=False).json()["access_token"]
    return token
