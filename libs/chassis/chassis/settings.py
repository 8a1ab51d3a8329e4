"""Settings of a service, read from the environment once, checked before anything starts."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import unquote, urlsplit

from contracts.bus import LOOPBACK, Bus
from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from chassis.sealing import Keyring

DEVELOPMENT = "development"
DEVELOPMENT_ISSUER = "https://issuer.yiwangban.localhost"
STATE = Path(".state")


GUESSED = frozenset({"admin", "changeme", "password", "postgres", "root", "secret", "test", "yiwangban"})
"""Passwords that are tried first."""


class Role(StrEnum):
    """What a process does. By default it does everything."""

    API = "api"
    WORKER = "worker"
    RELAY = "relay"


ALL_ROLES = frozenset(Role)


class Settings(BaseSettings):
    """What every service needs to know.

    A service subclasses this with ``env_prefix="BILLING_"``: fields without an alias are then its
    own (``BILLING_DATABASE_URL``), fields with an alias are the suite's (``KAFKA_BOOTSTRAP``).
    """

    SECRETS: ClassVar[tuple[str, ...]] = ("database_url", "issuer", "kafka_user", "pseudonym_secret_path")
    """What outside development has to be the installation's own."""

    model_config = SettingsConfigDict(frozen=True, populate_by_name=True, extra="ignore", hide_input_in_errors=True)

    # Its own: <SERVICE>_…
    service: str = Field(description="Name of the service; also its consumers' and its events' name.")
    database_url: str = Field(description="libpq URL, postgresql://user:password@host:port/database")
    http_host: str = "127.0.0.1"
    http_port: int = 8000
    roles: Annotated[frozenset[Role], NoDecode] = Field(default=ALL_ROLES, description="'all', or e.g. 'api,worker'")
    slot: str = Field(default="0", description="Which of a service's workers this is; part of group.instance.id.")

    # The suite's
    environment: str = Field(default=DEVELOPMENT, validation_alias="ENVIRONMENT")
    kafka_bootstrap: str = Field(default=LOOPBACK, validation_alias="KAFKA_BOOTSTRAP")
    kafka_user: str = Field(default="", validation_alias="KAFKA_USER", description="Principal; none: a plaintext bus.")
    kafka_password_path: Path | None = Field(default=None, validation_alias="KAFKA_PASSWORD_PATH")
    kafka_ca_path: Path | None = Field(
        default=None, validation_alias="KAFKA_CA_PATH", description="Authorities that brokers are believed by, PEM."
    )
    topic_prefix: str = Field(default="", validation_alias="TOPIC_PREFIX", description="Put before each topic's name.")
    jwks_path: Path = Field(default=STATE / "issuer" / "jwks.json", validation_alias="JWT_JWKS_PATH")
    issuer: str = Field(default=DEVELOPMENT_ISSUER, validation_alias="JWT_ISSUER")
    audience: str = Field(default="yiwangban", validation_alias="JWT_AUDIENCE")
    discovery_url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        validation_alias="JWT_DISCOVERY_URL",
        description="The issuer's discovery document (OpenID Connect), which names its keys; instead of a file.",
    )
    algorithm: Literal["ES256", "ES384", "RS256", "PS256"] = Field(default="ES256", validation_alias="JWT_ALGORITHM")
    token_type: str = Field(
        default="at+jwt",
        min_length=1,
        validation_alias="JWT_TYPE",
        description="Header typ of access tokens, by which no other token of the issuer is taken for one (RFC 9068).",
    )
    token_life_s: int = Field(
        default=3600,
        ge=60,
        le=86_400,
        validation_alias="JWT_LIFE_S",
        description="Longest life of a token: for so long a right that was withdrawn may still be used.",
    )
    pseudonym_secret_path: Path = Field(
        default=STATE / "secrets" / "pseudonym", validation_alias="PSEUDONYM_SECRET_PATH"
    )
    outbox_retention_days: int = Field(default=14, ge=1, validation_alias="OUTBOX_RETENTION_DAYS")
    session_timeout_ms: int = Field(default=10_000, ge=1_000, validation_alias="SESSION_TIMEOUT_MS")
    heartbeat_ms: int = Field(default=2_500, ge=100, validation_alias="HEARTBEAT_MS")
    api_pool: int = Field(default=10, ge=1, validation_alias="API_POOL")
    worker_pool: int = Field(default=4, ge=1, validation_alias="WORKER_POOL")
    relay_pool: int = Field(default=2, ge=1, validation_alias="RELAY_POOL")
    pool_wait_s: float = Field(default=1.0, gt=0, validation_alias="POOL_WAIT_S")
    max_body_bytes: int = Field(default=256 * 1024, ge=1, validation_alias="MAX_BODY_BYTES")
    max_streams: int = Field(
        default=2_000, ge=0, validation_alias="MAX_STREAMS", description="Most answers of a process that wait."
    )
    stream_s: float = Field(
        default=600.0, gt=0, le=600, validation_alias="STREAM_S", description="Longest stream; clients come back."
    )
    drain_s: float = Field(default=10.0, gt=0, validation_alias="DRAIN_S", description="Longest graceful stop.")

    @field_validator("roles", mode="before")
    @classmethod
    def _split_roles(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        names = frozenset(name.strip() for name in value.split(",") if name.strip())
        if not names:
            raise ValueError("name at least one role, or 'all'")
        return ALL_ROLES if names == {"all"} else names

    @field_validator("kafka_password_path", "kafka_ca_path", mode="before")
    @classmethod
    def _empty_is_not_given(cls, value: Any) -> Any:
        return value or None

    @model_validator(mode="after")
    def _refuse_half_a_bus(self) -> Self:
        _ = self.bus
        return self

    @model_validator(mode="after")
    def _refuse_development_secrets(self) -> Self:
        """Refuse to start outside development with secrets that any reader of this file knows or can find."""
        if self.environment == DEVELOPMENT:
            return self
        secrets = set(self.SECRETS)
        if self.discovery_url is None:
            secrets.add("jwks_path")
        left = sorted(name for name in secrets if name not in self.model_fields_set or self._is_default(name))
        databases = (name for name in self.SECRETS if name.endswith("database_url"))
        left += [f"{name}'s password" for name in databases if _guessable(getattr(self, name))]
        left += [name for name in ("issuer", "discovery_url") if (getattr(self, name) or "").startswith("http://")]
        if left:
            raise ValueError(
                f"environment is {self.environment!r}, but these still have their development value: {', '.join(left)}"
            )
        return self

    def _is_default(self, name: str) -> bool:
        return bool(getattr(self, name) == type(self).model_fields[name].default)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        for name, value in super().__repr_args__():
            yield name, "…" if name == "database_url" else value

    def changed(self, **values: Any) -> Self:
        """Give settings with some values replaced, checked like all others.

        Raises:
            pydantic.ValidationError: A value isn't acceptable.
        """
        return type(self)(**{name: getattr(self, name) for name in self.model_fields_set} | values)

    def has(self, role: Role) -> bool:
        """Tell whether this process plays the role."""
        return role in self.roles

    @property
    def bus(self) -> Bus:
        """The brokers, as this service sees them."""
        return Bus(self.kafka_bootstrap, self.kafka_user, self.kafka_password_path, self.kafka_ca_path)

    def physical_topic(self, topic: str) -> str:
        """Give the topic's name on the broker."""
        return self.topic_prefix + topic

    def open_keyring(self) -> Keyring | None:
        """Open the keys of persons; None for a service that holds nothing personal."""
        return None

    def pseudonym_secret(self) -> bytes:
        """Read the secret behind all pseudonyms.

        Raises:
            OSError: The file can't be read.
            ValueError: It holds less than 256 bits.
        """
        secret = self.pseudonym_secret_path.read_bytes().strip()
        if len(secret) < 32:  # noqa: PLR2004  bytes: 256 bits
            raise ValueError(f"{self.pseudonym_secret_path} must hold at least 32 bytes")
        return secret


def _guessable(database_url: str) -> bool:
    """Tell whether a URL holds a password that is tried first, or the user's own name. None at all may be in a file."""
    try:
        parts = urlsplit(database_url)
        password = unquote(parts.password or "").lower()
    except ValueError:
        return True
    return bool(password) and password in GUESSED | {unquote(parts.username or "").lower()}
