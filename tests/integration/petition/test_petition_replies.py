"""Petitions answered from the reply library over HTTP: at once word for word, signed in other words."""

from .conftest import GUANGZHOU, PROVINCE, Petitions
from .library import (
    PASSPORT,
    done,
    drafted,
    library_of,
    published,
    revised,
    slug,
    types_of,
)


async def test_staff_answer_at_once_word_for_word_and_the_event_says_with_what(petitions: Petitions) -> None:
    answer = await published(petitions)
    petition = (await petitions.submitted(title="护照到期", text="护照快到期了怎么换发"))["id"]
    library_of(petitions).refresh()
    path = f"/v1/petitions/{petition}"
    (best, *_) = (await petitions.get(f"{path}/suggested-answers", "triage")).json()["answers"]
    assert (best["id"], best["number"], 0 < best["score"] <= 1) == (answer, 1, True)
    body = {"answer": best["id"], "answer_version": best["number"]}
    changed = await done(petitions, f"{path}/answer", body, "triage", version=2)
    assert (changed["state"], changed["version"]) == ("replied", 3)
    *_, replied = petitions.events(petition)
    assert {name: replied.data[name] for name in ("answer", "answer_version")} == body
    assert "signed_by" not in replied.data
    mine = (await petitions.get(path, "citizen")).json()
    assert (mine["reply"], mine["answer"], mine["answer_version"]) == (PASSPORT, answer, 1)
    closed = await petitions.post(f"{path}/close", {"outcome": "answered"}, "triage", version=3)
    assert closed.status_code == 200


async def test_what_a_petition_was_answered_with_can_be_read_when_the_answer_has_moved_on(petitions: Petitions) -> None:
    answer = await published(petitions)
    await revised(petitions, answer, 3, text="新版。")
    for number, text in ((1, PASSPORT), (2, "新版。")):
        version = (await petitions.get(f"/v1/answers/{answer}/version?number={number}", "auditor")).json()
        assert (version["number"], version["text"]) == (number, text)
    assert (await petitions.get(f"/v1/answers/{answer}/version?number=3", "auditor")).status_code == 404
    petition = (await petitions.submitted())["id"]
    body = {"answer": answer, "answer_version": 1}
    stale = await petitions.post(f"/v1/petitions/{petition}/answer", body, "triage", version=2)
    assert slug(stale) == (409, "not-in-force")


async def test_an_edited_answer_waits_for_the_spokesperson_who_sees_what_was_changed(petitions: Petitions) -> None:
    answer = await published(petitions)
    petition = (await petitions.submitted())["id"]
    await petitions.in_hand(petition)
    text = PASSPORT.replace("到出入境大厅办理", "到越秀分局办理")
    body = {"answer": answer, "answer_version": 1, "text": text}
    handler = {"department": "traffic-police"}
    drafted = await done(petitions, f"/v1/petitions/{petition}/draft-reply", body, "handler", version=4, **handler)
    assert (drafted["state"], drafted["version"]) == ("drafted", 5)
    mine = await petitions.get(f"/v1/petitions/{petition}", "citizen")
    assert (mine.json()["reply"], "越秀分局" in mine.text) == (None, False)
    (waiting,) = (await petitions.get("/v1/drafts", "spokesperson")).json()["items"]
    assert waiting["id"] == petition
    seen = (await petitions.get(f"/v1/drafts/{petition}", "spokesperson")).json()
    assert (seen["draft"], seen["published"]) == (text, PASSPORT)
    assert [part["change"] for part in seen["difference"]] == ["kept", "removed", "added"]
    (read,) = petitions.reads()[-1:]
    assert (read.data["resource"], read.data["fields"]) == ("draft", ["draft", "text", "title"])
    own = await petitions.client.post(
        f"/v1/drafts/{petition}/sign",
        headers={
            "Authorization": f"Bearer {petitions.token('spokesperson', sub='handler-1')}",
            "If-Match": '"5"',
            "Idempotency-Key": "own",
        },
    )
    assert slug(own) == (403, "same-person")
    signed = await done(petitions, f"/v1/drafts/{petition}/sign", None, "spokesperson", version=5)
    assert signed["state"] == "replied"
    *_, replied = petitions.events(petition)
    assert (replied.data["answer"], replied.data["answer_version"]) == (answer, 1)
    assert replied.data["signed_by"] == replied.actor != replied.data["by"]
    assert (await petitions.get(f"/v1/petitions/{petition}", "citizen")).json()["reply"] == text
    assert (await petitions.get("/v1/drafts", "spokesperson")).json()["items"] == []


async def test_a_rejected_draft_is_its_departments_again(petitions: Petitions) -> None:
    answer = await published(petitions)
    petition = (await petitions.submitted())["id"]
    await petitions.in_hand(petition)
    body = {"answer": answer, "answer_version": 1, "text": "改过。"}
    await done(
        petitions, f"/v1/petitions/{petition}/draft-reply", body, "handler", version=4, department="traffic-police"
    )
    rejected = await done(petitions, f"/v1/drafts/{petition}/reject", {"reason": "有误"}, "spokesperson", version=5)
    assert rejected["state"] == "in-hand"
    await done(
        petitions,
        f"/v1/petitions/{petition}/answer",
        {name: body[name] for name in ("answer", "answer_version")},  # the published words need nobody's signature
        "handler",
        version=6,
        department="traffic-police",
    )
    assert types_of(petitions, petition)[4:] == ["reply-drafted", "reply-rejected", "replied"]


async def test_a_report_is_never_answered_from_the_library(petitions: Petitions) -> None:
    answer = await published(petitions)
    report = (await petitions.submitted(title="举报诈骗", text="有人刷单骗钱"))["id"]
    body = {"answer": answer, "answer_version": 1}
    assert (await petitions.post(f"/v1/petitions/{report}/answer", body, "triage", version=2)).status_code == 403
    assert (await petitions.get(f"/v1/petitions/{report}/suggested-answers", "triage")).status_code == 404


async def test_a_library_rebuilt_from_events_is_the_library_that_was(petitions: Petitions) -> None:
    answer = await published(petitions)
    await revised(petitions, answer, 3, text="新版。", effective_until="2099-12-31")
    reason = {"reason": "收费已调整"}
    await done(petitions, f"/v1/answers/{answer}/propose-retirement", reason, "handler", tenant=PROVINCE, version=6)
    await drafted(petitions, GUANGZHOU, overrides=answer)
    petition = (await petitions.submitted())["id"]
    await petitions.in_hand(petition)
    other = await published(petitions)
    body = {"answer": other, "answer_version": 1, "text": "改过。"}
    await done(
        petitions, f"/v1/petitions/{petition}/draft-reply", body, "handler", version=4, department="traffic-police"
    )
    tables = ("answers", "answer_versions")
    before = [petitions.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]
    for table in (*tables, "petitions"):
        petitions.rows(f"DELETE FROM {table} RETURNING 1")
    events = petitions.events()
    await petitions.restored(events)
    assert [petitions.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables] == before
    await petitions.restored(events)
    assert [petitions.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables] == before
    signed = await done(petitions, f"/v1/drafts/{petition}/sign", None, "spokesperson", version=5)
    assert signed["state"] == "replied"
    assert (await petitions.get(f"/v1/petitions/{petition}", "citizen")).json()["reply"] == "改过。"
