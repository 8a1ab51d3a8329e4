"""A new calendar of holidays, over all petitions: in parts, once, whenever it is interrupted, and seen by everybody."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from chassis.testing.faults import armed
from petition.cli import cli
from petition.handling import recalculating
from petition.handling.calendar import count_by, in_force
from petition.handling.command import recalculate_all
from typer.testing import CliRunner
from workdays.calendar import packaged
from workdays.counting import SHANGHAI
from workdays.notice import Notice

from .conftest import Petitions
from .test_petition_deadlines import GAMBLING, come_due, timers
from .test_petition_recovery import SEALED, without

TODAY = datetime.now(SHANGHAI).date()
FESTIVAL = {TODAY + timedelta(days=each): "假期" for each in range(1, 8)}


@pytest.fixture
def festival(petitions: Petitions) -> Iterator[None]:
    """Once petitions are in, a week off is announced that begins tomorrow."""
    assert petitions.service
    before = in_force()
    yield
    count_by(before)


def announce() -> None:
    calendar = packaged()
    for year in sorted({day.year for day in FESTIVAL}):
        off = {day: name for day, name in FESTIVAL.items() if day.year == year}
        calendar = calendar.with_notice(Notice(year, off=off, made_up={}))
    count_by(calendar)


@pytest.mark.usefixtures("festival")
async def test_every_deadline_that_runs_moves_once_with_its_timer_and_whoever_wrote_sees_it(
    petitions: Petitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recalculating, "MOST", 2)
    ids = [str((await petitions.submitted())["id"]) for _ in range(3)]
    await petitions.transferred(ids[1])
    await petitions.transferred(ids[2])
    await petitions.replied(ids[2])
    report = (await petitions.post("/v1/petitions", {"channel": "portal"} | GAMBLING, "citizen")).json()["id"]
    before = {row["id"]: row for row in petitions.rows("SELECT id, due_at, internal_by FROM petitions")}
    announce()
    assert await recalculate_all(petitions.units, dry=True) == 6
    assert "deadline-recalculated" not in petitions.types(ids[0]), "only said"

    with armed("database.before_commit", nth=2, error=ConnectionError), pytest.raises(ConnectionError):
        await recalculate_all(petitions.units, dry=False)
    told = await recalculate_all(petitions.units, dry=False)
    assert 0 < told < 6, "what was told before the interruption is told once"
    assert await recalculate_all(petitions.units, dry=False) == 0

    clocks = {
        id_: [event.data["clock"] for event in petitions.events(id_) if "recalculated" in event.type]
        for id_ in (*ids, report)
    }
    assert clocks == {
        ids[0]: ["answer", "triage"],
        ids[1]: ["answer", "sign-for"],
        ids[2]: [],
        report: ["answer", "triage"],
    }
    (row,) = petitions.rows(f"SELECT * FROM petitions WHERE id = '{ids[1]}'")
    assert row["due_at"] > before[row["id"]]["due_at"]
    assert row["internal_by"] > before[row["id"]]["internal_by"]
    mine = (await petitions.get(f"/v1/petitions/{ids[0]}", "citizen")).json()
    assert (mine["course"]["due_at"], mine["course"]["moved_from"]) != (mine["course"]["moved_from"], None)
    assert mine["course"]["due_at"][:10] == mine["limit"]["days"][-1]["day"]
    assert (await petitions.get(f"/v1/petitions/{report}", "citizen")).json()["course"] is None

    come_due(petitions)
    while await petitions.timers_run():
        come_due(petitions)
    assert petitions.types(ids[0])[-4:] == ["warned", "overdue", "overdue", "escalated"], (
        "each card once, by the new deadline"
    )
    assert all(fired for _, fired in timers(petitions))


@pytest.mark.usefixtures("festival")
async def test_a_table_rebuilt_from_the_topics_has_the_new_deadlines(petitions: Petitions) -> None:
    id_ = str((await petitions.submitted())["id"])
    await petitions.transferred(id_)
    announce()
    assert await recalculate_all(petitions.units, dry=False) == 2
    before = petitions.rows("SELECT * FROM petitions")
    for table in ("petitions", "timers"):
        petitions.rows(f"DELETE FROM {table} RETURNING id")
    await petitions.restored(petitions.events())
    after = petitions.rows("SELECT * FROM petitions")
    assert [without(row, SEALED) for row in after] == [without(row, SEALED) for row in before]
    assert len(timers(petitions)) == 5


def test_the_command_refuses_a_wrong_calendar_and_says_why(
    petitions: Petitions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert petitions.service
    folder = tmp_path / "notices"
    folder.mkdir()
    (folder / "2027.json").write_text(json.dumps({"year": 2028, "days": []}))
    monkeypatch.setenv("PETITION_NOTICES", str(folder))
    refused = CliRunner().invoke(cli, ["recalculate", "--dry-run"])
    assert refused.exit_code == 1
    assert "2027.json" in refused.output
    assert "it is of 2028" in refused.output
    (folder / "2027.json").unlink()
    assert "0 time limits would move" in CliRunner().invoke(cli, ["recalculate", "--dry-run"]).output
    assert "--dry-run" in CliRunner().invoke(cli, ["recalculate", "--help"]).output
