"""The development issuer: a key that never leaves its folder, a set that anybody may read."""

import json
import stat
from datetime import timedelta
from pathlib import Path

import jwt
import pytest
from deploy.issuer import AUDIENCE, ISSUER, Issuer, write_secret


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    issuer = Issuer(tmp_path / "issuer")
    issuer.prepare()
    return issuer


def verified(issuer: Issuer, token: str) -> dict[str, object]:
    keys = jwt.PyJWKSet.from_json(issuer.jwks.read_text("utf-8"))
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims: dict[str, object] = jwt.decode(token, key, ["ES256"], audience=AUDIENCE, issuer=ISSUER)
    return claims


def test_a_token_is_verified_by_the_key_set(issuer: Issuer) -> None:
    claims = verified(issuer, issuer.token(sub="o-1", tenant="440100", roles=["handler"], department="traffic-police"))
    assert claims["sub"] == "o-1"
    assert claims["tenant"] == "440100"
    assert claims["roles"] == ["handler"]
    assert claims["department"] == "traffic-police"
    assert {"iat", "exp", "jti"} <= claims.keys()


def test_an_expired_token_can_be_made_for_tests(issuer: Issuer) -> None:
    token = issuer.token(sub="o-1", tenant="440100", roles=["handler"], ttl=timedelta(hours=-1))
    with pytest.raises(jwt.ExpiredSignatureError):
        verified(issuer, token)


def test_only_the_owner_may_read_the_private_key(issuer: Issuer) -> None:
    assert stat.S_IMODE(issuer.private.stat().st_mode) == 0o600
    assert stat.S_IMODE(issuer.private.parent.stat().st_mode) == 0o700


def test_the_key_set_holds_nothing_private(issuer: Issuer) -> None:
    (key,) = json.loads(issuer.jwks.read_text("utf-8"))["keys"]
    assert key.keys() == {"kty", "crv", "x", "y", "alg", "use", "kid"}


def test_a_second_set_up_keeps_the_key(issuer: Issuer) -> None:
    before = issuer.private.read_bytes(), issuer.jwks.read_bytes()
    issuer.prepare()
    assert (issuer.private.read_bytes(), issuer.jwks.read_bytes()) == before


def test_a_new_key_signs_while_tokens_of_the_old_one_still_hold(issuer: Issuer) -> None:
    old = issuer.token(sub="o-1", tenant="440100", roles=["handler"])
    issuer.rotate()
    new = issuer.token(sub="o-1", tenant="440100", roles=["handler"])
    kids = [jwt.get_unverified_header(token)["kid"] for token in (new, old)]
    assert [key["kid"] for key in json.loads(issuer.jwks.read_text("utf-8"))["keys"]] == kids
    assert verified(issuer, old)["sub"] == verified(issuer, new)["sub"]
    assert stat.S_IMODE(issuer.private.stat().st_mode) == 0o600


def test_a_new_key_signs_nothing_that_counts_before_everybody_knows_it(issuer: Issuer) -> None:
    probes, during = [], []

    def announced(probe: str) -> None:
        probes.append(probe)
        during.append(issuer.token(sub="o-1", tenant="440100", roles=["handler"]))

    before = issuer.token(sub="o-1", tenant="440100", roles=["handler"])
    issuer.rotate(announced)
    after = issuer.token(sub="o-1", tenant="440100", roles=["handler"])
    old, probe, meanwhile, new = (
        jwt.get_unverified_header(token)["kid"] for token in (before, *probes, *during, after)
    )
    assert (meanwhile, probe) == (old, new)
    assert old != new
    assert verified(issuer, probes[0])


def test_a_new_key_that_somebody_does_not_take_is_not_used(issuer: Issuer) -> None:
    before = jwt.get_unverified_header(issuer.token(sub="o-1", tenant="440100", roles=["handler"]))
    with pytest.raises(ZeroDivisionError):
        issuer.rotate(lambda _: 1 / 0)
    assert jwt.get_unverified_header(issuer.token(sub="o-1", tenant="440100", roles=["handler"])) == before
    assert sorted(path.name for path in issuer.jwks.parent.iterdir()) == ["jwks.json", "private.pem"]


def test_a_retired_key_is_gone_from_the_set(issuer: Issuer) -> None:
    old = issuer.token(sub="o-1", tenant="440100", roles=["handler"])
    issuer.rotate()
    issuer.retire()
    assert verified(issuer, issuer.token(sub="o-1", tenant="440100", roles=["handler"]))
    with pytest.raises(KeyError):
        verified(issuer, old)
    assert sorted(path.name for path in issuer.jwks.parent.iterdir()) == ["jwks.json", "private.pem"]


def test_a_set_that_lacks_the_key_gets_it(issuer: Issuer) -> None:
    issuer.jwks.write_text('{"keys": []}', "utf-8")
    issuer.prepare()
    assert verified(issuer, issuer.token(sub="o-1", tenant="440100", roles=["handler"]))


def test_a_secret_is_never_overwritten(tmp_path: Path) -> None:
    write_secret(tmp_path / "secret", b"first")
    with pytest.raises(FileExistsError):
        write_secret(tmp_path / "secret", b"second")
    assert (tmp_path / "secret").read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
