"""Which channels an installation has: none, until it says so."""

from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from contracts.tenants import load_tenants
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from petition.petition import Channel


def _known(tenant: str) -> str:
    if tenant not in load_tenants():
        raise ValueError("no tenant of the suite (GB/T 2260)")
    return tenant


def _require_https(url: str | None) -> None:
    if url is not None and url.startswith("http://") and urlsplit(url).hostname not in LOCAL:
        raise ValueError("https, unless it is on this machine")


def _require_answers(url: str | None, *, bulletins: bool) -> None:
    if bulletins and url is None:
        raise ValueError("what carries bulletins says where they go: answers")


LOCAL: Final = frozenset({"127.0.0.1", "localhost"})
Tenant = Annotated[str, AfterValidator(_known)]
Source = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


class FeedSettings(BaseModel):
    """A source that is asked for its messages by the channel protocol."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: Literal[Channel.FORUM, Channel.MICROBLOG]
    source: Source = Field(description="Its name here; it stays, because by it messages are known again.")
    tenant: Tenant = Field(description="Who has what comes in there.")
    url: str = Field(pattern=r"^https?://")
    mention: str | None = Field(default=None, min_length=1, description="Only what mentions this account.")
    token_path: Path | None = Field(default=None, description="File of the bearer token; read anew each time.")
    every_s: float = Field(default=30.0, ge=1, le=3600)
    answers: str | None = Field(default=None, pattern=r"^https?://", description="Where answers go; unset: none do.")
    private: bool = Field(default=False, description="Its members can be told something by private message.")
    bulletins: bool = Field(default=False, description="It carries bulletins: its tenant's, and the province's.")

    @model_validator(mode="after")
    def _only_what_is_addressed_to_us(self) -> Self:
        if self.channel is Channel.MICROBLOG and self.mention is None:
            raise ValueError("a microblog names the account that has to be mentioned")
        _require_https(self.url)
        _require_https(self.answers)
        _require_answers(self.answers, bulletins=self.bulletins)
        return self


class SmtpSettings(BaseModel):
    """A mail server that takes answers, by SMTP with STARTTLS."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(min_length=1)
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    ca_path: Path | None = Field(default=None, description="Whom to trust, if not the machine's authorities.")
    sender: str = Field(pattern=r"^[^@\s<>]{1,64}@[^@\s<>]{1,190}$", description="The address that answers come from.")
    user: str | None = Field(default=None, min_length=1)
    password_path: Path | None = Field(default=None, description="File of the password; read anew each time.")

    @model_validator(mode="after")
    def _nothing_in_clear(self) -> Self:
        if self.security == "none" and self.host not in LOCAL:
            raise ValueError("TLS, unless it is on this machine")
        if (self.user is None) != (self.password_path is None):
            raise ValueError("user and password_path belong together")
        return self


class MailSettings(BaseModel):
    """A mailbox that is read by IMAP, and answered by SMTP."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Source = Field(description="Its name here; it stays, because by it messages are known again.")
    tenant: Tenant = Field(description="Who has what comes in there.")
    host: str = Field(min_length=1)
    port: int = Field(default=993, ge=1, le=65535)
    tls: bool = True
    ca_path: Path | None = Field(default=None, description="Whom to trust, if not the machine's authorities.")
    user: str = Field(min_length=1)
    password_path: Path = Field(description="File of the password; read anew each time.")
    mailbox: str = Field(default="INBOX", pattern=r'^[^"\\\r\n]{1,200}$')
    every_s: float = Field(default=60.0, ge=1, le=3600)
    answers: SmtpSettings | None = Field(default=None, description="By whom answers go out; unset: none do.")

    @model_validator(mode="after")
    def _no_password_in_clear(self) -> Self:
        if not self.tls and self.host not in LOCAL:
            raise ValueError("TLS, unless it is on this machine")
        return self


class SignedSettings(BaseModel):
    """A program that shares a secret with this service."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Source = Field(description="Its name here, and in the address of its webhook.")
    tenant: Tenant = Field(description="Who has what comes in there.")
    secret_path: Path = Field(description="File of the secret, 24 bytes or more; while it changes, one a line.")


class RelaySettings(SignedSettings):
    """A group whose messages a relay hands over, signed; answers are handed to it, signed likewise."""

    answers: str | None = Field(default=None, pattern=r"^https?://", description="Where answers go; unset: none do.")
    bulletins: bool = Field(default=False, description="It carries bulletins: its tenant's, and the province's.")

    @model_validator(mode="after")
    def _nothing_in_clear(self) -> Self:
        _require_https(self.answers)
        _require_answers(self.answers, bulletins=self.bulletins)
        return self


class AppSettings(SignedSettings):
    """An application that hands over what its users send, by Open311; its key is the secret."""


class ChannelSettings(BaseSettings):
    """Read from ``PETITION_FEEDS``, ``…_MAILBOXES``, ``…_RELAYS``, ``…_APPS``, each a list in JSON; ``…_CODE_PAGE``."""

    model_config = SettingsConfigDict(env_prefix="PETITION_", frozen=True, hide_input_in_errors=True)

    feeds: tuple[FeedSettings, ...] = ()
    mailboxes: tuple[MailSettings, ...] = ()
    relays: tuple[RelaySettings, ...] = ()
    apps: tuple[AppSettings, ...] = ()
    code_page: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s#]{1,200}$",
        description="Where one-time links lead: /v1/codes as the public reaches it; unset: no links are given.",
    )

    @model_validator(mode="after")
    def _sources_have_names_of_their_own(self) -> Self:
        named: list[tuple[str, str]] = [(each.channel, each.source) for each in self.feeds]
        named += [("mail", each.source) for each in self.mailboxes] + [("relay", each.source) for each in self.relays]
        named += [("app", each.source) for each in self.apps]
        if len(set(named)) < len(named):
            raise ValueError("two sources of one channel share a name")
        return self
