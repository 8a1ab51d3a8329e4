"""What volunteers are told without a word of it is told of several people's petitions alike, or not at all."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from petition.samples.domain import draw
from petition.samples.draw import begin, replay, samples_in
from petition.samples.facts import DAYS, FACTS, FEWEST, Candidate, Told, facts_of, people, told_of

USUAL: dict[str, Any] = {
    "kind": "consult",
    "matter": "household",
    "topic": "household/move",
    "received_on": date(2026, 11, 2),
    "done_on": date(2026, 11, 4),
    "overdue": False,
    "transfers": 1,
    "returns": 0,
    "outcome": "answered",
    "rating": None,
}


def candidates(*changes: Mapping[str, Any]) -> list[Candidate]:
    """Make one of another person for each."""
    return [
        Candidate(petition=f"petition-{place}", author=f"p_{place}", facts=facts_of(**{**USUAL, **change}))
        for place, change in enumerate(changes)
    ]


POOLS = st.lists(
    st.builds(
        lambda author, facts: (f"p_{author}", dict(zip(FACTS, facts, strict=True))),
        st.integers(0, 12),
        st.tuples(*(st.integers(0, 2) for _ in FACTS)),
    ),
    max_size=60,
).map(lambda made: [Candidate(petition=f"q{n}", author=who, facts=facts) for n, (who, facts) in enumerate(made)])


@given(pool=POOLS, fewest=st.integers(1, 6))
def test_whatever_is_told_of_one_is_told_of_several_people_and_true(pool: Sequence[Candidate], fewest: int) -> None:
    told = told_of(pool, fewest)
    alike: dict[tuple[Any, ...], list[Candidate]] = defaultdict(list)
    for each in pool:
        assert told[each.petition].items() <= each.facts.items()
        alike[tuple(sorted(told[each.petition].items()))].append(each)
    if people(pool) >= fewest:
        assert all(people(group) >= fewest for group in alike.values())
    else:
        assert all(not facts for facts in told.values())


def test_of_one_among_many_nothing_is_told_that_it_alone_has_and_keeping_it_back_tells_nothing_either() -> None:
    pool = candidates(*[{}] * 20, {"overdue": True, "rating": "very-dissatisfied"})
    told = told_of(pool)
    assert {"in_time", "satisfaction"}.isdisjoint(told["petition-20"])
    kept_back = Counter("in_time" in facts for facts in told.values())
    assert kept_back[False] >= FEWEST
    many = told_of(candidates(*[{}] * 20, *[{"overdue": True}] * FEWEST))
    assert Counter(facts["in_time"] for facts in many.values()) == {True: 20, False: FEWEST}


def test_the_same_person_many_times_is_one() -> None:
    alone = [Candidate(petition=f"q{n}", author="p", facts=facts_of(**USUAL)) for n in range(40)]
    assert all(not facts for facts in told_of(alone).values())
    assert draw(alone, id="i", tenant="440100", day=date(2026, 11, 4), size=20, below=lambda _: 0, name=str) is None


def test_days_are_working_days_and_told_roughly() -> None:
    over_the_holidays = USUAL | {"received_on": date(2026, 9, 24), "done_on": date(2026, 10, 8)}
    assert facts_of(**over_the_holidays)["days_at_most"] == 5
    assert facts_of(**USUAL | {"done_on": date(2026, 11, 2)})["days_at_most"] == 0
    assert facts_of(**USUAL | {"done_on": date(2029, 11, 2)})["days_at_most"] == DAYS[-1]
    assert facts_of(**USUAL | {"outcome": None})["outcome"] == "answered"


def drawn(pool: Sequence[Candidate], size: int) -> Any:
    names = iter(range(1_000))
    return draw(
        pool, id="draw", tenant="440100", day=date(2026, 11, 4), size=size, below=lambda top: top // 2,
        name=lambda: f"sample-{next(names)}",
    )  # fmt: skip


@given(size=st.integers(1, 40), others=st.integers(0, 30))
def test_a_draw_is_of_that_many_different_petitions_and_told_by_one_event(size: int, others: int) -> None:
    pool = candidates(*[{}] * (FEWEST + others))
    decision = drawn(pool, size)
    (event,) = decision.events
    samples = samples_in(event.samples)
    assert (event.pool, event.drawn, event.day) == (len(pool), min(size, len(pool)), "2026-11-04")
    assert len({each.petition for each in samples}) == len({each.id for each in samples}) == event.drawn
    assert begin(event, id="draw", tenant="440100") == decision.after
    with pytest.raises(ValueError, match="once"):
        replay(decision.after, event)


def test_what_is_told_of_a_draw_depends_on_all_that_might_have_been_drawn() -> None:
    """Two of ten would be told nothing of, were they all that there is."""
    decision = drawn(candidates(*[{}] * 10), size=2)
    told: list[Told] = [each.told for each in samples_in(decision.events[0].samples)]
    assert told == [facts_of(**USUAL)] * 2


def test_nothing_is_drawn_where_nothing_should_be() -> None:
    assert drawn(candidates(*[{}] * (FEWEST - 1)), size=20) is None
    assert drawn(candidates(*[{}] * FEWEST), size=0) is None
