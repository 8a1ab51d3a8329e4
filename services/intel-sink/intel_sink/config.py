"""What intel-sink needs to know beyond what every service does. Environment: ``INTEL_SINK_…``."""

from pathlib import Path

from chassis.settings import STATE, Settings
from pydantic import Field
from pydantic_settings import SettingsConfigDict
from yiwangban_keyring.settings import KeyringSettings

from intel_sink.domain import BurstRule


class IntelSinkSettings(Settings):
    """Settings of intel-sink."""

    model_config = SettingsConfigDict(env_prefix="INTEL_SINK_")

    service: str = "intel-sink"
    database_url: str = Field(default="postgresql://intel_sink:intel_sink@127.0.0.1:5433/intel_sink", repr=False)

    signing_key: Path = Field(
        default=STATE / "secrets" / "checkpoints.pem",
        description="Ed25519 key of the checkpoints; made at first start.",
    )
    checkpoint_file: Path = Field(
        default=STATE / "checkpoints" / "checkpoints.jsonl",
        description="Where checkpoints are kept outside the database; in production on another machine's disk.",
    )
    checkpoint_every_s: float = Field(default=10.0, gt=0, description="Longest wait before new records are signed.")
    projection_every_s: float = Field(
        default=0.2, gt=0, description="Pause of the projections when they are up to date."
    )
    mirror_batch: int = Field(
        default=4_000, ge=1, le=50_000, description="Most records in one of the mirror's batches."
    )
    burst_rules: tuple[BurstRule, ...] = Field(
        default=(BurstRule(name="fraud-reports", kind="report", matter="fraud", threshold=5, hours=24),),
        description="JSON list; a burst of such events in event time raises one alert.",
    )
    reconcile_sources: dict[str, str] = Field(
        default_factory=dict, repr=False, description='JSON object {"petition": "postgresql://reader@…/petition", …}'
    )


class ErasureSettings(IntelSinkSettings, KeyringSettings):
    """Of the command that erases a person: it alone gets at the keyring, no process of this service does."""

    model_config = SettingsConfigDict(env_prefix="INTEL_SINK_")
