"""Number and query code, without a login: the answer is read and rated, on record, and no report opens."""

from datetime import datetime
from typing import Any

import httpx
import pytest
from casework.codes import code_of
from petition.holding.api import WRONG

from tests.integration.kit.sources import Source

from .conftest import Petitions
from .library import slug
from .outbound import posted as posted_in
from .outbound import states, told, zone_of
from .test_petition_review import ABOVE, CHANGED, OBJECTION, act

FORUM = {"channel": "forum", "title": "请问", "text": "路口的红绿灯什么时候修好", "author": "网友甲"}
GAMBLING = FORUM | {"title": "举报聚众赌博", "text": "三号楼一层每晚有人聚众赌博抽水，请保密"}
BADLY = {"level": "very-dissatisfied", "solved": False, "comment": "还是坏的，电话13800138000"}
TRAFFIC = {"department": "traffic-police"}


async def posted(petitions: Petitions, body: dict[str, Any] = FORUM) -> dict[str, Any]:
    """Have somebody write on a forum; give the petition's row."""
    response = await petitions.post("/v1/petitions", body, "connector")
    assert response.status_code == 201, response.text
    (row,) = petitions.rows(f"SELECT id::text, number FROM petitions WHERE id = '{response.json()['id']}'")
    return row


async def by_code(petitions: Petitions, what: str, row: dict[str, Any], **body: Any) -> httpx.Response:
    held = {"number": row["number"].lower(), "query_code": code_of(row["number"], petitions.units.outbox).lower()}
    return await petitions.client.post(f"/v1/by-code/{what}", json=held | body)


async def test_whoever_has_the_code_reads_the_answer_and_its_correction_on_record(petitions: Petitions) -> None:
    row = await posted(petitions)
    before = (await by_code(petitions, "answer", row)).json()
    assert (before["status"], before["reply"], petitions.reads()) == ("received", None, []), "nothing was opened"
    await petitions.transferred(row["id"])
    await petitions.replied(row["id"], text="三日内修好。")
    answer = await by_code(petitions, "answer", row)
    assert answer.headers["cache-control"] == "no-store"
    assert (answer.json()["status"], answer.json()["reply"]) == ("answered", "三日内修好。")
    correction = {"text": "五日内修好。", "reason": "写错了"}
    await petitions.post(f"/v1/petitions/{row['id']}/correct", correction, "handler", version=5, **TRAFFIC)
    assert (await by_code(petitions, "answer", row)).json()["correction"] == "五日内修好。"
    _, last = petitions.reads()
    assert (last.data["subjects"], last.data["fields"], last.data["purpose"], last.data["roles"]) == (
        [row["id"]], ["correction", "reply"], "rights-request", [],
    )  # fmt: skip


async def test_they_rate_it_once_out_of_its_handlers_sight_and_nobody_calls_them_back(petitions: Petitions) -> None:
    row = await posted(petitions)
    assert slug(await by_code(petitions, "rate", row, **BADLY)) == (409, "wrong-state")
    await petitions.transferred(row["id"])
    await petitions.replied(row["id"])
    rated = await by_code(petitions, "rate", row, **BADLY)
    assert (rated.status_code, rated.json()["level"]) == (200, "very-dissatisfied")
    assert slug(await by_code(petitions, "rate", row, **BADLY)) == (409, "rated-already")
    assert (await by_code(petitions, "rate", row, level="splendid")).status_code == 422
    assert (await by_code(petitions, "answer", row)).json()["rated"] is True
    seen = await petitions.get(f"/v1/petitions/{row['id']}", "handler", **TRAFFIC)
    assert "very-dissatisfied" not in seen.text
    (listed,) = (await petitions.get("/v1/ratings", "supervisor")).json()["items"]
    assert (listed["level"], listed["call_back"]) == ("very-dissatisfied", None)
    event = petitions.events(row["id"])[-1]
    assert event.data["comment"].startswith("sealed:")
    assert "13800138000" not in str(event.data)

    columns = "SELECT rating, solved, call_back, sequence FROM petitions"
    before = petitions.rows(columns)
    petitions.rows("DELETE FROM petitions RETURNING id")
    await petitions.restored(petitions.events())
    assert petitions.rows(columns) == before


async def test_of_a_report_a_code_opens_nothing_and_of_the_portal_one_signs_in(petitions: Petitions) -> None:
    report = await posted(petitions, GAMBLING)
    shown = (await by_code(petitions, "answer", report)).json()
    assert (shown["status"], shown["reply"], shown["rated"]) == ("received", None, None)
    portal = await petitions.submitted()
    await petitions.transferred(portal["id"])
    await petitions.replied(portal["id"])
    shown = (await by_code(petitions, "answer", portal)).json()
    assert (shown["status"], shown["reply"], shown["sign_in"]) == ("answered", None, True)
    assert slug(await by_code(petitions, "rate", portal, **BADLY)) == (409, "sign-in-instead")
    assert petitions.reads() == []


async def test_they_have_it_reviewed_up_the_tiers_and_read_what_was_decided(petitions: Petitions) -> None:
    row = await posted(petitions)
    assert slug(await by_code(petitions, "request-review", row, **OBJECTION)) == (409, "wrong-state")
    await petitions.transferred(row["id"])
    await petitions.replied(row["id"])
    first = (await by_code(petitions, "answer", row)).json()
    assert (first["review"], first["next_review"]["rung"]) == (None, "first")
    assert slug(await by_code(petitions, "request-final-review", row, **OBJECTION)) == (409, "not-reviewed-yet")
    asked = await by_code(petitions, "request-review", row, **OBJECTION)
    assert asked.status_code == 200, asked.text
    (due,) = petitions.rows("SELECT due_at, clock FROM petitions")
    assert (datetime.fromisoformat(asked.json()["due_at"]), due["clock"]) == (due["due_at"], "review")
    assert (await by_code(petitions, "answer", row)).json()["status"] == "under-review"
    assert slug(await by_code(petitions, "request-review", row, **OBJECTION)) == (409, "wrong-state")
    assert slug(await by_code(petitions, "reopen", row, **OBJECTION)) == (409, "wrong-state")
    event = petitions.events(row["id"])[-1]
    assert event.data["review_objection"].startswith("sealed:")
    await act(petitions, f"/v1/petition-reviews/{row['id']}/change", CHANGED)
    told = (await by_code(petitions, "answer", row)).json()
    assert (told["status"], told["review"]["reply"], told["review"]["reasons"], told["review"]["objection"]) == (
        "reviewed", CHANGED["text"], CHANGED["reasons"], None,
    )  # fmt: skip
    assert slug(await by_code(petitions, "request-review", row, **OBJECTION)) == (409, "wrong-state")
    assert (await by_code(petitions, "request-final-review", row, **OBJECTION)).status_code == 200
    await act(petitions, f"/v1/petition-reviews/{row['id']}/uphold", {"reasons": "现场核查属实"}, **ABOVE)
    last = (await by_code(petitions, "answer", row)).json()
    assert (last["review"]["final"], last["next_review"]) == (True, None)
    assert petitions.reads()[-1].data["fields"] == ["reply", "review_reasons", "review_reply"]


async def test_they_have_it_taken_up_again_in_time_and_twice_at_most(petitions: Petitions) -> None:
    row = await posted(petitions)
    await petitions.transferred(row["id"])
    await petitions.replied(row["id"])
    again = await by_code(petitions, "reopen", row, **OBJECTION)
    assert again.status_code == 200, again.text
    assert (await by_code(petitions, "answer", row)).json()["status"] == "received"
    assert petitions.types(row["id"])[-1] == "reopened"
    assert slug(await by_code(petitions, "reopen", row, **OBJECTION)) == (409, "wrong-state")
    late = await posted(petitions, FORUM | {"text": "另一个路口的红绿灯也坏了"})
    await petitions.transferred(late["id"])
    await petitions.replied(late["id"])
    petitions.rows(
        "UPDATE petitions SET reopenable_until = now() - interval '1 second',"
        " reviewable_until = now() - interval '1 second' RETURNING 1"
    )
    assert slug(await by_code(petitions, "reopen", late, **OBJECTION)) == (409, "window-closed")
    assert slug(await by_code(petitions, "request-review", late, **OBJECTION)) == (409, "review-window-closed")


@pytest.mark.parametrize(
    ("what", "refused"), [("request-review", "no-review-of-a-report"), ("reopen", "in-confidence")]
)
async def test_of_a_report_the_refusal_is_the_same_wherever_it_stands_and_of_the_portal_one_signs_in(
    petitions: Petitions, what: str, refused: str
) -> None:
    report = await posted(petitions, GAMBLING)
    for state in ("classified", "transferred", "in-hand", "replied", "closed"):
        petitions.rows(f"UPDATE petitions SET state = '{state}' WHERE id = '{report['id']}' RETURNING 1")
        assert slug(await by_code(petitions, what, report, **OBJECTION)) == (409, refused)
    portal = await petitions.submitted()
    assert slug(await by_code(petitions, what, portal, **OBJECTION)) == (409, "sign-in-instead")


@pytest.mark.parametrize("what", ["answer", "rate", "reopen", "request-review", "request-final-review"])
async def test_codes_are_not_guessed_for_long_and_an_unknown_number_reads_like_a_wrong_code(
    petitions: Petitions, what: str
) -> None:
    row = await posted(petitions)
    body = {"query_code": "A" * 10} | (BADLY if what == "rate" else {} if what == "answer" else OBJECTION)
    wrong, unknown = [
        await petitions.client.post(f"/v1/by-code/{what}", json={"number": number} | body)
        for number in (row["number"], f"{row['number'][:-1]}X")
    ]
    assert (wrong.status_code, wrong.json()["type"]) == (unknown.status_code, unknown.json()["type"]) == (
        404, "urn:yiwangban:problem:not-found",
    )  # fmt: skip
    for _ in range(WRONG - 1):
        await petitions.client.post(f"/v1/by-code/{what}", json={"number": row["number"]} | body)
    assert (await by_code(petitions, what, row)).status_code in {422, 429}
    assert (await by_code(petitions, "answer", row)).status_code == 429, "also with the right one, for a while"


async def test_what_a_handler_asks_goes_out_where_it_was_posted_and_comes_back_by_the_code(
    petitions: Petitions, zone: Source
) -> None:
    row = await posted_in(petitions, zone)
    id_ = str(row["id"])
    await petitions.in_hand(id_)
    asked = await petitions.post(
        f"/v1/petitions/{id_}/request-supplement", {"text": "请补充是哪个路口。"}, "handler", version=4, **TRAFFIC
    )
    assert asked.status_code == 200, asked.text
    await told(petitions, zone_of(zone), 2)
    question = list(zone.taken.values())[-1]
    assert (question["in_reply_to"], "请补充是哪个路口。" in question["text"]) == ("p0", True)
    assert states(petitions)[-1] == ("question", "sent", "public")
    assert (await by_code(petitions, "answer", row)).json()["question"] == "请补充是哪个路口。"
    more = {"text": "天河路和体育西路的路口，电话13800138000"}
    supplied = await by_code(petitions, "supplement", row, **more)
    assert supplied.status_code == 200, supplied.text
    assert slug(await by_code(petitions, "supplement", row, **more)) == (409, "wrong-state")
    assert (await by_code(petitions, "answer", row)).json()["question"] is None
    seen = (await petitions.get(f"/v1/petitions/{id_}", "handler", **TRAFFIC)).json()
    assert (seen["state"], seen["supplement"]) == ("in-hand", more["text"])
    assert "13800138000" not in str([event.data for event in petitions.events(id_)])
    (kept,) = petitions.rows("SELECT due_at, resumed_at, state FROM petitions")
    petitions.rows("DELETE FROM petitions RETURNING id")
    await petitions.restored(event for event in petitions.events() if "delivery" not in event.type)
    assert petitions.rows("SELECT due_at, resumed_at, state FROM petitions") == [kept]
