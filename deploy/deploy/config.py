"""What a deployment on this machine can be told: ports, folder, limits. Read from the environment, once."""

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Self

from deploy.cluster import Cluster
from deploy.credentials import Credentials
from deploy.gateway import Door, Gateway, Limits
from deploy.issuer import Issuer
from deploy.keycloak import Keycloak
from deploy.postgres import Postgres
from deploy.server import LOOPBACK
from deploy.services import SERVICES, Service
from deploy.subscribers import Subscribers
from deploy.tokens import Tokens
from deploy.tracing import Traces
from deploy.zipkin import Zipkin

DEFAULT_STATE = Path(".state")
DEVELOPMENT, KEYCLOAK = "development", "keycloak"
LARGEST_PORT = 65_535
AWKWARD = re.compile(r"[\s,:;#$'\"\\]")
"""What a path can't hold, because Kafka's, Java's or the supervisor's settings would read it as something else."""


class SettingError(ValueError):
    """A setting can't be used; the message names it."""


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Ports of loopback. The environment variable of each is its name in capitals with ``_PORT`` behind it."""

    gateway: int = 8080
    envoy_admin: int = 9901
    kafka: int = 9092
    kafka_controller: int = 9093
    postgres: int = 5433
    zipkin: int = 9411
    keycloak: int = 8180
    services: Mapping[str, int] = field(default_factory=lambda: {each.name: each.port for each in SERVICES})

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read them.

        Raises:
            SettingError: Not a port, or two settings name the same one.
        """
        chosen = {
            name: _port(setting(name), text)
            for name in (*_SERVERS, *(each.database for each in SERVICES))
            if (text := environment.get(setting(name)))
        }
        services = {each.name: chosen.pop(each.database, each.port) for each in SERVICES}
        ports = cls(**chosen, services=services)
        taken: dict[int, str] = {}
        for name, port in ports.by_setting().items():
            if port in taken:
                raise SettingError(f"{name} 与 {taken[port]} 都是 {port}。 {name} and {taken[port]} are both {port}.")
            taken[port] = name
        return ports

    def by_setting(self) -> dict[str, int]:
        """Give the ports by the name of the setting that changes them."""
        servers = {setting(name): getattr(self, name) for name in _SERVERS}
        return servers | {f"{each.prefix}PORT": self.of(each) for each in SERVICES}

    def of(self, service: Service) -> int:
        """Give the port of a service."""
        return self.services[service.name]


_SERVERS = tuple(each.name for each in fields(Ports) if each.name != "services")


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """One deployment on this machine.

    Attributes:
        state: Folder of everything that it keeps.
        brokers: How many brokers keep the topics: 1, or 3 of which one may be lost.
        secured: Brokers speak TLS, ask everybody who they are, and let nobody do what isn't theirs.
        split: Run each role of a service (api, worker, relay) as a process of its own.
        ports: Where it listens.
        topic_prefix: Put before each topic's name.
        otlp_endpoint: Where traces go (OTLP over HTTP).
        zipkin: Start Zipkin, and send traces there.
        sampled: Share of the requests whose trace is kept; the gateway decides for everybody.
        cors_origins: Origins whose pages may call the gateway.
        limits: Of requests a second that the gateway lets in.
        identity: Who signs tokens here: *development*, or *keycloak*.
        accepted: Which tokens are let in.
        backup_days: How long copies of databases are kept; a destroyed key is in copies of the keyring for as long.
    """

    state: Path = DEFAULT_STATE
    split: bool = False
    brokers: int = 1
    secured: bool = True
    ports: Ports = field(default_factory=Ports)
    topic_prefix: str = ""
    otlp_endpoint: str = ""
    zipkin: bool = False
    sampled: float = 1.0
    cors_origins: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    identity: str = DEVELOPMENT
    accepted: Tokens = field(default_factory=Tokens)
    backup_days: int = 30

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read it.

        Raises:
            SettingError: A value can't be used.
        """
        roles = environment.get("ROLES", "") or "all"
        if roles not in {"all", "split"}:
            raise SettingError(f"ROLES 只能是 all 或 split，不是 {roles}。 ROLES is all or split, not {roles}.")
        brokers = environment.get("BROKERS", "") or "1"
        if brokers not in {"1", "3"}:
            raise SettingError(f"BROKERS 只能是 1 或 3，不是 {brokers}。 BROKERS is 1 or 3, not {brokers}.")
        identity = environment.get("IDENTITY", "") or DEVELOPMENT
        if identity not in {DEVELOPMENT, KEYCLOAK}:
            raise SettingError(
                f"IDENTITY 只能是 {DEVELOPMENT} 或 {KEYCLOAK}，不是 {identity}。 IDENTITY is not {identity}."
            )
        bus = environment.get("BUS", "") or "secured"
        if bus not in {"secured", "plaintext"}:
            raise SettingError(f"BUS 只能是 secured 或 plaintext，不是 {bus}。 BUS is secured or plaintext, not {bus}.")
        state = Path(environment.get("STATE_DIR") or DEFAULT_STATE).resolve()
        if AWKWARD.search(str(state)):
            raise SettingError(
                f"STATE_DIR 的路径不能含有空格、逗号、冒号、引号等：{state}。"
                f" The path of STATE_DIR can't hold spaces, commas, colons, quotes or the like: {state}."
            )
        return cls(
            state=state,
            split=roles == "split",
            brokers=int(brokers),
            secured=bus == "secured",
            ports=Ports.from_environment(environment),
            topic_prefix=environment.get("TOPIC_PREFIX", ""),
            otlp_endpoint=environment.get("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
            zipkin=_zipkin(environment),
            sampled=_sampled(environment),
            cors_origins=tuple(environment.get("CORS_ORIGINS", "").split()),
            limits=Limits(
                total=_positive("RATE_LIMIT", environment, Limits.total),
                client=_positive("CLIENT_RATE_LIMIT", environment, Limits.client),
                tenant=_positive("TENANT_RATE_LIMIT", environment, Limits.tenant),
                principal=_positive("PRINCIPAL_RATE_LIMIT", environment, Limits.principal),
            ),
            identity=identity,
            accepted=Tokens.from_environment(environment),
            backup_days=_positive("BACKUP_DAYS", environment, cls.backup_days),
        )

    @property
    def cache(self) -> Path:
        """Folder of what was downloaded."""
        return self.state / "cache"

    @property
    def logs(self) -> Path:
        """Folder of every program's log."""
        return self.state / "logs"

    @property
    def backups(self) -> Path:
        """Folder of copies of databases, one a database."""
        return self.state / "backups"

    def kafka(self) -> Cluster:
        """Give the brokers. Secured ones have folders of their own: users are made when a folder is formatted."""
        return Cluster(
            self.state / "kafka" / "secured" if self.secured else self.state / "kafka",
            jars=self.cache / "kafka",
            port=self.ports.kafka,
            controller_port=self.ports.kafka_controller,
            size=self.brokers,
            credentials=Credentials(self.state / "secrets" / "kafka") if self.secured else None,
        )

    def subscribers(self) -> Subscribers:
        """Give the systems outside that read topics."""
        return Subscribers(self.state / "subscribers", self.kafka().bus)

    def postgres(self) -> Postgres:
        """Give the database server."""
        return Postgres(self.state / "postgres", port=self.ports.postgres)

    def zipkin_server(self) -> Zipkin | None:
        """Give the page of traces, unless traces go elsewhere or nowhere."""
        if not self.zipkin:
            return None
        return Zipkin(self.state / "zipkin", jars=self.cache / "zipkin", port=self.ports.zipkin)

    def traces(self) -> Traces:
        """Say where the gateway's traces go."""
        zipkin = self.zipkin_server()
        return Traces(otlp=self.otlp_endpoint, zipkin=zipkin.collector if zipkin else "", sampled=self.sampled)

    def issuer(self) -> Issuer:
        """Give the development issuer of tokens."""
        return Issuer(self.state / "issuer")

    def tokens(self) -> Tokens:
        """Say which tokens are let in, by the gateway and by each service."""
        accepted = replace(self.accepted, jwks=self.issuer().jwks)
        if (own := self.keycloak()) is None:
            return accepted
        return replace(accepted, issuer=own.issuer, discovery_url=own.discovery_url, jwks_url=own.jwks_url)

    def keycloak(self) -> Keycloak | None:
        """Give the identity provider, if tokens come from one of this machine."""
        if self.identity != KEYCLOAK:
            return None
        return Keycloak(self.state / "keycloak", cache=self.cache / "keycloak", port=self.ports.keycloak)

    def gateway(self) -> Gateway:
        """Give the gateway."""
        return Gateway(
            self.state / "gateway",
            Door(
                port=self.ports.gateway,
                admin_port=self.ports.envoy_admin,
                tokens=self.tokens(),
                services={each.name: (LOOPBACK, self.ports.of(each)) for each in SERVICES},
                traces=self.traces(),
                cors_origins=self.cors_origins,
                limits=self.limits,
            ),
        )


def setting(name: str) -> str:
    """Give the environment variable of a port."""
    return f"{name.upper()}_PORT"


def _port(name: str, text: str) -> int:
    port = _positive(name, {name: text}, 0)
    if port > LARGEST_PORT:
        raise SettingError(f"{name}={text} 不是端口。 {name}={text} is not a port.")
    return port


def _zipkin(environment: Mapping[str, str]) -> bool:
    """Tell whether Zipkin is wanted: unless it is switched off, or the SDK's own settings send traces elsewhere.

    Raises:
        SettingError: Neither on nor off.
    """
    wanted = environment.get("ZIPKIN", "") or "on"
    if wanted not in {"on", "off"}:
        raise SettingError(f"ZIPKIN 只能是 on 或 off，不是 {wanted}。 ZIPKIN is on or off, not {wanted}.")
    elsewhere = environment.get("OTEL_TRACES_EXPORTER") or environment.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    return wanted == "on" and not elsewhere


def _sampled(environment: Mapping[str, str]) -> float:
    """Read the SDK's sampler: services follow the gateway's decision, so that it has to be made there.

    Raises:
        SettingError: The ratio isn't one.
    """
    sampler = environment.get("OTEL_TRACES_SAMPLER", "").removeprefix("parentbased_")
    if sampler != "traceidratio":
        return 0.0 if sampler == "always_off" else 1.0
    text = environment.get("OTEL_TRACES_SAMPLER_ARG") or "1"
    try:
        ratio = float(text)
    except ValueError:
        ratio = math.nan
    if not 0 <= ratio <= 1:
        raise SettingError(
            f"OTEL_TRACES_SAMPLER_ARG 须在 0 与 1 之间，不是 {text}。"
            f" OTEL_TRACES_SAMPLER_ARG is a ratio from 0 to 1, not {text}."
        )
    return ratio


def _positive(name: str, environment: Mapping[str, str], default: int) -> int:
    text = environment.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise SettingError(f"{name} 必须是正整数，不是 {text}。 {name} is a positive whole number, not {text}.")
    return int(text)
