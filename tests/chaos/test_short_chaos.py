"""The short form of ``make chaos``, and the proof that its checker can fail: its premise is broken on the same run."""

import asyncio
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from demo import checker, journal
from demo.chaos import SPARED, configuration_of
from demo.history import Kind, Verdict
from demo.job import Plan, submit
from demo.judge import promised_by_topic, records_by_topic, settle, topics_of, watching, witness
from demo.messages import for_load, tenants
from demo.readers import Readers
from demo.schedule import schedule, with_disasters
from demo.storm import Storm, run, silent
from demo.target import Target
from deploy.programs import programs
from deploy.suite import Suite

from contracts.events import PetitionClassified

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

SEED = 20261124
WRITES = 400
RATE = 8.0
"""Requests a second: what is killed comes back in its own time, and not behind a load that takes both cores."""
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


@pytest.mark.timeout(1200)
def test_nothing_is_lost_double_or_out_of_order_whatever_is_killed_stopped_wiped_or_restored(
    suite: Suite, tmp_path: Path
) -> None:
    targets = [program.name for program in programs(suite.configuration) if program.name != SPARED]
    faults = schedule(SEED, writes=WRITES, kills=4, stops=1, targets=targets)
    faults = with_disasters(faults, writes=WRITES, outage_s=3, restored="accept", age_s=1)
    findings = asyncio.run(run(suite, Storm(WRITES, faults, tmp_path / "journal.jsonl", RATE, 8, SEED), print))
    outcome = findings.outcome
    assert outcome.tally.accepted >= WRITES
    assert outcome.verdict.violations == []
    assert outcome.astray == []
    assert outcome.filed > 0
    assert outcome.settled
    assert outcome.verify is not None
    assert outcome.verify.passed, outcome.verify.said
    assert outcome.reconcile is not None
    assert outcome.reconcile.passed, outcome.reconcile.said
    assert sum(map(len, findings.recoveries.values())) == 4
    assert [outage.accepted > 0 for outage in findings.outages] == [True]
    # So few events are back before anybody has asked whether it is recovering; `make chaos` asks for that, too.
    assert [each.imported > 0 for each in findings.restorations] == [True]


@pytest.mark.timeout(300)
def test_the_checker_finds_an_outbox_row_that_was_dropped(suite: Suite, tmp_path: Path) -> None:
    verdict = asyncio.run(tampered(suite, tmp_path / "journal.jsonl", DROP))
    assert {violation.kind for violation in verdict.violations} == {Kind.LOST}
    assert any(PetitionClassified.TYPE in violation.what for violation in verdict.violations)


@pytest.mark.timeout(300)
def test_the_checker_finds_an_effect_that_was_repeated(suite: Suite, tmp_path: Path) -> None:
    verdict = asyncio.run(tampered(suite, tmp_path / "journal.jsonl", REPEAT))
    assert Kind.DOUBLE in {violation.kind for violation in verdict.violations}


@pytest.mark.timeout(300)
def test_the_checker_finds_a_step_that_the_read_model_lost(suite: Suite) -> None:
    target = Target.of(suite.configuration)
    with psycopg.connect(suite.configuration.postgres().dsn("query")) as connection:
        row = connection.execute("SELECT subject::text, sequence FROM timeline ORDER BY change DESC LIMIT 1").fetchone()
        assert row is not None
        connection.execute("DELETE FROM blue.timeline WHERE subject = %s AND sequence = %s", row)
    with topics_of(target) as topics:
        verdict = checker.check(witness(target, topics, []))
    lacking = [violation.what for violation in verdict.of(Kind.LOST) if "read model" in violation.what]
    assert len(lacking) == 1
    assert f"{row[0]}#{row[1]}" in lacking[0]


async def tampered(suite: Suite, path: Path, statement: str) -> Verdict:
    """Accept one write while the relay stands, tamper with its outbox rows, and let the relay go on."""
    target = Target.of(suite.configuration)
    with topics_of(target) as topics, watching(target) as watches, Readers(target.databases) as readers:
        before = records_by_topic(topics.ends())
        await asyncio.to_thread(suite.supervisor.stop, "petition-relay")
        try:
            with journal.Journal(path) as written:
                async with Plan([], path).gateway(target.gateway, written) as gateway:
                    subject = await submit(target, gateway, for_load(tenants())[0])
            with psycopg.connect(suite.configuration.postgres().dsn("petition")) as connection:
                changed = connection.execute(statement.encode(), {"id": uuid.uuid4(), "subject": subject})
                assert changed.rowcount == 1
        finally:
            suite.supervisor.start("petition-relay")
        requests = journal.read(path)
        goals = before + promised_by_topic(requests) - Counter({PetitionClassified.TOPIC: 1})
        await asyncio.to_thread(settle, topics, readers, watches.mirror, goals, silent)
        return checker.check(await asyncio.to_thread(witness, target, topics, requests))
