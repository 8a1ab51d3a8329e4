"""Settings of this service: the suite's, with its own defaults."""

from chassis.settings import Settings
from pydantic import Field
from pydantic_settings import SettingsConfigDict


class QuerySettings(Settings):
    """Read from ``QUERY_…`` and from the suite's own variables."""

    model_config = SettingsConfigDict(env_prefix="QUERY_")

    service: str = "query"
    ticket_s: int = Field(default=900, ge=1, description="How long a ticket for following a matter is good for.")
    attempts: int = Field(default=10, ge=1, description="Wrong codes for one number before one has to wait.")
    client_attempts: int = Field(default=60, ge=1, description="The same for one client, whatever the numbers.")
    attempts_s: float = Field(default=600.0, gt=0, description="For how long wrong codes count.")
