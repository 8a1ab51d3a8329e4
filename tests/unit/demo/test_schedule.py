from collections import Counter

from demo.schedule import Signal, schedule
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
    assert Counter(fault.signal for fault in faults) == Counter({Signal.KILL: kills, Signal.STOP: stops})
    assert [fault.after for fault in faults] == sorted(fault.after for fault in faults)
    assert all(0 <= fault.after < writes for fault in faults)
    assert all(2.0 <= fault.seconds <= 8.0 for fault in faults if fault.signal is Signal.STOP)


@given(st.integers(), st.integers(6, 60))
def test_every_program_has_its_turn_before_any_has_another(seed: int, kills: int) -> None:
    faults = schedule(seed, writes=1_000, kills=kills, stops=0, targets=TARGETS)
    turns = Counter(fault.target for fault in faults)
    assert max(turns.values()) - min(turns.get(target, 0) for target in TARGETS) <= 1
