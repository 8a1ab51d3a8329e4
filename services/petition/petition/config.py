"""Settings of this service: the suite's, with its own defaults."""

from chassis.settings import Settings
from pydantic_settings import SettingsConfigDict


class PetitionSettings(Settings):
    """Read from ``PETITION_…`` and from the suite's own variables."""

    model_config = SettingsConfigDict(env_prefix="PETITION_")

    service: str = "petition"
