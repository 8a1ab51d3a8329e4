"""The programs of one deployment: servers, services, gateway; how each is run, in which order, with which settings."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.config import Configuration
from deploy.postgres import RECONCILER
from deploy.server import Server
from deploy.services import KEYRING, SERVICES, Service, service

ROLES = ("api", "worker", "relay")
ROLE_PORTS = {"api": 0, "worker": 10, "relay": 20}
"""What is added to a service's port for each role, when every role is a process of its own."""

MARK = "YIWANGBAN_STATE"
"""Environment variable that every program of a deployment carries: the folder of its state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One process under the supervisor.

    Attributes:
        name: For example ``petition-worker``.
        command: Its command line, in the foreground.
        order: Programs of a lower order start earlier and stop later.
        environment: Variables besides the caller's.
        stop_signal: Name of the signal that ends it gracefully, without ``SIG``.
        stop_within: Seconds until it is killed.
        ready_url: Page that says whether it may be given work; None for servers, which are asked in their own way.
    """

    name: str
    command: Sequence[str]
    order: int
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: str = "TERM"
    stop_within: int = 20
    ready_url: str | None = None


def programs(configuration: Configuration) -> list[Program]:
    """List what runs, in the order of starting."""
    zipkin, keycloak = configuration.zipkin_server(), configuration.keycloak()
    return [
        *([_server(zipkin, order=50)] if zipkin else []),
        _server(configuration.postgres(), order=100),
        *(_server(broker, order=200) for broker in configuration.kafka().brokers),
        *(program for each in SERVICES for program in processes(configuration, each)),
        *([_server(keycloak, order=250)] if keycloak else []),
        _server(configuration.gateway(), order=400),
    ]


def environment_of(configuration: Configuration, name: str) -> dict[str, str]:
    """Give the settings of a service, for its processes and for its commands.

    Raises:
        KeyError: There is no such service.
    """
    chosen = service(name)
    state, postgres, zipkin = configuration.state, configuration.postgres(), configuration.zipkin_server()
    shared = {
        **(zipkin.exporting if zipkin else {}),
        **configuration.kafka().bus_of(name).environment(),
        "TOPIC_PREFIX": configuration.topic_prefix,
        **configuration.tokens().environment,
        "PSEUDONYM_SECRET_PATH": str(pseudonym_secret(configuration)),
        f"{chosen.prefix}DATABASE_URL": postgres.dsn(chosen.database),
    }
    if chosen.personal:
        shared |= keyring_environment(configuration)
    if name == "petition":
        shared["PETITION_ATTACHMENTS"] = str(state / "attachments")
    if name == "intel-sink":
        sources = {each.name: postgres.dsn(each.database, RECONCILER) for each in SERVICES}
        shared |= {
            "INTEL_SINK_SIGNING_KEY": str(state / "secrets" / "checkpoints.pem"),
            "INTEL_SINK_CHECKPOINT_FILE": str(state / "checkpoints" / "checkpoints.jsonl"),
            "INTEL_SINK_RECONCILE_SOURCES": json.dumps(sources),
        }
    return shared


def keyring_environment(configuration: Configuration) -> dict[str, str]:
    """Give what whoever opens the keyring needs: its database, and the key that wraps all of its keys."""
    return {
        "KEYRING_DATABASE_URL": configuration.postgres().dsn(KEYRING),
        "KEYRING_KEK_PATH": str(key_encryption_key(configuration)),
    }


def key_encryption_key(configuration: Configuration) -> Path:
    """Name the file of the key that wraps the keys of persons."""
    return configuration.state / "secrets" / "kek"


def pseudonym_secret(configuration: Configuration) -> Path:
    """Name the file of the secret behind all pseudonyms."""
    return configuration.state / "secrets" / "pseudonym"


def shapes(configuration: Configuration, service: Service) -> Mapping[str, tuple[str, int]]:
    """Give a service's processes by name, each with its role, or all of them, and its port."""
    port = configuration.ports.of(service)
    if not configuration.split:
        return {service.name: ("all", port)}
    return {f"{service.name}-{role}": (role, port + ROLE_PORTS[role]) for role in ROLES}


def processes(configuration: Configuration, service: Service) -> list[Program]:
    """List a service's processes: one with all roles, or one for each role."""
    return [
        Program(
            name=name,
            command=[service.command, "serve", "--port", str(at)],
            order=300,
            environment={**environment_of(configuration, service.name), f"{service.prefix}ROLES": roles},
            ready_url=f"http://127.0.0.1:{at}/readyz",
        )
        for name, (roles, at) in shapes(configuration, service).items()
    ]


def _server(server: Server, order: int) -> Program:
    return Program(
        name=server.name,
        command=server.command(),
        order=order,
        environment=server.environment,
        stop_signal=server.stop_signal.name.removeprefix("SIG"),
        stop_within=int(server.stop_within),
    )
