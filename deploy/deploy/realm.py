"""The realm of the suite: its template filled in, as Keycloak imports it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from contracts.tenants import load_tenants

TEMPLATE: Final = Path(__file__).resolve().parents[1] / "identity" / "realm.yaml"
REALM: Final = "yiwangban"
DEMO: Final = "demo"
"""The client by which a password is good for a token; in development only."""

QUICK_HASH: Final = "hashAlgorithm(pbkdf2-sha512) and hashIterations(1000)"
"""For the hundreds of accounts of the demonstration: nobody guesses their passwords, which are 256 random bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """What differs from one installation to another.

    Attributes:
        connector_secret: Of the client ``connector``.
        portals: Addresses to which a login may lead back, each with its path or ``/*``.
        demo: Keep the client that takes passwords, and store those by a quick hash.
    """

    connector_secret: str
    portals: Sequence[str] = ()
    demo: bool = False


def realm(filling: Filling) -> dict[str, Any]:
    """Fill the template in."""
    document: dict[str, Any] = json.loads(json.dumps(yaml.safe_load(TEMPLATE.read_text("utf-8"))))
    departments = document.pop("departments")
    document["groups"] = [_city(code, departments) for code in load_tenants()]
    clients = {client["clientId"]: client for client in document["clients"]}
    clients["portal"]["redirectUris"] = list(filling.portals)
    clients["connector"]["secret"] = filling.connector_secret
    if filling.demo:
        document["passwordPolicy"] += f" and {QUICK_HASH}"
    else:
        del clients[DEMO]
        document["clientScopeMappings"] = {
            name: [each for each in mappings if each["client"] != DEMO]
            for name, mappings in document["clientScopeMappings"].items()
        }
    document["clients"] = list(clients.values())
    return document


def group(tenant: str, department: str | None = None) -> str:
    """Name the group of an officer's department, or of everybody of a city."""
    return f"/{tenant}/{department}" if department else f"/{tenant}"


def _city(code: str, departments: Sequence[str]) -> dict[str, Any]:
    inside = [{"name": name, "attributes": {"department": [name], "tenant": [code]}} for name in departments]
    return {"name": code, "attributes": {"tenant": [code]}, "subGroups": inside}
