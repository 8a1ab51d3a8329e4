"""A real gateway before services that a test makes up."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from deploy.issuer import Issuer
from deploy.server import free_port
from deploy.services import SERVICES
from deploy.tokens import Tokens

from deploy.gateway import Door, Gateway

Address = tuple[str, int]


class ChangedGateway(Gateway):
    """A gateway whose configuration a test has changed: another limit, another instance, time that runs faster."""

    def __init__(self, state: Path, door: Door, change: Callable[[dict[str, Any]], None]) -> None:
        super().__init__(state, door)
        self._change = change

    def prepare(self) -> None:
        """Write the configuration, then change it."""
        super().prepare()
        configuration = yaml.safe_load(self.configuration.read_text("utf-8"))
        self._change(configuration)
        self.configuration.write_text(yaml.safe_dump(configuration), "utf-8")


@contextmanager
def gateway_before(
    folder: Path,
    issuer: Issuer,
    services: Mapping[str, Address],
    *,
    change: Callable[[dict[str, Any]], None] = lambda _: None,
    **door: Any,
) -> Iterator[Gateway]:
    """Run a gateway before these services; nobody answers for the others.

    Args:
        folder: Of its configuration and log.
        issuer: Whose tokens it lets in.
        services: Where they are, by name.
        change: Of its configuration.
        door: Further settings.
    """
    nobody = dict.fromkeys((each.name for each in SERVICES), ("127.0.0.1", free_port()))
    tokens = door.pop("tokens", Tokens(jwks=issuer.jwks))
    places = {**nobody, **services}
    filled = Door(port=free_port(), admin_port=free_port(), tokens=tokens, services=places, **door)
    gateway = ChangedGateway(folder / "gateway", filled, change)
    gateway.start()
    try:
        yield gateway
    finally:
        gateway.stop()


def cluster_in(configuration: dict[str, Any], name: str) -> dict[str, Any]:
    """Give the part of a configuration that is about one service."""
    (found,) = (each for each in configuration["static_resources"]["clusters"] if each["name"] == name)
    return dict(found)


def instances(name: str, *addresses: Address) -> Callable[[dict[str, Any]], None]:
    """Give the change that makes a service have these instances."""

    def change(configuration: dict[str, Any]) -> None:
        cluster_in(configuration, name)["load_assignment"]["endpoints"] = [
            {"lb_endpoints": [{"endpoint": {"address": {"socket_address": {"address": host, "port_value": port}}}}]}
            for host, port in addresses
        ]

    return change
