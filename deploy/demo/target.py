"""The suite as the job sees it from outside: addresses, tokens, and the environment of its commands."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Self

from deploy.config import Configuration
from deploy.issuer import Issuer
from deploy.programs import environment_of
from deploy.services import SERVICES

READ_ONLY = "?options=-c%20default_transaction_read_only%3Don"

TokenFor = Callable[[str, str, str, str | None], str]
"""(subject, tenant, role, department) → access token."""


@dataclass(frozen=True, slots=True)
class Target:
    """A running suite.

    Attributes:
        gateway: URL of the only door.
        kafka_bootstrap: Address of the broker.
        topic_prefix: Put before each topic's name on the broker.
        databases: Read-only access to each service's database, by the service's name.
        token_for: The development issuer.
        environment: Of intel-sink's commands.
    """

    gateway: str
    kafka_bootstrap: str
    topic_prefix: str
    databases: Mapping[str, str]
    token_for: TokenFor
    environment: Mapping[str, str]

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
        return cls(
            gateway=configuration.gateway().url,
            kafka_bootstrap=configuration.kafka().bootstrap,
            topic_prefix=configuration.topic_prefix,
            databases={each.name: configuration.postgres().dsn(each.database) + READ_ONLY for each in SERVICES},
            token_for=tokens(configuration.issuer()),
            environment={**os.environ, **environment_of(configuration, "intel-sink")},
        )


def tokens(issuer: Issuer) -> TokenFor:
    """Give a source of tokens that signs once for each who, where and what."""

    @cache
    def token_for(subject: str, tenant: str, role: str, department: str | None) -> str:
        return issuer.token(sub=subject, tenant=tenant, roles=[role], department=department)

    return token_for
