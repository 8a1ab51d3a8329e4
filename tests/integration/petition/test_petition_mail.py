"""A mailbox on a real IMAP server: each mail is one petition, whatever its encodings, its parts and its size."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from deploy.server import LOOPBACK
from petition.channels.config import MailSettings
from petition.channels.letter import letter_of
from petition.channels.mailbox import Mailbox
from petition.channels.message import ChannelMessage

from tests.integration.kit.mails import PASSWORD, USER, GreenMail

from .channels import detail, pulled
from .conftest import GUANGZHOU, Petitions

ADDRESS, TEXT = "chen.xiaoming@mail.example", "请问居住证到期了怎么续签"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GreenMail]:
    greenmail = GreenMail(tmp_path_factory.mktemp("greenmail"))
    greenmail.start()
    yield greenmail
    greenmail.stop()


@pytest.fixture
def mailbox(server: GreenMail, tmp_path: Path) -> Mailbox:
    (tmp_path / "password").write_text(PASSWORD)
    settings = {"source": "gz-mail", "tenant": GUANGZHOU, "host": LOOPBACK, "port": server.port, "tls": False}
    return Mailbox(MailSettings(**settings, user=USER, password_path=tmp_path / "password"))


def mail(text: bytes, *headers: bytes, type_: bytes = b"text/plain; charset=utf-8") -> bytes:
    told = b"\r\n".join([b"From: <" + ADDRESS.encode() + b">", b"Content-Type: " + type_, *headers])
    return told + b"\r\n\r\n" + text


async def texts(petitions: Petitions, rows: list[dict[str, Any]]) -> list[str]:
    return [(await detail(petitions, row))["text"] for row in rows]


async def test_each_mail_is_one_petition_and_nothing_of_it_is_kept_in_clear(
    petitions: Petitions, server: GreenMail, mailbox: Mailbox
) -> None:
    server.empty()
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
    server.empty()
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


async def test_a_mail_of_25_mib_comes_in_without_its_attachment_and_those_behind_it_come_in_too(
    petitions: Petitions, server: GreenMail, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []

    def measured(raw: bytes, source: str, *, whole: bool) -> ChannelMessage:
        read.append(len(raw))
        return letter_of(raw, source, whole=whole)

    monkeypatch.setattr("petition.channels.mailbox.letter_of", measured)
    server.empty()
    attachment = base64.encodebytes(b"\xff" * (19 * 1024 * 1024))
    assert len(attachment) > 25 * 1024 * 1024
    parts = b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + TEXT.encode()
    parts += b"\r\n--b\r\nContent-Type: video/mp4\r\nContent-Disposition: attachment\r\n"
    parts += b"Content-Transfer-Encoding: base64\r\n\r\n" + attachment + b"--b--\r\n"
    server.deliver(mail(parts, type_=b"multipart/mixed; boundary=b"), mail(f"{TEXT}？".encode()))
    first, second = await texts(petitions, await pulled(petitions, mailbox))
    assert first.startswith(TEXT)
    assert "附件未收取" in first
    assert second == f"{TEXT}？"
    assert max(read) == 512 * 1024, "of what is behind the text nothing crosses the wire"
