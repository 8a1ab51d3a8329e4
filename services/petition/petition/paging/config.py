"""Who is paged how: the pagers of an installation, and how long one waits before the next is paged."""

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from petition.channels.config import Tenant


class PagerSettings(BaseModel):
    """A pager (传呼平台) that takes signed webhooks, for one tenant or for all that have none of their own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant: Tenant | None = Field(default=None, description="Whose duty desk it pages; none: everybody else's.")
    url: str = Field(pattern=r"^https?://")
    secret_path: Path = Field(description="File of the secret, 24 bytes or more; while it changes, one a line.")

    @model_validator(mode="after")
    def _not_in_clear(self) -> Self:
        if self.url.startswith("http://") and urlsplit(self.url).hostname not in {"127.0.0.1", "localhost"}:
            raise ValueError("https, unless it is on this machine")
        return self


class PagingSettings(BaseSettings):
    """Read from ``PETITION_PAGERS``, a list in JSON, and ``PETITION_PAGE_…``."""

    model_config = SettingsConfigDict(env_prefix="PETITION_", frozen=True, hide_input_in_errors=True)

    pagers: tuple[PagerSettings, ...] = ()
    page_link: str = Field(
        default="/v1/petitions/{id}", pattern=r"\{id\}", description="Where a petition is opened; in each page."
    )
    page_minutes: float = Field(
        default=5.0, ge=1, le=60, description="How long somebody has to take it before the next one is paged."
    )

    @model_validator(mode="after")
    def _one_each(self) -> Self:
        named = [each.tenant for each in self.pagers]
        if len(set(named)) < len(named):
            raise ValueError("two pagers for one tenant")
        return self


@cache
def patience() -> timedelta:
    """Give how long somebody has to take it, read once a process."""
    return timedelta(minutes=PagingSettings().page_minutes)
