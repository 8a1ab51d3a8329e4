"""A mailbox on a real IMAP server: each mail is one petition, whatever its encodings, its parts and its size."""

import base64
import json
import secrets
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from petition.attachments.attachment import LARGEST
from petition.channels.mailbox import Mailbox

from tests.integration.kit.attached import PNG, png
from tests.integration.kit.mails import GreenMail

from .channels import detail, pulled
from .conftest import Petitions

ADDRESS, TEXT = "chen.xiaoming@mail.example", "请问居住证到期了怎么续签"


def mail(text: bytes, *headers: bytes, type_: bytes = b"text/plain; charset=utf-8") -> bytes:
    told = b"\r\n".join([b"From: <" + ADDRESS.encode() + b">", b"Content-Type: " + type_, *headers])
    return told + b"\r\n\r\n" + text


def letter(*files: bytes) -> bytes:
    """Write a mail with files; each is another one."""
    written = EmailMessage()
    written["From"], written["Message-ID"] = ADDRESS, f"<{secrets.token_hex(8)}@mail.example>"
    written.set_content(TEXT)
    for content in files:
        written.add_attachment(content, "image", "png", filename="现场.png")
    return written.as_bytes()


async def texts(petitions: Petitions, rows: list[dict[str, Any]]) -> list[str]:
    return [(await detail(petitions, row))["text"] for row in rows]


async def test_each_mail_is_one_petition_and_nothing_of_it_is_kept_in_clear(
    petitions: Petitions, server: GreenMail, mailbox: Mailbox
) -> None:
    server.deliver(
        mail(
            TEXT.encode(),
            b"Subject: =?gb2312?B?" + base64.b64encode("居住证".encode("gb18030")) + b"?=",
            b"Reply-To: other@mail.example",
            b"Date: Mon, 02 Nov 2026 10:00:00 +0800",
        ),
        mail(f"{TEXT}？".encode()),
    )
    rows = await pulled(petitions, mailbox, 3)
    assert len(rows) == 2
    shown = await detail(petitions, rows[0])
    assert (shown["channel"], shown["title"], shown["text"]) == ("mail", "居住证", TEXT)
    assert (shown["handle"], shown["reply_to"]["address"]) == (ADDRESS, "other@mail.example")
    assert shown["posted_at"] == "2026-11-02T02:00:00Z"
    bodies = petitions.rows("SELECT convert_from(body, 'UTF8') AS body FROM outbox")
    assert ADDRESS not in json.dumps([rows, bodies], default=str)


async def test_a_server_whose_uids_begin_anew_is_read_anew_and_nothing_comes_twice(
    petitions: Petitions, server: GreenMail, mailbox: Mailbox
) -> None:
    server.deliver(mail(TEXT.encode()))
    assert len(await pulled(petitions, mailbox)) == 1
    petitions.rows("UPDATE channel_cursors SET cursor = '1:999999' RETURNING cursor")
    assert len(await pulled(petitions, mailbox, 2)) == 1
    server.deliver(mail(f"{TEXT}？？".encode()))
    assert len(await pulled(petitions, mailbox)) == 2


async def test_a_server_that_is_away_delays_and_no_more(
    petitions: Petitions, server: GreenMail, mailbox: Mailbox
) -> None:
    server.stop()
    assert await pulled(petitions, mailbox, 2) == []
    assert petitions.rows("SELECT failures FROM channel_cursors") == [{"failures": 2}]
    server.start()
    server.deliver(mail(TEXT.encode()))
    assert len(await pulled(petitions, mailbox)) == 1


async def test_a_mail_comes_in_with_its_files(
    petitions: Petitions, server: GreenMail, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("petition.channels.mailbox.FILES_S", 8.0)
    monkeypatch.setattr("petition.channels.pulling.ANSWER_S", 9.0)
    scan = png(secrets.token_bytes(1024 * 1024))
    server.deliver(letter(scan, PNG), letter(), letter(PNG))
    rows = await pulled(petitions, mailbox, 3)
    assert await texts(petitions, rows) == [TEXT] * 3
    assert [len(row["files"]) for row in rows] == [2, 0, 1]
    for row, number, content in ((rows[0], 1, scan), (rows[0], 2, PNG), (rows[2], 1, PNG)):
        assert (await petitions.get(f"/v1/attachments/{row['id']}/{number}", "triage")).content == content


async def test_a_mail_of_25_mib_comes_in_and_those_behind_it_too(
    petitions: Petitions, server: GreenMail, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("petition.channels.pulling.ANSWER_S", 9.0)  # machines are shared
    large = letter(*(png(secrets.token_bytes(LARGEST - 1024)) for _ in range(2)))
    assert len(large) > 25 * 1024 * 1024
    server.deliver(large, letter())
    first, second = await pulled(petitions, mailbox, 2)
    text, behind = await texts(petitions, [first, second])
    assert behind == TEXT
    assert text.startswith(TEXT)
    assert len(first["files"]) == 2 or "附件未收取" in text, "with its files, if the server is quick enough"


async def test_of_a_mail_that_takes_too_long_only_the_text_is_taken(
    petitions: Petitions, server: GreenMail, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("petition.channels.mailbox.FILES_S", 0.0)
    server.deliver(letter(png(secrets.token_bytes(1024 * 1024))), letter())
    first, second = await texts(petitions, await pulled(petitions, mailbox, 2))
    assert first.startswith(TEXT)
    assert "附件未收取" in first
    assert second == TEXT
    assert petitions.kept() == []


async def test_while_the_store_is_away_mail_waits(
    petitions: Petitions, server: GreenMail, mailbox: Mailbox, tmp_path: Path
) -> None:
    server.deliver(letter(PNG))
    (tmp_path / "attachments").write_text("not a folder")
    assert await pulled(petitions, mailbox) == []
    (tmp_path / "attachments").unlink()
    (row,) = await pulled(petitions, mailbox)
    assert len(row["files"]) == 1
