"""Settings of this service: the suite's, with its own defaults."""

from pathlib import Path

from chassis.settings import Settings
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from petition.sorting import MODELS


class PetitionSettings(Settings):
    """Read from ``PETITION_…`` and from the suite's own variables."""

    model_config = SettingsConfigDict(env_prefix="PETITION_")

    service: str = "petition"


class SortingSettings(BaseSettings):
    """What sorts messages, for whoever loads it: in a service or by itself."""

    model_config = SettingsConfigDict(env_prefix="PETITION_")

    sorting_models: Path = Field(default=MODELS, description="Folder of the models.")
