from collections import Counter

from demo.schedule import Act, schedule, with_disasters
from hypothesis import given
from hypothesis import strategies as st

TARGETS = ("petition-api", "petition-worker", "petition-relay", "intel-sink-worker", "postgres", "kafka")


def test_the_same_seed_gives_the_same_schedule() -> None:
    first = schedule(7, writes=10_000, kills=30, stops=10, targets=TARGETS)
    assert first == schedule(7, writes=10_000, kills=30, stops=10, targets=tuple(reversed(TARGETS)))
    assert first != schedule(8, writes=10_000, kills=30, stops=10, targets=TARGETS)


@given(st.integers(), st.integers(0, 60), st.integers(0, 20), st.integers(100, 20_000))
def test_there_are_as_many_faults_as_asked_for_in_order_and_within_the_load(
    seed: int, kills: int, stops: int, writes: int
) -> None:
    faults = schedule(seed, writes=writes, kills=kills, stops=stops, targets=TARGETS)
    assert Counter(fault.act for fault in faults) == Counter({Act.KILL: kills, Act.STOP: stops})
    assert [fault.after for fault in faults] == sorted(fault.after for fault in faults)
    assert all(0 <= fault.after < writes for fault in faults)
    assert all(2.0 <= fault.seconds <= 8.0 for fault in faults if fault.act is Act.STOP)


@given(st.integers(), st.integers(6, 60))
def test_every_program_has_its_turn_before_any_has_another(seed: int, kills: int) -> None:
    faults = schedule(seed, writes=1_000, kills=kills, stops=0, targets=TARGETS)
    turns = Counter(fault.target for fault in faults)
    assert max(turns.values()) - min(turns.get(target, 0) for target in TARGETS) <= 1


def test_a_database_is_copied_before_the_brokers_go_and_restored_after_they_are_back() -> None:
    faults = schedule(7, writes=1_000, kills=10, stops=2, targets=TARGETS)
    every = with_disasters(faults, writes=1_000, outage_s=120, restored="accept", age_s=600)
    assert [fault.act for fault in every if fault not in faults] == [Act.COPY, Act.OUTAGE, Act.RESTORE]
    assert [fault.after for fault in every] == sorted(fault.after for fault in every)
    assert [str(fault) for fault in every if fault not in faults] == [
        "after     20 writes: a copy of accept",
        "after    400 writes: no more brokers for 120.0 s",
        "after    750 writes: the copy in place of accept which is then as old as 600.0 s",
    ]
