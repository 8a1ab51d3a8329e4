"""Tokens that must open nothing: each forged, stale, confused or downgraded in one way from one that would."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from deploy.issuer import AUDIENCE, ISSUER, TYPE, Issuer

LIFE_S = 3600
Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Sent:
    """What a request carries.

    Attributes:
        authorization: Each header of this name.
        query: Its query string.
        headers: Others.
    """

    authorization: tuple[str, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> list[tuple[str, str]]:
        """All headers, in order."""
        return [*(("authorization", each) for each in self.authorization), *self.headers.items()]


class Forge:
    """Makes tokens with the issuer's own key, and with others.

    Args:
        issuer: Whose tokens would be good.
    """

    def __init__(self, issuer: Issuer) -> None:
        key = serialization.load_pem_private_key(issuer.private.read_bytes(), None)
        assert isinstance(key, Key)
        self.key = key
        self.kid: str = json.loads(issuer.jwks.read_text("utf-8"))["keys"][0]["kid"]
        self.stranger = ec.generate_private_key(ec.SECP256R1())

    @cached_property
    def large_curve(self) -> Key:
        return ec.generate_private_key(ec.SECP384R1())

    @cached_property
    def rsa(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(65537, 2048)

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Give good claims, changed; None takes one out."""
        now = int(time.time())
        good = {
            "iss": ISSUER, "aud": AUDIENCE, "sub": f"somebody-{secrets.token_hex(4)}", "tenant": "440100",
            "roles": ["citizen"], "iat": now, "exp": now + 600, "jti": secrets.token_hex(8),
        }  # fmt: skip
        return {name: value for name, value in (good | changes).items() if value is not None}

    def header(self, **changes: Any) -> dict[str, Any]:
        good = {"alg": "ES256", "typ": TYPE, "kid": self.kid}
        return {name: value for name, value in (good | changes).items() if value is not None}

    def said(self, **changes: Any) -> str:
        """Sign other claims with the issuer's key."""
        return self.by_hand(self.header(), self.claims(**changes), self.es256(self.key))

    def headed(self, *, key: Key | None = None, **changes: Any) -> str:
        """Sign good claims under another header."""
        return self.by_hand(self.header(**changes), self.claims(), self.es256(key or self.key))

    def by_hand(self, header: Any, claims: Any, sign: Callable[[bytes], bytes]) -> str:
        signed = f"{text(json.dumps(header).encode())}.{text(json.dumps(claims).encode())}"
        return f"{signed}.{text(sign(signed.encode()))}"

    def es256(self, key: Key) -> Callable[[bytes], bytes]:
        return lambda signed: jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256).sign(signed, key)

    def signature(self, change: Callable[[bytes], bytes]) -> str:
        """Give a good token with another signature."""
        return self.by_hand(self.header(), self.claims(), lambda signed: change(self.es256(self.key)(signed)))

    def public(self, encoding: serialization.Encoding) -> bytes:
        return self.key.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)

    def hs256(self, secret: bytes) -> str:
        """The classic confusion: the public key, which everybody has, taken for a shared secret."""
        header = self.header(alg="HS256")
        return self.by_hand(header, self.claims(), lambda signed: hmac.digest(secret, signed, hashlib.sha256))

    def jwk(self) -> dict[str, Any]:
        public: dict[str, Any] = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.stranger.public_key()))
        return public | {"kid": self.kid, "alg": "ES256", "use": "sig"}

    def tampered(self) -> str:
        header, _, signature = self.said().split(".")
        return f"{header}.{text(json.dumps(self.claims(roles=['administrator'])).encode())}.{signature}"


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def bearer(token: str) -> Sent:
    return Sent((f"Bearer {token}",))


def now(seconds: float = 0) -> int:
    return int(time.time() + seconds)


def der(key: Key) -> Callable[[bytes], bytes]:
    return lambda signed: key.sign(signed, ec.ECDSA(hashes.SHA256()))


def good(forge: Forge) -> Sent:
    """The one from which all others differ in one way."""
    return bearer(forge.said())


FORGED: dict[str, Callable[[Forge], str]] = {
    # downgraded: another algorithm than the one that is pinned
    "alg none": lambda f: f.by_hand(f.header(alg="none"), f.claims(), lambda _: b""),
    "alg none, with a signature": lambda f: f.headed(alg="none"),
    "alg nOnE": lambda f: f.by_hand(f.header(alg="nOnE"), f.claims(), lambda _: b""),
    "no alg": lambda f: f.headed(alg=None),
    "HS256 with the public key as PEM": lambda f: f.hs256(f.public(serialization.Encoding.PEM)),
    "HS256 with the public key as DER": lambda f: f.hs256(f.public(serialization.Encoding.DER)),
    "HS256 with an empty secret": lambda f: f.hs256(b""),
    "RS256 by somebody's own key": lambda f: jwt.encode(f.claims(), f.rsa, "RS256", f.header(alg="RS256")),
    "ES384 by somebody's own key": lambda f: jwt.encode(f.claims(), f.large_curve, "ES384", f.header(alg="ES384")),
    # forged: the signature isn't the issuer's, or isn't this text's
    "another key under the known name": lambda f: f.headed(key=f.stranger),
    "claims changed after signing": lambda f: f.tampered(),
    "no signature": lambda f: f.said().rpartition(".")[0] + ".",
    "signature cut off by a byte": lambda f: f.signature(lambda made: made[:-1]),
    "signature longer by a byte": lambda f: f.signature(lambda made: made + b"\0"),
    "signature as DER": lambda f: f.by_hand(f.header(), f.claims(), der(f.key)),
    "signature padded with =": lambda f: f.said() + "==",
    "signature of another token": lambda f: f.said().rpartition(".")[0] + "." + f.said().rpartition(".")[2],
    "r and s zero": lambda f: f.signature(lambda _: bytes(64)),
    "r zero": lambda f: f.signature(lambda made: bytes(32) + made[32:]),
    "s of the group's order": lambda f: f.signature(lambda made: made[:32] + bytes.fromhex(ORDER)),
    # a token that says itself how it is to be checked
    "its own key in the header": lambda f: f.headed(key=f.stranger, jwk=f.jwk()),
    "its own key beside a good signature": lambda f: f.headed(jwk=f.jwk()),
    "an address of keys, by somebody": lambda f: f.headed(key=f.stranger, jku="https://keys.evil.example/jwks.json"),
    "an address of keys beside a good signature": lambda f: f.headed(jku="https://keys.evil.example/jwks.json"),
    "an address of certificates": lambda f: f.headed(key=f.stranger, x5u="https://keys.evil.example/chain.pem"),
    "a certificate beside a good signature": lambda f: f.headed(x5c=["MIIB"]),
    "a critical extension": lambda f: f.headed(crit=["unchecked"], unchecked=True),
    "an unencoded payload": lambda f: f.headed(crit=["b64"], b64=False),
    # confused: another key, kind of token, issuer, audience, environment
    "unknown kid": lambda f: f.headed(kid="another"),
    "no kid": lambda f: f.headed(kid=None),
    "kid that is a path": lambda f: f.headed(kid="../../../../dev/null"),
    "kid that is a list": lambda f: f.headed(kid=[f.kid]),
    "an ID token": lambda f: f.by_hand(f.header(typ="JWT"), f.claims(nonce="n"), f.es256(f.key)),
    "a logout token": lambda f: f.headed(typ="logout+jwt"),
    "a token of no type": lambda f: f.headed(typ=None),
    "another issuer": lambda f: f.said(iss="https://login.elsewhere.example"),
    "the issuer with a slash": lambda f: f.said(iss=f"{ISSUER}/"),
    "no issuer": lambda f: f.said(iss=None),
    "of another environment": lambda f: f.said(iss="https://staging.yiwangban.example", aud="yiwangban-staging"),
    "another audience": lambda f: f.said(aud="another-system"),
    "several audiences, none ours": lambda f: f.said(aud=["account", "yiwangban2"]),
    "no audience": lambda f: f.said(aud=None),
    # stale, or too early
    "expired": lambda f: f.said(iat=now(-700), exp=now(-100)),
    "expired by a second more than clocks may differ": lambda f: f.said(iat=now(-600), exp=now(-31)),
    "not yet valid": lambda f: f.said(nbf=now(300)),
    "issued in the future": lambda f: f.said(iat=now(300), exp=now(300 + LIFE_S)),
    "no expiry": lambda f: f.said(exp=None),
    "expiry as text": lambda f: f.said(exp=str(now(600))),
    "expiry beyond all numbers": lambda f: f.said(exp=1e300),
    "good for ten years": lambda f: f.said(exp=now(10 * 365 * 86_400)),
    "good for a minute longer than allowed": lambda f: f.said(exp=now(LIFE_S + 60)),
    "no time of issue": lambda f: f.said(iat=None),
    "no id of its own": lambda f: f.said(jti=None),
    # incomplete, or of other shapes
    "no subject": lambda f: f.said(sub=None),
    "empty subject": lambda f: f.said(sub=""),
    "subject that is a number": lambda f: f.said(sub=1),
    "subject with a line break": lambda f: f.said(sub="a\nb"),
    "no tenant": lambda f: f.said(tenant=None),
    "tenant that isn't of the suite": lambda f: f.said(tenant="110100"),
    "tenant that is a number": lambda f: f.said(tenant=440100),
    "several tenants": lambda f: f.said(tenant=["440100", "440300"]),
    "no roles": lambda f: f.said(roles=None),
    "empty roles": lambda f: f.said(roles=[]),
    "roles that are one text": lambda f: f.said(roles="administrator"),
    "roles that are numbers": lambda f: f.said(roles=[1]),
    "roles that are an object": lambda f: f.said(roles={"administrator": True}),
    "claims that are a list": lambda f: f.by_hand(f.header(), [f.claims()], f.es256(f.key)),
    # no token at all
    "five parts": lambda f: f"{f.said()}.e30.e30",
    "two parts": lambda f: f.said().rpartition(".")[0],
    "rubbish": lambda _: "a.b.c",
    "a deeply nested header": lambda _: f"{text(b'[' * 5_000)}.e30.e30",
    "larger than any token": lambda f: f.said(note="x" * 20_000),
}
"""Tokens, each sent as a good one would be."""

ORDER = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
"""Of the group of P-256: as ``s`` it is zero."""

MISPLACED: dict[str, Callable[[Forge], Sent]] = {
    "two Authorization headers": lambda f: Sent((f"Bearer {f.said()}", f"Bearer {f.said()}")),
    "a bad token before a good one": lambda f: Sent((f"Bearer {f.headed(key=f.stranger)}", f"Bearer {f.said()}")),
    "a good token before a bad one": lambda f: Sent((f"Bearer {f.said()}", f"Bearer {f.headed(key=f.stranger)}")),
    "two tokens in one header": lambda f: Sent((f"Bearer {f.said()}, Bearer {f.said()}",)),
    "something behind the token": lambda f: Sent((f"Bearer {f.said()} x",)),
    "something before the scheme": lambda f: Sent((f"x Bearer {f.said()}",)),
    "a scheme in lower case": lambda f: Sent((f"bearer {f.said()}",)),
    "another scheme": lambda f: Sent((f"Token {f.said()}",)),
    "no scheme": lambda f: Sent((f.said(),)),
    "no space": lambda f: Sent((f"Bearer{f.said()}",)),
    "in the query": lambda f: Sent(query={"access_token": f.said()}),
    "in a cookie": lambda f: Sent(headers={"cookie": f"access_token={f.said()}; authorization=Bearer {f.said()}"}),
    "in another header": lambda f: Sent(headers={"proxy-authorization": f"Bearer {f.said()}"}),
    "forwarded by somebody": lambda f: Sent(headers={"x-forwarded-authorization": f"Bearer {f.said()}"}),
}
"""Good tokens in a place where none counts."""

KINDS: dict[str, Callable[[Forge], Sent]] = {
    **{name: (lambda forge, make=make: bearer(make(forge))) for name, make in FORGED.items()},  # type: ignore[misc]
    **MISPLACED,
}
