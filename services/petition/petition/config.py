"""Settings of this service: the suite's, with its own defaults, and where the keys of persons are."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from yiwangban_keyring.settings import KeyringSettings

from petition.sorting import MODELS


class PetitionSettings(KeyringSettings):
    """Read from ``PETITION_…`` and from the suite's own variables."""

    model_config = SettingsConfigDict(env_prefix="PETITION_")

    service: str = "petition"


class SortingSettings(BaseSettings):
    """What sorts messages, for whoever loads it: in a service or by itself."""

    model_config = SettingsConfigDict(env_prefix="PETITION_")

    sorting_models: Path = Field(default=MODELS, description="Folder of the models.")
