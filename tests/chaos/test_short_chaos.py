"""The short form of ``make chaos``, and the proof that its checker can fail: its premise is broken on the same run."""

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from demo import history, journal
from demo.chaos import SPARED, Storm, configuration_of, run
from demo.gateway import PETITIONS
from demo.history import Kind, Verdict
from demo.job import Plan, settle, submit, topics_of, witness
from demo.messages import for_load, tenants
from demo.observe import MirrorWatch
from demo.schedule import schedule
from demo.target import Target
from deploy.programs import programs
from deploy.suite import Suite

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

SEED = 20261124
DROP = "DELETE FROM outbox WHERE subject = %(subject)s AND sequence = 2"
REPEAT = """
    INSERT INTO outbox (event_id, topic, subject, sequence, type, body)
    SELECT %(id)s, topic, subject, sequence, type,
           convert_to(replace(convert_from(body, 'UTF8'), event_id::text, %(id)s::text), 'UTF8')
    FROM outbox WHERE subject = %(subject)s AND sequence = 2
"""


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    suite = Suite(configuration_of(tmp_path_factory.mktemp("chaos")))
    suite.start()
    yield suite
    suite.down()


@pytest.mark.timeout(300)
def test_nothing_is_lost_double_or_out_of_order_whatever_is_killed_stopped_or_wiped(
    suite: Suite, tmp_path: Path
) -> None:
    targets = [program.name for program in programs(suite.configuration) if program.name != SPARED]
    faults = schedule(SEED, writes=600, kills=6, stops=2, targets=targets)
    findings = asyncio.run(run(suite, Storm(600, faults, tmp_path / "journal.jsonl", 40.0, 8, SEED), print))
    outcome = findings.outcome
    assert outcome.tally.accepted >= 600
    assert outcome.verdict.violations == []
    assert outcome.undrafted == []
    assert outcome.settled
    assert outcome.verify is not None
    assert outcome.verify.passed, outcome.verify.said
    assert outcome.reconcile is not None
    assert outcome.reconcile.passed, outcome.reconcile.said
    assert sum(map(len, findings.recoveries.values())) == 6


@pytest.mark.timeout(120)
def test_the_checker_finds_an_outbox_row_that_was_dropped(suite: Suite, tmp_path: Path) -> None:
    verdict = asyncio.run(tampered(suite, tmp_path / "journal.jsonl", DROP))
    assert [violation.kind for violation in verdict.violations] == [Kind.LOST]
    assert "classified" in verdict.violations[0].what


@pytest.mark.timeout(120)
def test_the_checker_finds_an_effect_that_was_repeated(suite: Suite, tmp_path: Path) -> None:
    verdict = asyncio.run(tampered(suite, tmp_path / "journal.jsonl", REPEAT))
    assert Kind.DOUBLE in {violation.kind for violation in verdict.violations}


async def tampered(suite: Suite, path: Path, statement: str) -> Verdict:
    """Accept one write while the relay stands, tamper with its outbox rows, and let the relay go on."""
    target = Target.of(suite.configuration)
    watch = MirrorWatch(target.mirror_dsn)
    watch.start()
    await asyncio.to_thread(suite.supervisor.stop, "petition-relay")
    try:
        with journal.Journal(path) as written:
            async with Plan([], path).gateway(target.gateway, written) as gateway:
                subject = await submit(target, gateway, for_load(tenants())[0])
        with psycopg.connect(suite.configuration.postgres().dsn("petition")) as connection:
            changed = connection.execute(
                statement, {"id": uuid.uuid4(), "subject": subject} if "%(" in statement else (subject,)
            )
            assert changed.rowcount == 1
    finally:
        suite.supervisor.start("petition-relay")
    with topics_of(target) as topics:
        held = sum(end for log, end in topics.ends().items() if log.topic == PETITIONS)
        await asyncio.to_thread(settle, topics, watch, {PETITIONS: held + 1}, lambda *_: None)
        seen = await asyncio.to_thread(witness, target, topics, journal.read(path))
    await asyncio.to_thread(watch.stop)
    return history.check(seen)
