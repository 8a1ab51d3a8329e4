"""Departments of cities and province on one petition: invited, contributed, merged; and what each sees meanwhile."""

from typing import Any

from .conftest import GUANGZHOU, PROVINCE, SHENZHEN, Petitions
from .library import slug
from .test_petition_deadlines import come_due
from .test_petition_jurisdiction import act, said
from .test_petition_recovery import without

FIRE = {"department": "fire"}
LEAD = {"department": "traffic-police"}
ASKED = {"tenant": SHENZHEN, "department": "fire", "question": "该场所在贵市是否办过手续？"}
OTHER = {"tenant": PROVINCE, "department": "household", "question": "省内有何规定？"}
OPINION = "已查，电话13900000000登记的场所手续齐全。"
THEIRS = {"tenant": SHENZHEN, **FIRE}
SEALED = {"keyid", "title", "text", "suggestion", "collaboration", "collaboration_keyid", "reply", "reply_keyid"}


async def helped(petitions: Petitions, id_: str, action: str, body: Any, **who: Any) -> Any:
    """Act on an invitation, on the petition as it is now."""
    (row,) = petitions.rows(f"SELECT sequence FROM petitions WHERE id = '{id_}'")
    path = f"/v1/collaborations/{id_}/{action}"
    return await petitions.post(path, body, "handler", version=row["sequence"], **(who or THEIRS))


async def invited(petitions: Petitions, asked: dict[str, Any] = ASKED) -> tuple[str, int]:
    """Have a department ask another one; give the petition and the invitation."""
    id_ = str((await petitions.submitted(text="对面商铺的消防手续，谁家的？"))["id"])
    await petitions.in_hand(id_)
    return id_, await invite(petitions, id_, asked)


async def invite(petitions: Petitions, id_: str, asked: dict[str, Any]) -> int:
    answered = await act(petitions, id_, "invite", asked, **LEAD)
    assert answered.status_code == 200, answered.text
    return int(answered.json()["invitation"])


async def seen(petitions: Petitions, id_: str, **who: Any) -> Any:
    return await petitions.get(f"/v1/collaborations/{id_}", "handler", **(who or THEIRS))


async def test_whoever_is_invited_reads_that_petition_says_an_opinion_and_the_reply_says_that_it_rests_on_it(
    petitions: Petitions,
) -> None:
    id_, number = await invited(petitions)
    other = await invite(petitions, id_, OTHER)
    (listed,) = (await petitions.get("/v1/collaborations", "handler", **THEIRS)).json()["items"]
    shown = (await seen(petitions, id_)).json()
    assert (listed["id"], listed["tenant"], listed["department"]) == (id_, GUANGZHOU, "traffic-police")
    assert (shown["question"], shown["text"]) == (ASKED["question"], "对面商铺的消防手续，谁家的？")
    assert not {"author", "number", "handle", "reply_to"} & shown.keys()
    assert (await petitions.get(f"/v1/petitions/{id_}", "handler", **THEIRS)).status_code == 404
    for sibling in ({"tenant": GUANGZHOU, **FIRE}, {"tenant": PROVINCE, **FIRE}, {"tenant": SHENZHEN, **LEAD}):
        assert (await seen(petitions, id_, **sibling)).status_code == 404
    assert slug(await helped(petitions, id_, "contribute", {"opinion": OPINION})) == (409, "not-joined")
    assert (await helped(petitions, id_, "join", None)).status_code == 200
    for opinion in ("待查。", OPINION):
        assert (await helped(petitions, id_, "contribute", {"opinion": opinion})).status_code == 200
    early = await act(petitions, id_, "reply", {"text": "您好。", "contributed": [number]}, **LEAD)
    assert (*slug(early), early.json()["invitations"]) == (409, "still-awaited", [other])
    gone = {"invitation": other, "reason": "已查明，电话13800000000"}
    assert (await act(petitions, id_, "withdraw-invitation", gone, **LEAD)).status_code == 200
    opinions = (await petitions.get(f"/v1/opinions/{id_}", "handler", **LEAD)).json()["invitations"]
    assert [(each["tenant"], each["standing"], each["opinion"], each["times"]) for each in opinions] == [
        (SHENZHEN, "contributed", OPINION, 2),
        (PROVINCE, "withdrawn", None, 0),
    ]
    nothing = await act(petitions, id_, "reply", {"text": "您好。", "contributed": [other]}, **LEAD)
    assert slug(nothing) == (422, "not-contributed")
    replied = await act(petitions, id_, "reply", {"text": "您好，手续齐全。", "contributed": [number]}, **LEAD)
    assert replied.json()["state"] == "replied"
    assert petitions.events(id_)[-1].data["contributed"] == [number]
    assert (await seen(petitions, id_)).status_code == 404
    assert "13900000000" not in str([event.data for event in petitions.events()])
    assert said(petitions, id_)[-1] == said(petitions, id_)[-1].replace("协办", "")
    own = (await petitions.get(f"/v1/petitions/{id_}", "citizen")).text
    assert OPINION not in own
    assert "invit" not in own


async def test_nobody_else_sees_it_and_whoever_was_invited_sees_nothing_once_that_is_over(petitions: Petitions) -> None:
    id_, number = await invited(petitions, ASKED | {"handlers": ["named"]})
    for other in (THEIRS, {"tenant": PROVINCE, **FIRE}, {"tenant": GUANGZHOU, **FIRE}):
        assert (await seen(petitions, id_, **other)).status_code == 404
        assert (await helped(petitions, id_, "join", None, **other)).status_code == 404
    named = THEIRS | {"sub": "named"}
    assert (await seen(petitions, id_, **named)).status_code == 200
    assert [event.data["resource"] for event in petitions.reads()][-1] == "collaboration"
    assert (await petitions.get(f"/v1/collaborations/{id_}", "handler", purpose=None, **named)).status_code == 400
    gone = {"invitation": number, "reason": "已查明"}
    assert (await act(petitions, id_, "withdraw-invitation", gone, **LEAD)).status_code == 200
    assert (await seen(petitions, id_, **named)).status_code == 404
    await invite(petitions, id_, ASKED)
    declined = await helped(petitions, id_, "decline", {"basis": "another-places", "reason": "不在本市"})
    assert declined.status_code == 200
    assert (await seen(petitions, id_)).status_code == 404
    await invite(petitions, id_, ASKED)
    assert (await act(petitions, id_, "transfer", {"department": "household"}, "triage")).status_code == 200
    assert (await seen(petitions, id_)).status_code == 404
    household = {"department": "household"}
    passed_on = (await petitions.get(f"/v1/opinions/{id_}", "handler", **household)).json()["invitations"]
    assert [each["standing"] for each in passed_on] == ["withdrawn", "declined", "ended"]
    assert (passed_on[1]["basis"], passed_on[1]["reason"]) == ("another-places", "不在本市")


async def test_neither_reports_nor_the_accused_unit_nor_more_time_than_the_citizen_was_promised(
    petitions: Petitions,
) -> None:
    id_ = str((await petitions.submitted())["id"])
    body = {"department": "traffic-police", "accused": ["fire"], "named": ["officer"]}
    await act(petitions, id_, "transfer", body, "triage")
    await act(petitions, id_, "sign-for", None, **LEAD)
    for asked, expected in (
        (ASKED, (422, "involved-handles")),
        (ASKED | {"department": "household", "handlers": ["officer"]}, (422, "involved-handles")),
        (ASKED | {"department": "household", "days": 16}, (422, "beyond-deadline")),
        (ASKED | {"department": "household", "tenant": "999999"}, (422, "unknown-tenant-invited")),
        (ASKED | {"department": "traffic-police", "tenant": GUANGZHOU}, (409, "same-department")),
    ):
        assert slug(await act(petitions, id_, "invite", asked, **LEAD)) == expected
    hidden = (await petitions.submitted(title="我要举报赌博", text="楼上聚众赌博"))["id"]
    body = {"department": "public-order", "handlers": ["h"]}
    assert (await act(petitions, hidden, "transfer", body, "triage")).status_code == 200
    theirs = {"department": "public-order", "sub": "h"}
    await act(petitions, hidden, "sign-for", None, **theirs)
    refused = await act(petitions, hidden, "invite", ASKED | {"handlers": ["x"]}, **theirs)
    assert refused.status_code == 403


async def test_a_late_opinion_is_noted_and_told_the_common_superior_and_the_reply_says_that_it_goes_without(
    petitions: Petitions,
) -> None:
    id_, number = await invited(petitions)
    due = petitions.rows(f"SELECT due_at FROM petitions WHERE id = '{id_}'")
    reminder = {"invitation": number}
    assert (await act(petitions, id_, "remind", reminder, **LEAD)).status_code == 200
    assert slug(await act(petitions, id_, "remind", reminder, "supervisor")) == (409, "reminded-today")
    petitions.rows("UPDATE timers SET next_at = now() WHERE clock = 'collaboration' RETURNING id")
    await petitions.timers_run()
    come_due(petitions)
    last = petitions.events(id_)[-1]
    assert (last.type.split(".")[-2], last.data["to"]) == ("collaboration-overdue", PROVINCE)
    assert petitions.rows(f"SELECT due_at FROM petitions WHERE id = '{id_}'") == due
    (late,) = (await petitions.get("/v1/opinions?late=true", "supervisor", tenant=PROVINCE)).json()["items"]
    assert (late["id"], late["invitations"][0]["late"]) == (id_, True)
    assert (await petitions.get(f"/v1/opinions/{id_}", "supervisor")).json()["access"] == "withheld"
    replied = await act(petitions, id_, "reply", {"text": "您好。"}, **LEAD)
    assert replied.status_code == 200
    assert petitions.events(id_)[-1].data["without"] == [number]
    assert (await petitions.get("/v1/opinions?late=true", "supervisor")).json()["items"] == []


async def test_a_table_rebuilt_from_the_topic_knows_who_was_invited_and_what_they_said(petitions: Petitions) -> None:
    id_, _ = await invited(petitions)
    await invite(petitions, id_, OTHER)
    await helped(petitions, id_, "join", None)
    for opinion in ("待查。", OPINION):
        await helped(petitions, id_, "contribute", {"opinion": opinion})
    before = petitions.rows("SELECT * FROM petitions")
    opinions = (await petitions.get(f"/v1/opinions/{id_}", "handler", **LEAD)).json()
    petitions.rows("DELETE FROM timers RETURNING id")
    petitions.rows("DELETE FROM petitions RETURNING id")
    await petitions.restored(petitions.events())
    after = petitions.rows("SELECT * FROM petitions")
    assert [without(row, SEALED) for row in after] == [without(row, SEALED) for row in before]
    assert (await petitions.get(f"/v1/opinions/{id_}", "handler", **LEAD)).json() == opinions
    assert len(petitions.rows("SELECT FROM timers WHERE clock = 'collaboration'")) == 2


async def test_an_opinion_goes_with_its_author(petitions: Petitions) -> None:
    id_, _ = await invited(petitions)
    (row,) = petitions.rows("SELECT keyid, collaboration_keyid FROM petitions")
    assert row["keyid"] == row["collaboration_keyid"]
    await petitions.keyring.destroy(row["keyid"])
    shown = (await petitions.get(f"/v1/opinions/{id_}", "handler", **LEAD)).json()
    assert (shown["access"], shown["invitations"][0]["question"]) == ("erased", None)
