"""The watchdog ends a process whose consumer hangs, and no other."""

from uuid import UUID

import pytest
from chassis.testing.clock import Clock
from chassis.worker.logs import BrokerUnavailableError, Incarnation, LogDirectory, Partition
from chassis.worker.watchdog import EXIT_STATUS, Watchdog
from contracts.bus import Bus

LOG = ("things", 0)
OTHER = ("things", 1)


class Broker(LogDirectory):
    """A broker whose answers the test writes down."""

    def __init__(self) -> None:
        super().__init__(Bus("nowhere:1"), client_id="test")
        self.end = {LOG: 0, OTHER: 0}
        self.position = {LOG: 0, OTHER: 0}
        self.uuid = UUID(int=1)

    def incarnations(self, topics: object) -> dict[str, Incarnation]:  # noqa: ARG002
        return {"things": Incarnation(self.uuid, 2)}

    def ends(self, partitions: object) -> dict[Partition, int]:  # noqa: ARG002
        return dict(self.end)

    def committed(self, group: str) -> dict[Partition, int]:  # noqa: ARG002
        return dict(self.position)


class Consumer:
    """A consumer as its watchdog sees it."""

    name = "reaction note"
    group = "group"
    topics = ("things",)

    def __init__(self) -> None:
        self.mine = frozenset({LOG, OTHER})
        self.reason: str | None = None

    def assigned(self) -> frozenset[Partition]:
        return self.mine

    def excuse(self) -> str | None:
        return self.reason


class Scene:
    """A watchdog with its consumer, its broker and a clock."""

    def __init__(self) -> None:
        self.broker, self.consumer, self.clock = Broker(), Consumer(), Clock()
        self.ended: list[int] = []
        self.dog = Watchdog(
            self.consumer, self.broker, patience_s=60, end=self.ended.append, clock=self.clock.monotonic
        )

    def pass_by(self, seconds: int) -> None:
        for _ in range(seconds // 2):
            self.clock.advance(seconds=2)
            self.dog.look()


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_consumer_that_stands_still_before_records_is_ended(scene: Scene) -> None:
    scene.broker.end[LOG] = 5
    scene.pass_by(60)
    assert scene.ended == []
    assert scene.dog.observation.standing_s == 58
    scene.pass_by(4)
    assert EXIT_STATUS in scene.ended


def test_nothing_happens_while_there_is_nothing_to_read(scene: Scene) -> None:
    scene.pass_by(300)
    assert scene.ended == []


def test_a_slow_consumer_that_moves_is_let_be(scene: Scene) -> None:
    scene.broker.end[LOG] = 1_000
    for _ in range(20):
        scene.pass_by(50)
        scene.broker.position[LOG] += 1
    assert scene.ended == []


def test_one_partition_that_stands_still_is_enough(scene: Scene) -> None:
    scene.broker.end = {LOG: 1_000, OTHER: 5}
    for _ in range(10):
        scene.pass_by(10)
        scene.broker.position[LOG] += 10
    assert scene.ended


def test_what_waits_for_its_database_has_an_excuse_and_starts_afresh_after_it(scene: Scene) -> None:
    scene.broker.end[LOG] = 5
    scene.pass_by(50)
    scene.consumer.reason = "waiting for the database"
    scene.pass_by(600)
    scene.consumer.reason = None
    scene.pass_by(50)
    assert scene.ended == []
    scene.pass_by(20)
    assert scene.ended


def test_anothers_partition_is_not_its_concern(scene: Scene) -> None:
    scene.consumer.mine = frozenset({OTHER})
    scene.broker.end[LOG] = 5
    scene.pass_by(300)
    assert scene.ended == []


def test_a_consumer_that_was_never_given_a_partition_is_ended_when_nobody_reads(scene: Scene) -> None:
    scene.consumer.mine = frozenset()
    scene.broker.end[LOG] = 5
    scene.pass_by(64)
    assert scene.ended


def test_a_process_that_was_stopped_itself_gets_its_time_again(scene: Scene) -> None:
    scene.pass_by(10)
    scene.broker.end[LOG] = 5
    scene.clock.advance(seconds=500)
    scene.dog.look()
    scene.pass_by(50)
    assert scene.ended == []


def test_what_it_saw_is_told(scene: Scene) -> None:
    scene.broker.end[LOG] = 5
    scene.dog.look()
    assert scene.dog.observation.lag == {LOG: 5, OTHER: 0}
    assert scene.dog.observation.incarnations["things"].uuid == UUID(int=1)


def test_a_broker_that_is_away_is_no_reason_to_end() -> None:
    looks = []

    class Away(Broker):
        def incarnations(self, topics: object) -> dict[str, Incarnation]:
            looks.append(topics)
            if len(looks) == 3:
                dog.stop()
            raise BrokerUnavailableError("away")

    ended: list[int] = []
    dog = Watchdog(Consumer(), Away(), every_s=0.01, end=ended.append)
    dog.start()
    dog.join(timeout=10)
    assert len(looks) == 3
    assert ended == []
