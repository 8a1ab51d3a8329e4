"""A condition in a query finds exactly the rows for which it holds in hand, on PostgreSQL."""

import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from chassis.policy import EVERYTHING, NOTHING, SCOPES, Condition, Demand, Reach, Relation
from sqlalchemy import ARRAY, Column, Integer, MetaData, String, Table, create_engine, insert, select

THINGS = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("tenant", String(6), nullable=False),
    Column("owner", String),
    Column("department", String),
    Column("names", ARRAY(String)),
)
ROWS: list[dict[str, Any]] = [
    {"id": number, "tenant": tenant, "owner": owner, "department": department, "names": names}
    for number, (tenant, owner, department, names) in enumerate(
        itertools.product(
            ("440000", "440100", "440106", "440300", "450000"),
            (None, "o_1", "o_2", "o_3"),
            (None, "fire", "traffic"),
            (None, [], ["p_1"], ["p_2", "p_1"], ["p_2"]),
        )
    )
]
THEIRS: Sequence[tuple[str, ...]] = ((), ("o_1",), ("o_1", "o_2"), ("p_1",), ("fire",), ("p_1", "p_2"))
PLACES = ((), ("440000",), ("440100",), ("440106",), ("440100", "440300"))
DEMANDS = [
    Demand(Condition("c", attribute, relation, "theirs"), theirs)
    for attribute in ("owner", "department", "names")
    for relation in (Relation.MEETS, Relation.AVOIDS, Relation.IS_EMPTY)
    for theirs in THEIRS
] + [Demand(Condition("c", "tenant", Relation.LIES_WITHIN, "theirs"), places) for places in PLACES]
PAIRS = [Reach(((one, other),)) for one, other in itertools.pairwise(DEMANDS)]
EITHER = [Reach(((one,), (other,))) for one, other in itertools.pairwise(DEMANDS)]
REACHES = [EVERYTHING, NOTHING, *(Reach(((demand,),)) for demand in DEMANDS), *PAIRS, *EITHER]


def test_a_query_finds_exactly_what_is_admitted_in_hand(database_url: str) -> None:
    columns = dict(THINGS.c.items())
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        THINGS.create(connection)
        connection.execute(insert(THINGS), ROWS)
        found = [set(connection.scalars(select(THINGS.c.id).where(reach.where(columns)))) for reach in REACHES]
        negated = [set(connection.scalars(select(THINGS.c.id).where(~reach.where(columns)))) for reach in REACHES[:2]]
    engine.dispose()
    admitted = [{row["id"] for row in ROWS if reach.admits(row.__getitem__)} for reach in REACHES]
    assert found == admitted
    assert [len(negated[0]), len(negated[1])] == [0, len(ROWS)]
    assert {0, len(ROWS)} < {len(ids) for ids in found}
    assert len({frozenset(ids) for ids in found}) > 15


@pytest.mark.parametrize("scope", SCOPES)
def test_every_scope_is_made_of_relations_that_were_tried(scope: Any) -> None:
    tried = {demand.condition.relation for demand in DEMANDS}
    assert {condition.relation for condition in SCOPES[scope]} <= tried
