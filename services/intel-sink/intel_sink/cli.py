"""``intel-sink``: the chassis' commands, and those that check, prove, sign and rebuild."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from chassis.cli import service_cli
from chassis.database import Database
from chassis.process.command import units_of
from contracts.codec import Codec
from contracts.registry import Registry

from intel_sink import handlers, store
from intel_sink.bootstrap import bootstrap
from intel_sink.broker import Broker
from intel_sink.checkpoints import CheckpointError, OutsideFile, SigningKey, load_public, public_path
from intel_sink.config import ErasureSettings, IntelSinkSettings
from intel_sink.erasure import SIGNED_IN, Eraser, erased
from intel_sink.findings import Findings, Tally
from intel_sink.projections import Projector
from intel_sink.prove import Unprovable
from intel_sink.prove import prove as make_proof
from intel_sink.rebuild import RebuildRunningError
from intel_sink.rebuild import rebuild as make_projections
from intel_sink.reconcile import Reconciler
from intel_sink.verified import VerifiedFile
from intel_sink.verify import Verifier

FOUND = 1
"""Exit status when something isn't as it should be."""

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]

cli = service_cli(bootstrap)


@cli.command()
def verify(
    as_json: Json = False,
    with_broker: Annotated[
        bool, typer.Option("--broker/--no-broker", help="Compare with the broker's offsets, and with its records.")
    ] = True,
    at_rest: Annotated[
        bool, typer.Option("--at-rest", help="Nothing is being written: lag is a finding, too.")
    ] = False,
    public_key: Annotated[Path | None, typer.Option(help="Checks signatures; by default the signing key's.")] = None,
) -> None:
    """Prove that the mirror is complete and as it was, or name what isn't; the metrics tell of it from then on."""
    settings = IntelSinkSettings()
    registry = Registry.load()
    broker = Broker(settings.bus, settings.topic_prefix) if with_broker else None
    try:
        public = load_public(public_key or public_path(settings.signing_key))
    except CheckpointError as error:
        raise typer.BadParameter(str(error)) from error
    try:
        result = Verifier(
            settings.database_url,
            Codec(registry),
            public,
            OutsideFile(settings.checkpoint_file),
            broker=broker,
            topics=sorted(registry.topics),
            at_rest=at_rest,
        ).run()
    finally:
        if broker is not None:
            broker.close()
    try:
        found = VerifiedFile(settings.checkpoint_file)
        found.add(result.findings.total, result.counted.checkpoints, datetime.now(UTC))
    except OSError as error:
        typer.echo(f"not kept for the metrics: {error}", err=True)
    _print(result.to_json(), {"mirror": result.counted}, result.findings, as_json=as_json)


@cli.command()
def reconcile(
    as_json: Json = False,
    source: Annotated[
        list[str] | None, typer.Option(help="SERVICE=postgresql://… of an outbox; adds to the settings'.")
    ] = None,
) -> None:
    """Compare every service's outbox with the mirror, event by event."""
    settings = IntelSinkSettings()
    sources = {settings.service: settings.database_url} | dict(settings.reconcile_sources)
    for entry in source or []:
        name, equals, dsn = entry.partition("=")
        if not equals:
            raise typer.BadParameter("a source is SERVICE=postgresql://…")
        sources[name] = dsn
    retention = timedelta(days=settings.outbox_retention_days)
    result = Reconciler(settings.database_url, sources, Registry.load(), retention=retention).run()
    _print(result.to_json(), result.services, result.findings, as_json=as_json)


@cli.command()
def rebuild() -> None:
    """Make the projections again from the mirror, then switch to them."""
    settings, registry = IntelSinkSettings(), Registry.load()

    async def run() -> None:
        database = Database(settings.database_url, 4, settings.pool_wait_s, application="intel-sink-rebuild")
        try:
            done = await make_projections(database, Projector(Codec(registry), registry.topics, settings.burst_rules))
        finally:
            await database.close()
        typer.echo(f"rebuilt from {done.records} records, up to batch {done.ordinal}")

    try:
        asyncio.run(run())
    except RebuildRunningError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FOUND) from error


@cli.command()
def checkpoint() -> None:
    """Sign the heads of all logs now, if anything came since the last checkpoint."""
    settings = IntelSinkSettings()
    outside = OutsideFile(settings.checkpoint_file)

    async def run() -> str:
        key = SigningKey.load_or_create(settings.signing_key)
        async with units_of(settings, Registry.load(), "checkpoint") as units, units.begin() as unit:
            signed = await handlers.sign_checkpoint(unit, key=key, outside=outside)
        return f"checkpoint {signed.ordinal}: {signed.digest}" if signed else "nothing new to sign"

    typer.echo(asyncio.run(run()))


@cli.command()
def erase(
    person: Annotated[
        str, typer.Argument(envvar="ERASE_PERSON", help="Their own id, such as the sub of their tokens.")
    ],
    context: Annotated[
        list[str] | None,
        typer.Option(envvar="ERASE_CONTEXT", help="Where they have keys; by default wherever who signs in has some."),
    ] = None,
    within: Annotated[float, typer.Option(min=0, help="Longest wait for all owners, in seconds.")] = 120.0,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Print what was sealed, too, for whoever proves that it is gone.")
    ] = False,
) -> None:
    """Destroy a person's keys, and wait until every owner has deleted what they had sealed; prints one JSON object."""
    settings = ErasureSettings()
    registry = Registry.load()

    async def run() -> dict[str, Any]:
        keyring = settings.open_keyring()
        try:
            async with units_of(settings, registry, "erase") as units:
                eraser = Eraser(units, keyring, registry, settings.pseudonym_secret())
                keyids = await eraser.keys_of(person, context or SIGNED_IN)
                texts = await eraser.texts(keyids) if reveal else []
                found = await eraser.erase(keyids, within_s=within)
        finally:
            await keyring.close()
        return found.to_json() | ({"texts": texts} if reveal else {})

    done = asyncio.run(run())
    typer.echo(json.dumps(done, ensure_ascii=False))
    raise typer.Exit(0 if done["keys"] and not done["missing"] else FOUND)


@cli.command("erased")
def list_erased() -> None:
    """Print the ids of all keys that were ever destroyed: a restored keyring has to destroy them again."""
    settings = IntelSinkSettings()

    async def run() -> list[str]:
        database = Database(settings.database_url, 1, settings.pool_wait_s, application="intel-sink-erased")
        try:
            return await erased(database)
        finally:
            await database.close()

    for keyid in asyncio.run(run()):
        typer.echo(keyid)


@cli.command()
def prove(topic_uuid: UUID, partition: int, offset: int) -> None:
    """Print a proof that a record is under the newest signed head, as JSON."""
    try:
        typer.echo(json.dumps(make_proof(IntelSinkSettings().database_url, topic_uuid, partition, offset), indent=2))
    except Unprovable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FOUND) from error


@cli.command()
def status(as_json: Json = False) -> None:
    """Print how far the mirror, its projections and its checkpoints are."""
    settings = IntelSinkSettings()

    async def read() -> dict[str, Any]:
        database = Database(settings.database_url, 1, settings.pool_wait_s, application="intel-sink-status")
        try:
            async with database.transaction(read_only=True) as session:
                connection = await session.connection()
                logs = await store.logs(connection)
                last, behind, invalid = await store.summary(connection)
                newest = await store.last_checkpoint(connection)
        finally:
            await database.close()
        return {
            "logs": len(logs),
            "records": sum(log.size for log in logs),
            "last_stored_at": last and last.isoformat(),
            "batches_behind": behind,
            "invalid": invalid,
            "last_checkpoint": newest and newest.ordinal,
            "last_signed_at": newest and newest.signed_at.isoformat(),
        }

    found = asyncio.run(read())
    if as_json:
        typer.echo(json.dumps(found))
        return
    for name, value in found.items():
        typer.echo(f"{name.replace('_', ' '):<20}{'-' if value is None else value}")


def _print(document: dict[str, Any], tables: Mapping[str, Tally], findings: Findings, *, as_json: bool) -> None:
    """Print a result, and end with the status that says whether it is good."""
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False))
    else:
        for title, table in tables.items():
            typer.echo(title)
            for name, number in table.rows():
                typer.echo(f"  {name:<24}{number:>14,}")
        for finding in findings:
            typer.echo(f"✗ {finding}")
        unnamed = findings.total - len(findings.named)
        if unnamed:
            typer.echo(f"✗ and {unnamed:,} more")
        typer.echo(f"✗ {findings.total:,} findings" if findings.total else "✓ 一致 · everything agrees")
    raise typer.Exit(FOUND if findings.total else 0)
