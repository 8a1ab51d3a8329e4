"""Wires intel-sink together. The only place that knows all of its parts."""

from pathlib import Path

import casework.problems
from chassis.service import Service
from chassis.unit import Unit
from chassis.worker.batch_store import Batch
from chassis.worker.tasks import Task
from contracts.codec import Codec
from contracts.registry import Registry

from intel_sink import handlers, problems
from intel_sink.api import router
from intel_sink.checkpoints import OutsideFile, SigningKey
from intel_sink.config import IntelSinkSettings
from intel_sink.mirror import Mirror
from intel_sink.projections import Projector
from intel_sink.telemetry import MirrorTelemetry
from intel_sink.verified import VerifiedFile

REPORT_EVERY_S = 5.0


def bootstrap() -> Service:
    """Read the settings and the contracts, and describe the service."""
    settings = IntelSinkSettings()
    registry = Registry.load()
    codec = Codec(registry)
    projector = Projector(codec, registry.topics, settings.burst_rules)
    outside, verified = OutsideFile(settings.checkpoint_file), VerifiedFile(settings.checkpoint_file)

    async def sign(unit: Unit) -> None:
        key = SigningKey.load_or_create(settings.signing_key)
        await handlers.sign_checkpoint(unit, key=key, outside=outside)

    async def follow(unit: Unit) -> None:
        await handlers.follow_mirror(unit, projector)

    return Service(
        title="大情报平台·舆情 · Intelligence store",
        about="全部记录的镜像，及其上的统计、查证和预警。"
        "The mirror of every record, with the figures, searches and alerts that rest on it.",
        settings=settings,
        migrations=Path(__file__).resolve().parents[1] / "migrations",
        routers=[router],
        problems=(casework.problems, problems),
        batches=[
            Batch(
                name="mirror",
                topics=lambda: sorted(
                    registry.topics
                ),  # every topic, whoever it is for: a new page is mirrored as it is
                store=Mirror(codec).store,
                max_records=settings.mirror_batch,
            )
        ],
        tasks=[
            Task(name="sign checkpoint", every_s=settings.checkpoint_every_s, run=sign),
            Task(name="follow mirror", every_s=settings.projection_every_s, run=follow),
            Task(name="report", every_s=REPORT_EVERY_S, run=MirrorTelemetry(verified).report),
        ],
        restore=handlers.restore,
    )
