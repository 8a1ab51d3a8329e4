"""A database that lost its cases gets them back from the service's own events."""

from typing import Any

from .conftest import Cases

SEALED = {"keyid", "form", "notice", "notice_keyid"}  # sealed anew, with another nonce


async def lived(cases: Cases) -> list[str]:
    """Leave a case in every state."""
    ids = [(await cases.submitted())["id"] for _ in range(5)]
    _, accepted, refused, withdrawn, concluded = ids
    for id_ in (accepted, concluded):
        await cases.accepted(id_)
    await cases.refused(refused)
    await cases.withdrawn(withdrawn)
    await cases.decided(concluded, "denied")
    return ids


def without_content(cases: Cases) -> list[dict[str, Any]]:
    rows = cases.rows("SELECT * FROM cases ORDER BY id")
    return [{name: value for name, value in row.items() if name not in SEALED} for row in rows]


async def test_rows_rebuilt_from_events_are_the_rows_that_were_decided(cases: Cases) -> None:
    ids = await lived(cases)
    before = without_content(cases)
    read = [(await cases.get(f"/v1/cases/{id_}", "citizen")).json() for id_ in ids]
    assert {detail["access"] for detail in read} == {"open"}
    cases.rows("DELETE FROM cases RETURNING id")
    await cases.restored(cases.events())
    assert without_content(cases) == before
    assert [(await cases.get(f"/v1/cases/{id_}", "citizen")).json() for id_ in ids] == read


async def test_an_event_that_the_table_knows_changes_nothing(cases: Cases) -> None:
    await lived(cases)
    before = cases.rows("SELECT * FROM cases ORDER BY id")
    await cases.restored(cases.events())
    assert cases.rows("SELECT * FROM cases ORDER BY id") == before
