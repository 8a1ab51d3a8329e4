"""The suite as the job sees it from outside: addresses, tokens, and the environment of its commands."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from contracts.bus import Bus
from deploy.accounts import Signer, expiry, signer
from deploy.config import Configuration
from deploy.programs import environment_of
from deploy.services import SERVICES

READ_ONLY = "?options=-c%20default_transaction_read_only%3Don"

RENEWED_S = 60
"""Seconds before its expiry at which a token is renewed."""

TokenFor = Callable[[str, str, str, str | None], str]
"""(subject, tenant, role, department) → access token."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where a suite keeps what it knows.

    Attributes:
        folder: Of everything that it keeps: databases, topics, mirror, indexes, logs, what is uploaded.
        besides: Of what was installed from elsewhere.
        databases: Read-only access to each service's database, by the service's name.
    """

    folder: Path
    besides: Path
    databases: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Target:
    """A running suite.

    Attributes:
        gateway: URL of the only door.
        bus: The brokers, as whoever runs the suite sees them.
        topic_prefix: Put before each topic's name on the broker.
        databases: Read-only access to each service's database, by the service's name.
        token_for: Where tokens come from.
        environment: Of intel-sink's commands.
        places: Where it keeps what it knows.
    """

    gateway: str
    bus: Bus
    topic_prefix: str
    databases: Mapping[str, str]
    token_for: TokenFor
    environment: Mapping[str, str]
    places: Places

    @property
    def mirror(self) -> str:
        """Read-only access to intel-sink's database."""
        return self.databases["intel-sink"]

    @property
    def model(self) -> str:
        """Read-only access to query's database."""
        return self.databases["query"]

    @classmethod
    def of(cls, configuration: Configuration) -> Self:
        """Find the suite of a deployment on this machine."""
        databases = {each.name: configuration.postgres().dsn(each.database) + READ_ONLY for each in SERVICES}
        return cls(
            gateway=configuration.gateway().url,
            bus=configuration.kafka().bus,
            topic_prefix=configuration.topic_prefix,
            databases=databases,
            token_for=tokens(signer(configuration)),
            environment={**os.environ, **environment_of(configuration, "intel-sink")},
            places=Places(configuration.state, configuration.cache, databases),
        )


def tokens(signer: Signer) -> TokenFor:
    """Give a source of tokens that asks for another one when what it has for somebody soon expires."""
    kept: dict[tuple[str, str, str, str | None], tuple[str, float]] = {}

    def token_for(subject: str, tenant: str, role: str, department: str | None) -> str:
        token, until = kept.get((subject, tenant, role, department), ("", 0.0))
        if until - time.time() < RENEWED_S:
            token = signer.token(sub=subject, tenant=tenant, roles=[role], department=department)
            kept[subject, tenant, role, department] = token, expiry(token)
        return token

    return token_for
