"""How a client reaches the brokers, and as whom: the one place that turns settings into a client's arguments."""

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

PROTOCOL = "SASL_SSL"
MECHANISM = "SCRAM-SHA-512"
LOOPBACK = "127.0.0.1:9092"


class HalfSecured(ValueError):
    """Some of the settings of a secured bus are given and some are missing; nothing should connect with them."""


@dataclass(frozen=True, slots=True)
class Bus:
    """The brokers as one principal sees them.

    Attributes:
        bootstrap: Addresses of brokers, ``host:port``, separated by commas.
        user: The principal; none: a plaintext broker, which asks nobody who they are.
        password_path: File that holds the principal's password, read whenever a client is made.
        ca_path: File of the certificate authorities (PEM) that brokers are believed by, read whenever a client is made.

    Raises:
        HalfSecured: Principal, password and authorities are not given together.
    """

    bootstrap: str
    user: str = ""
    password_path: Path | None = None
    ca_path: Path | None = None

    def __post_init__(self) -> None:
        """Check that it is either plaintext or whole."""
        if len({bool(self.user), self.password_path is not None, self.ca_path is not None}) > 1:
            raise HalfSecured("KAFKA_USER, KAFKA_PASSWORD_PATH and KAFKA_CA_PATH are given together, or not at all")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read ``KAFKA_BOOTSTRAP``, ``KAFKA_USER``, ``KAFKA_PASSWORD_PATH`` and ``KAFKA_CA_PATH``; empty is not given.

        Raises:
            HalfSecured: See the class.
        """
        password, authorities = (environment.get(name) for name in ("KAFKA_PASSWORD_PATH", "KAFKA_CA_PATH"))
        return cls(
            environment.get("KAFKA_BOOTSTRAP") or LOOPBACK,
            environment.get("KAFKA_USER", ""),
            Path(password) if password else None,
            Path(authorities) if authorities else None,
        )

    def environment(self) -> dict[str, str]:
        """Give what `from_environment` reads; what is not given is empty, so that nothing is inherited."""
        return {
            "KAFKA_BOOTSTRAP": self.bootstrap,
            "KAFKA_USER": self.user,
            "KAFKA_PASSWORD_PATH": str(self.password_path or ""),
            "KAFKA_CA_PATH": str(self.ca_path or ""),
        }

    def client(self) -> dict[str, Any]:
        """Give the arguments that the clients of kafka-python and of aiokafka have in common. They hold the password.

        Raises:
            OSError: A file can't be read.
        """
        servers = {"bootstrap_servers": self.bootstrap.split(",")}
        if self.password_path is None:
            return servers
        return servers | {
            "security_protocol": PROTOCOL,
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password_path.read_text("utf-8").strip(),
            "ssl_context": ssl.create_default_context(cafile=self.ca_path),
        }
