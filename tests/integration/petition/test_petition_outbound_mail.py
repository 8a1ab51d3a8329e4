"""Answers to mails are mails: joined to the letter, over TLS, once for each name, and never to a machine."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from petition.channels.config import SmtpSettings
from petition.channels.connector import AwayError, Outgoing, RefusedError, SendError
from petition.channels.intake import take_in
from petition.channels.letter import letter_of
from petition.channels.origin import Origin
from petition.channels.pulling import speaking_for
from petition.outbound.delivery import Way, id_of
from petition.outbound.mailing import Mailer
from petition.outbound.marks import mark_of
from petition.petition import Channel

from tests.integration.kit.smtp import PASSWORD, USER, Post, taking

from .conftest import GUANGZHOU, Petitions
from .outbound import REPLY, answered, states, told

SENDER, ADDRESS, THREAD = "gz@police.example", "chen.xiaoming@mail.example", "<q-17@mail.example>"
LETTER = (
    f"From: {ADDRESS}\r\nMessage-ID: {THREAD}\r\nSubject: =?utf-8?b?5bGF5L2P6K+B?=\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n{more}\r\n请问居住证到期了怎么续签"
)


@pytest.fixture
def post() -> Iterator[Post]:
    with taking() as server:
        yield server


def mailer(post: Post, **settings: Any) -> Mailer:
    known: dict[str, Any] = {"host": "127.0.0.1", "port": post.port, "security": "none", "sender": SENDER}
    return Mailer("gz-mail", SmtpSettings(**known | settings))


async def written(petitions: Petitions, more: str = "") -> dict[str, Any]:
    """Let a letter come in; give its row."""
    letter = letter_of(LETTER.format(more=more).encode(), "gz-mail", whole=True)

    class _Box:
        channel, source, tenant = Channel.MAIL, "gz-mail", GUANGZHOU

    async with petitions.units.begin() as unit:
        await take_in(letter.message, speaking_for(unit, _Box()))  # type: ignore[arg-type]  # all that is asked of it
    return petitions.rows("SELECT * FROM petitions ORDER BY id")[-1]


def outgoing(address: str | None = ADDRESS) -> Outgoing:
    origin = Origin(channel=Channel.MAIL, source="gz-mail", message="m", address=address, thread=THREAD)
    return Outgoing(
        key="k", mark="k.m", origin=origin, way=Way.PRIVATE, title="居住证\r\nBcc: x@y", text=REPLY, automatic=False
    )


async def test_receipt_and_answer_are_mails_in_the_thread_of_the_letter(petitions: Petitions, post: Post) -> None:
    row = await written(petitions)
    await answered(petitions, row)
    await told(petitions, mailer(post), 2)
    (to, receipt), (_, answer) = post.mails
    assert (to, receipt["From"], receipt["Subject"]) == (ADDRESS, SENDER, "Re: 居住证")
    assert (receipt["Auto-Submitted"], answer["Auto-Submitted"]) == ("auto-replied", None)
    assert answer["In-Reply-To"] == answer["References"] == THREAD
    delivery = id_of(str(row["id"]), 5)
    assert answer["Message-ID"] == f"<{mark_of(delivery, petitions.units.outbox)}@police.example>"
    assert answer["Message-ID"].startswith(f"<{delivery}.")
    assert row["number"] in receipt.get_content()
    assert REPLY in answer.get_content()
    assert states(petitions) == [("receipt", "sent", "private"), ("reply", "sent", "private")]


@pytest.mark.parametrize("header", ["Auto-Submitted: auto-replied", "Precedence: bulk", "Return-Path: <>"])
async def test_a_machine_gets_no_answer(petitions: Petitions, post: Post, header: str) -> None:
    await written(petitions, f"{header}\r\n")
    await told(petitions, mailer(post))
    assert (post.mails, states(petitions)) == ([], [])


async def test_a_report_is_answered_without_its_own_subject(petitions: Petitions, post: Post) -> None:
    await written(petitions, "\r\n举报：我家楼下有人聚众赌博\r\n")
    await told(petitions, mailer(post))
    ((_, receipt),) = post.mails
    assert receipt["Subject"] == "您的来信 · Your message"


async def test_what_the_server_says_of_a_mail_is_told_from_what_it_says_of_itself(post: Post) -> None:
    post.rcpt = ["550 no such mailbox", "450 try later", None, None, "421 closing"]
    post.data = ["554 spam", "452 full"]
    for expected in (RefusedError, SendError, RefusedError, SendError, AwayError):
        with pytest.raises(SendError) as raised:
            await mailer(post).send(outgoing())
        assert raised.type is expected
    for address in ("no address", "a@b\r\nBcc: c@d", "陈@mail.example", None):
        with pytest.raises(RefusedError, match="no-address"):
            await mailer(post).send(outgoing(address))
    await mailer(post).send(outgoing())
    ((to, mail),) = post.mails
    assert (to, mail["Bcc"], mail["Subject"]) == (ADDRESS, None, "Re: 居住证 Bcc: x@y")


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Certificate and key of this machine."""
    certificate, key = tmp_path / "certificate", tmp_path / "key"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1", "-out", str(certificate), "-keyout", str(key)]
    subprocess.run(made, check=True, capture_output=True)
    return certificate, key


async def test_it_goes_over_tls_with_a_password_or_not_at_all(
    tmp_path: Path, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("petition.outbound.mailing.STEP_S", 1.0)
    (tmp_path / "password").write_text(PASSWORD)
    (tmp_path / "wrong").write_text("wrong")
    signed = {"security": "starttls", "ca_path": certificate[0], "user": USER, "password_path": tmp_path / "password"}
    with taking(certificate) as post:
        await mailer(post, **signed).send(outgoing())
        assert post.encrypted == [True]
        for wrong in ({"security": "none"}, {"ca_path": None}, {"password_path": tmp_path / "wrong"}):
            with pytest.raises(AwayError):
                await mailer(post, **signed | wrong).send(outgoing())
        with pytest.raises(AwayError, match="no-secret"):
            await mailer(post, **signed | {"password_path": tmp_path / "none"}).send(outgoing())
    with taking() as plain, pytest.raises(AwayError):
        await mailer(plain, **signed).send(outgoing())
    assert plain.mails == []


def test_no_password_goes_over_the_network_in_clear() -> None:
    with pytest.raises(ValueError, match="TLS, unless it is on this machine"):
        SmtpSettings(host="smtp.example", sender=SENDER, security="none")
