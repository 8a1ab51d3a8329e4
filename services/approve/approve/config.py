"""Settings of this service: the suite's, with its own defaults, and where the keys of persons are."""

from pydantic_settings import SettingsConfigDict
from yiwangban_keyring.settings import KeyringSettings


class ApproveSettings(KeyringSettings):
    """Read from ``APPROVE_…`` and from the suite's own variables."""

    model_config = SettingsConfigDict(env_prefix="APPROVE_")

    service: str = "approve"
