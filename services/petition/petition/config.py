"""Settings of this service: the suite's, with its own defaults, and where the keys of persons are."""

from pathlib import Path

from chassis.settings import STATE
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from yiwangban_keyring.settings import KeyringSettings

from petition.replies.answering import PROPOSED, Sure
from petition.sorting import MODELS


class PetitionSettings(KeyringSettings):
    """Read from ``PETITION_…`` and from the suite's own variables."""

    model_config = SettingsConfigDict(env_prefix="PETITION_")

    service: str = "petition"
    attachments: str = Field(
        default=str(STATE / "attachments"),
        description="Where files that come with petitions are kept: a folder that all processes share, or a bucket and"
        " a prefix in it (s3://bucket/prefix).",
    )
    samples: int = Field(
        default=20,
        ge=0,
        le=100,
        description="How many samples of settled petitions are drawn for a tenant's volunteer supervisors each working"
        " day; 0: none.",
    )
    notices: Path | None = Field(
        default=None,
        description="Folder of notices of holidays that are newer than the installed calendar, each named after its"
        " year (2027.json), in the form of the holiday-cn files; read when the process starts.",
    )
    automatic_confidence: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="How sure it has to be what a consultation is; unset: nothing is automatic.",
    )
    automatic_likeness: float = Field(
        default=PROPOSED.likeness, ge=0, le=1, description="How alike question and answer have to be."
    )

    @property
    def sure(self) -> Sure | None:
        """From where on consultations are answered automatically."""
        if self.automatic_confidence is None:
            return None
        return Sure(confidence=self.automatic_confidence, likeness=self.automatic_likeness)


class SortingSettings(BaseSettings):
    """What sorts messages, for whoever loads it: in a service or by itself."""

    model_config = SettingsConfigDict(env_prefix="PETITION_")

    sorting_models: Path = Field(default=MODELS, description="Folder of the models.")
