"""A reaction against a simple model, by random walks over the real database.

The walk delivers records again, early and late, lets handlers fail, and restarts in the middle. The model knows two
rules: effects of a subject are its events in order, each once; and it stops before the first that fails.
"""

import asyncio
from collections import defaultdict
from uuid import uuid4

import psycopg
import pytest
from chassis.database import Database
from chassis.envelope import Envelope
from chassis.infrastructure import Patience
from chassis.testing.events import HAPPENED, create_tables, event, record_of, units_on
from chassis.testing.faults import armed
from chassis.unit import Unit
from chassis.worker.failures import FailureLimit, Retry
from chassis.worker.inbox import Delivery
from chassis.worker.processor import Processor, Reaction
from chassis.worker.sweep import Sweep
from contracts.codec import Codec
from contracts.registry import Registry
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

TOPIC = "test.things.v1"
CODEC = Codec(Registry.load())
SUBJECTS = st.sampled_from(["a", "b"])
SEQUENCES = st.integers(1, 3)
CRASHES = st.sampled_from(["reaction.before_commit", "reaction.after_commit", "database.before_commit"])


class Crash(BaseException):
    """The process dies here: nothing catches it."""


class Walk(RuleBasedStateMachine):
    """One walk; the database is emptied before it."""

    url: str

    @initialize()
    def begin(self) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute("TRUNCATE inbox, parked, effects")
        self.loop = asyncio.new_event_loop()
        self.database = Database(self.url, 2, 1.0)
        self.delivered: dict[str, set[int]] = defaultdict(set)
        self.refused: set[tuple[str, int]] = set()
        self.failed: set[tuple[str, int]] = set()
        self.records = {
            (subject, sequence): record_of(event(subject, sequence)) for subject in "ab" for sequence in range(1, 4)
        }
        self.offset = 0
        self.restart()

    def teardown(self) -> None:
        self.loop.run_until_complete(self.database.close())
        self.loop.close()

    @rule()
    def restart(self) -> None:
        self.processor = Processor(
            Reaction(name="note", topics=(TOPIC,), handlers={HAPPENED: self.handle}),
            units=units_on(self.database),
            decode=CODEC.decode,
            patience=Patience(),
            retry=Retry(attempts=2, first_delay_s=0.0001),
            limit=FailureLimit(in_a_row=10_000, in_window=10_000),
        )

    async def handle(self, envelope: Envelope, unit: Unit) -> None:
        await (await unit.session.connection()).execute(
            text("INSERT INTO effects (subject, sequence) VALUES (:subject, :sequence)"),
            {"subject": envelope.subject, "sequence": envelope.sequence},
        )
        if (envelope.subject, envelope.sequence) in self.refused:
            self.failed.add((envelope.subject, envelope.sequence))
            raise ValueError

    def process(self, subject: str, sequence: int) -> None:
        self.offset += 1
        key, value = self.records[subject, sequence]
        delivery = Delivery(topic=TOPIC, topic_uuid=uuid4(), partition=0, offset=self.offset, key=key, value=value)
        self.loop.run_until_complete(self.processor.process(delivery))
        self.delivered[subject].add(sequence)

    @rule(subject=SUBJECTS, sequence=SEQUENCES)
    def deliver(self, subject: str, sequence: int) -> None:
        self.process(subject, sequence)

    @rule(subject=SUBJECTS, sequence=SEQUENCES, where=CRASHES, nth=st.integers(1, 3))
    def crash_and_be_delivered_again(self, subject: str, sequence: int, where: str, nth: int) -> None:
        with armed(where, nth=nth, error=Crash()):
            try:
                self.process(subject, sequence)
            except Crash:
                self.restart()
        self.process(subject, sequence)  # it wasn't acknowledged

    @rule(subject=SUBJECTS, sequence=SEQUENCES)
    def be_refused(self, subject: str, sequence: int) -> None:
        self.refused.add((subject, sequence))

    @rule()
    def be_repaired(self) -> None:
        self.refused.clear()

    @rule()
    def be_replayed(self) -> None:
        self.failed.clear()
        with psycopg.connect(self.url) as connection:
            connection.execute("UPDATE parked SET reason = 'behind' WHERE reason = 'failed'")
        sweep = Sweep(self.processor, self.database, Patience())
        self.loop.run_until_complete(sweep.once())

    @invariant()
    def effects_are_what_the_model_says(self) -> None:
        with psycopg.connect(self.url) as connection:
            effects = connection.execute("SELECT subject, sequence FROM effects ORDER BY id").fetchall()
            parked = set(connection.execute("SELECT subject, sequence FROM parked").fetchall())
        for subject, delivered in self.delivered.items():
            expected = []
            for sequence in range(1, 4):
                if sequence not in delivered or (subject, sequence) in self.failed:
                    break
                expected.append(sequence)
            assert [sequence for of, sequence in effects if of == subject] == expected
            assert {sequence for of, sequence in parked if of == subject} == delivered - set(expected)


@pytest.fixture
def walked_database(database_url: str) -> str:
    create_tables(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "CREATE TABLE effects (id bigint GENERATED ALWAYS AS IDENTITY, subject text, sequence bigint)"
        )
    return database_url


def test_a_reaction_does_what_its_model_says(walked_database: str) -> None:
    walk = type("WalkOnThisDatabase", (Walk,), {"url": walked_database})
    run_state_machine_as_test(
        walk,
        settings=settings(
            max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
