"""Whose tokens open the gateway: the filter that checks them, and the rules for what it doesn't look at."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from string import Template
from typing import Any, Final, Self
from urllib.parse import urlsplit

import httpx
import yaml
from contracts.tenants import load_tenants

from deploy.issuer import ALGORITHM, AUDIENCE, ISSUER, LIFE, TYPE

TEMPLATE: Final = Path(__file__).resolve().parents[1] / "gateway" / "tokens.yaml"
FILE: Final = "tokens.yaml"
"""Beside the gateway's configuration, which refers to it."""

FILTER: Final = "envoy.filters.http.jwt_authn"
CLUSTER: Final = "issuer"
RULES: Final = "envoy.filters.http.rbac"
_OFF: Final = {"@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", "disabled": True}
PUBLIC: Final = {"typed_per_filter_config": {FILTER: _OFF, RULES: _OFF}}
"""Of a route that is open to everybody."""

LEEWAY_S: Final = 30
"""How far clocks may differ; services allow the same."""

REFRESH_S: Final = 60
"""Age at which the issuer's keys are asked for again."""

SIGNATURES: Final = {"ES256": 86, "ES384": 128}
"""Characters of a signature, where that is always the same."""

_DISCOVERED: Final = "JWT_DISCOVERY_URL"
LIFE_S: Final = int(LIFE.total_seconds())


class IssuerError(RuntimeError):
    """The issuer's discovery document doesn't lead to its keys."""


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """Which tokens are let in, as services are told, too.

    Attributes:
        jwks: File of the issuer's key set. It is copied into the configuration.
        discovery_url: The issuer's discovery document (OpenID Connect), instead of the file.
        jwks_url: The key set that it leads to, if that is known already.
        issuer: Whose they must be.
        audience: For which system.
        algorithm: How they must be signed.
        type: Their header ``typ``.
        life_s: How long they may hold, in seconds.
    """

    jwks: Path = Path("jwks.json")
    discovery_url: str = ""
    jwks_url: str = ""
    issuer: str = ISSUER
    audience: str = AUDIENCE
    algorithm: str = ALGORITHM
    type: str = TYPE
    life_s: int = LIFE_S

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read what services are told: another issuer is named by its discovery document, too."""
        issuer = ("issuer", "discovery_url") if environment.get(_DISCOVERED) else ()
        found: dict[str, Any] = {
            each: value
            for each in ("audience", "algorithm", "type", *issuer)
            if (value := environment.get(f"JWT_{each.upper()}"))
        }
        return cls(**found, life_s=int(environment.get("JWT_LIFE_S") or LIFE_S))

    @property
    def environment(self) -> dict[str, str]:
        """The same as a service's settings."""
        told = {"ISSUER": self.issuer, "AUDIENCE": self.audience, "ALGORITHM": self.algorithm, "TYPE": self.type}
        told |= {"LIFE_S": str(self.life_s), "JWKS_PATH": str(self.jwks)}
        told |= {"DISCOVERY_URL": self.discovery_url} if self.discovery_url else {}
        return {f"JWT_{name}": value for name, value in told.items()}

    def located(self) -> Self:
        """Follow the discovery document to the key set.

        Raises:
            IssuerError: It can't be read, or isn't the issuer's.
        """
        if self.jwks_url or not self.discovery_url:
            return self
        try:
            document = httpx.get(self.discovery_url, timeout=5).raise_for_status().json()
            issuer, jwks_url = document["issuer"], document["jwks_uri"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise IssuerError(f"签发方的发现文档无法读取。 Can't read {self.discovery_url}: {error!r}") from error
        if issuer != self.issuer:
            raise IssuerError(f"签发方是 {issuer}，不是 {self.issuer}。 The issuer is {issuer}, not {self.issuer}.")
        return replace(self, jwks_url=jwks_url)


def authentication(tokens: Tokens) -> dict[str, Any]:
    """Give what `FILE` says.

    Raises:
        OSError: The key set can't be read.
    """
    filled = _template(tokens)["authentication"]
    filled["providers"]["issuer"] |= _keys(tokens)
    kind = "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig"
    return {"resources": [{"@type": kind, "name": FILTER, "typed_config": filled}]}


def rules(tokens: Tokens) -> dict[str, Any]:
    """Give the rules for what the filter doesn't look at: the header's own parameters, and the shapes of claims."""
    template = _template(tokens)
    header = {"name": "authorization", "string_match": {"safe_regex": {"regex": template["header"]}}}
    conditions = [{"header": header}, *(_found(path, value) for path, value in template["holds"])]
    policy = {"permissions": [{"and_rules": {"rules": conditions}}], "principals": [{"any": True}]}
    return {"action": "ALLOW", "policies": {"token": policy}}


def cluster(tokens: Tokens, tls: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the way to the issuer, if the gateway asks it for its keys.

    Args:
        tokens: Which are let in.
        tls: How to speak TLS to it; its name is asked for and checked besides.
    """
    if not tokens.jwks_url:
        return []
    url = urlsplit(tokens.jwks_url)
    secure = url.scheme == "https"
    address = {"address": url.hostname, "port_value": url.port or (443 if secure else 80)}
    endpoint = {"lb_endpoints": [{"endpoint": {"address": {"socket_address": address}}}]}
    made: dict[str, Any] = {
        "name": CLUSTER,
        "connect_timeout": "1s",
        "type": "STRICT_DNS",
        "load_assignment": {"cluster_name": CLUSTER, "endpoints": [endpoint]},
    }
    if secure:
        context = {**tls["typed_config"], "sni": url.hostname, "auto_sni_san_validation": True}
        made["transport_socket"] = {**tls, "typed_config": context}
    return [made]


def _template(tokens: Tokens) -> dict[str, Any]:
    filled: dict[str, Any] = yaml.safe_load(
        Template(TEMPLATE.read_text("utf-8")).substitute(
            ISSUER=tokens.issuer,
            AUDIENCE=tokens.audience,
            ALGORITHM=tokens.algorithm,
            TYPE=tokens.type,
            LIFE=tokens.life_s + LEEWAY_S,
            LEEWAY=LEEWAY_S,
            TENANTS="|".join(load_tenants()),
            SIGNATURE=SIGNATURES.get(tokens.algorithm, "1,"),
        )
    )
    return filled


def _keys(tokens: Tokens) -> dict[str, Any]:
    if tokens.jwks_url:
        asked = {"uri": tokens.jwks_url, "cluster": CLUSTER, "timeout": "3s"}
        early = {"fast_listener": True, "failed_refetch_duration": "1s"}
        return {"remote_jwks": {"http_uri": asked, "cache_duration": f"{REFRESH_S}s", "async_fetch": early}}
    return {"local_jwks": {"inline_string": json.dumps(json.loads(tokens.jwks.read_bytes()))}}


def _found(path: Sequence[str], value: Mapping[str, Any] | None) -> dict[str, Any]:
    there = {"filter": FILTER, "path": [{"key": key} for key in path], "value": value or {"present_match": True}}
    rule = {"sourced_metadata": {"metadata_matcher": there}}
    return rule if value else {"not_rule": rule}
