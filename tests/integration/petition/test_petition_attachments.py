"""Files come with petitions: for whom the text opens and for nobody else, sealed, and gone when nobody needs them."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

import pytest
from chassis.api.auth import Principal
from petition.attachments.attachment import LARGEST, MOST
from petition.attachments.keeping import keep
from petition.attachments.uploads import add

from tests.integration.kit.attached import PNG, parts, png
from tests.integration.kit.erasures import erased

from .conftest import GUANGZHOU, SHENZHEN, Petitions

NAME = "张伟的护照首页"
MARKED = png(b"a-mark-that-nothing-else-has")
REPORT = "举报：三号楼二楼每晚有人开设赌场聚众赌博"
PAGE = b"<!DOCTYPE html><script>alert(1)</script>"


async def with_a_file(petitions: Petitions, content: bytes = MARKED, **who: str) -> str:
    upload = await petitions.uploaded(content)
    return str((await petitions.submitted_with({upload: f"{NAME}.exe"}, **who))["id"])


async def test_a_file_is_shown_with_its_petition_and_comes_back_as_it_went(petitions: Petitions) -> None:
    id_ = await with_a_file(petitions)
    shown = (await petitions.get(f"/v1/petitions/{id_}", "triage")).json()["attachments"]
    told = {"media_type": "image/png", "size": len(MARKED), "sha256": hashlib.sha256(MARKED).hexdigest()}
    assert shown == [{"number": 1, "name": f"{NAME}.png"} | told]
    answer = await petitions.get(f"/v1/attachments/{id_}/1", "triage")
    assert (answer.status_code, answer.content) == (200, MARKED)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E5%BC%A0")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "sandbox" in answer.headers["content-security-policy"]
    own = await petitions.get(f"/v1/attachments/{id_}/1", "citizen", purpose=None)
    assert own.content == MARKED


async def test_a_file_of_the_largest_size_streams_in_and_out_and_one_byte_more_is_refused(petitions: Petitions) -> None:
    whole = PNG + bytes(LARGEST - len(PNG))
    id_ = await with_a_file(petitions, whole)
    assert (await petitions.get(f"/v1/attachments/{id_}/1", "triage")).content == whole
    left = petitions.kept()
    for content in (whole + b"x", parts(whole + b"x")):  # with its length told beforehand, and without
        answer = await petitions.upload(content)
        assert (answer.status_code, answer.json()["type"]) == (413, "urn:yiwangban:problem:too-large")
    assert petitions.kept() == left


async def test_who_looks_says_what_for_and_is_on_record(petitions: Petitions) -> None:
    id_ = await with_a_file(petitions)
    assert (await petitions.get(f"/v1/attachments/{id_}/1", "triage", purpose=None)).status_code == 400
    assert petitions.reads() == []
    await petitions.get(f"/v1/attachments/{id_}/1", "triage")
    (record,) = petitions.reads()
    assert (record.data["subjects"], record.data["fields"]) == ([id_], ["attachments"])


async def test_for_whom_the_text_does_not_open_no_file_does(petitions: Petitions) -> None:
    id_ = await with_a_file(petitions)
    path = f"/v1/attachments/{id_}/1"
    assert (await petitions.get(path, "supervisor")).status_code == 403
    assert (await petitions.get(path, "triage", tenant=SHENZHEN)).status_code == 404
    assert (await petitions.get(path, "citizen", sub="another")).status_code == 404
    assert (await petitions.get(path, "handler", department="fire")).status_code == 404
    assert (await petitions.get(f"/v1/attachments/{id_}/2", "triage")).status_code == 404


async def test_nothing_of_a_file_lies_anywhere_in_clear(petitions: Petitions) -> None:
    waiting = await petitions.uploaded()
    await with_a_file(petitions)
    rows = petitions.rows("SELECT * FROM petitions") + petitions.rows("SELECT * FROM uploads")
    bodies = petitions.rows("SELECT convert_from(body, 'UTF8') AS body FROM outbox")
    kept = b"".join(path.read_bytes() for path in petitions.kept())
    written = f"{rows}{bodies}".encode() + kept
    for secret in (NAME.encode(), b"a-mark", b"image/png", hashlib.sha256(MARKED).hexdigest().encode(), PNG[:20]):
        assert secret not in written
    assert waiting.encode() in written, "this search finds something"


@pytest.mark.parametrize("content", [PAGE, "举报".encode(), b"", b"MZ" + bytes(100)])
async def test_what_is_not_taken_is_refused_by_its_content_and_nothing_of_it_stays(
    petitions: Petitions, content: bytes
) -> None:
    answer = await petitions.upload(content)
    assert (answer.status_code, answer.json()["type"]) == (415, "urn:yiwangban:problem:unknown-file-content")
    assert "image/png" in answer.json()["known"]
    assert petitions.kept() == []


async def test_of_what_is_refused_anyhow_nothing_is_read(petitions: Petitions, monkeypatch: pytest.MonkeyPatch) -> None:
    read = 0

    async def watched() -> AsyncIterator[bytes]:
        nonlocal read
        read += 1
        yield PNG

    assert (await petitions.upload(watched(), "triage")).status_code == 403
    assert (await petitions.upload(watched(), key="no key")).status_code == 400
    monkeypatch.setattr("chassis.api.uploads.MOST_AT_ONCE", 0)
    full = await petitions.upload(watched())
    assert (full.status_code, full.headers["retry-after"]) == (503, "1")
    petitions.app.state.edge.recovering = True
    assert (await petitions.upload(watched())).status_code == 503
    assert read == 0


async def test_an_upload_that_breaks_off_leaves_nothing(petitions: Petitions) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield PNG + bytes(200_000)
        raise ConnectionError

    assert (await petitions.upload(broken())).status_code >= 500
    assert petitions.kept() == []


async def test_an_upload_that_is_repeated_is_one_and_one_with_another_file_is_refused(petitions: Petitions) -> None:
    first, again = [await petitions.upload(PNG, key="same") for _ in range(2)]
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert (await petitions.upload(MARKED, key="same")).status_code == 422
    assert len(petitions.kept()) == 1


async def test_an_upload_is_its_uploaders_and_belongs_to_one_petition(petitions: Petitions) -> None:
    upload = await petitions.uploaded()
    body = {"channel": "portal", "title": "请问", "text": "急用", "attachments": [{"upload": upload, "name": "p"}]}
    for who, status in (("another", 422), ("citizen-1", 201), ("citizen-1", 422)):
        answer = await petitions.post("/v1/petitions", body, "citizen", sub=who)
        assert answer.status_code == status, who
    assert len(petitions.rows("SELECT id FROM petitions")) == 1


async def test_a_petition_that_is_refused_leaves_its_uploads_waiting(petitions: Petitions) -> None:
    upload = await petitions.uploaded()
    named = [{"upload": upload, "name": "p"}, {"upload": "00000000-0000-4000-8000-000000000000", "name": "p"}]
    body = {"channel": "portal", "title": "请问", "text": "急用", "attachments": named}
    assert (await petitions.post("/v1/petitions", body, "citizen")).status_code == 422
    await petitions.submitted_with({upload: "p"})


async def test_as_many_wait_as_a_petition_can_have_however_many_come_at_once(petitions: Petitions) -> None:
    answers = await asyncio.gather(*(petitions.upload(PNG) for _ in range(MOST + 3)))
    assert sorted(answer.status_code for answer in answers) == [201] * MOST + [409] * 3
    assert len(petitions.kept()) == MOST
    assert (await petitions.upload(PNG, sub="another")).status_code == 201


async def test_of_two_that_come_at_once_the_second_waits_and_counts_the_first(petitions: Petitions) -> None:
    citizen = Principal(subject="citizen-1", tenant=GUANGZHOU, roles=frozenset({"citizen"}))
    for _ in range(MOST - 1):
        await petitions.uploaded()
    async with petitions.units.begin(principal=citizen) as first:
        await add(await keep(parts(PNG), petitions.store), first)
        second = asyncio.create_task(petitions.upload(PNG))
        done, _ = await asyncio.wait([second], timeout=0.5)
        assert not done
    assert (await second).status_code == 409


async def test_an_officer_types_in_a_visit_with_its_papers(petitions: Petitions) -> None:
    upload = await petitions.uploaded(role="window")
    body = {"channel": "walk-in", "title": "请问", "text": "急用", "attachments": [{"upload": upload, "name": "p"}]}
    receipt = (await petitions.post("/v1/petitions", body, "window")).json()
    assert (await petitions.get(f"/v1/attachments/{receipt['id']}/1", "triage")).content == PNG


async def test_a_reports_file_stays_in_its_circle_and_is_joined_with_nothing_in_the_open(petitions: Petitions) -> None:
    upload = await petitions.uploaded(MARKED)
    report = await petitions.submitted_with({upload: NAME}, title="举报", text=REPORT)
    path = f"/v1/attachments/{report['id']}/1"
    assert (await petitions.get(path, "triage")).content == MARKED
    assert (await petitions.get(path, "auditor")).status_code == 404
    assert (await petitions.get(path, "citizen", purpose=None)).content == MARKED
    body = {"to": "ordinary", "kind": "consult"}
    moved = await petitions.post(f"/v1/petitions/{report['id']}/move", body, "triage", version=2)
    goes_on = moved.json()["continued"]
    assert (await petitions.get(f"/v1/attachments/{goes_on}/1", "auditor")).content == MARKED
    names = [name for event in petitions.events() for name in event.data.get("files", ())]
    assert len(set(names)) == len(names) == 2
    assert len(await petitions.cleared()) == 1, "both need it"


async def test_of_who_was_erased_no_file_opens_and_it_is_cleared_and_nobody_elses(petitions: Petitions) -> None:
    id_ = await with_a_file(petitions)
    other = await petitions.uploaded(PNG, sub="another")
    kept = (await petitions.submitted_with({other: "p"}, sub="another"))["id"]
    (row,) = petitions.rows(f"SELECT keyid FROM petitions WHERE id = '{id_}'")
    await erased(petitions, row["keyid"])
    assert (await petitions.get(f"/v1/attachments/{id_}/1", "triage")).status_code == 404
    assert len(await petitions.cleared()) == 1
    assert (await petitions.get(f"/v1/attachments/{kept}/1", "triage")).content == PNG


async def test_what_never_became_a_petitions_is_cleared_after_a_day_and_not_before(petitions: Petitions) -> None:
    upload = await petitions.uploaded()
    await petitions.store.put(parts(b"of a process that was killed before its commit"))
    assert len(await petitions.cleared()) == 1
    petitions.rows("UPDATE uploads SET uploaded_at = now() - interval '25 hours' RETURNING id")
    assert await petitions.cleared() == []
    body = {"channel": "portal", "title": "请问", "text": "急用", "attachments": [{"upload": upload, "name": "p"}]}
    assert (await petitions.post("/v1/petitions", body, "citizen")).status_code == 422


async def test_a_file_that_may_still_be_on_its_way_is_left_alone(petitions: Petitions) -> None:
    await petitions.store.put(parts(PNG))
    (task,) = (each for each in petitions.service.tasks if each.name == "clear attachments")
    for _ in range(256):
        async with petitions.units.begin() as unit:
            await task.run(unit)
    assert len(petitions.kept()) == 1


async def test_a_restored_database_knows_the_files_again(petitions: Petitions) -> None:
    id_ = await with_a_file(petitions)
    petitions.rows("DELETE FROM petitions RETURNING id")
    await petitions.restored(petitions.events())
    assert len(await petitions.cleared()) == 1
    assert (await petitions.get(f"/v1/attachments/{id_}/1", "triage")).content == MARKED


async def test_a_file_that_was_changed_in_the_store_does_not_open(petitions: Petitions) -> None:
    id_ = await with_a_file(petitions)
    (path,) = petitions.kept()
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(content)
    answer = await petitions.get(f"/v1/attachments/{id_}/1", "triage")
    assert (answer.status_code, b"mark" in answer.content) == (500, False)
