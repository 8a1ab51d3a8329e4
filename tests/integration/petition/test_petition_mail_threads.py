"""A mail that answers ours is what was asked for: only what we sent proves that, never what a mail says of itself."""

from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from petition.channels.mailbox import Mailbox
from petition.outbound.delivery import id_of
from petition.outbound.marks import mark_of

from tests.integration.kit.attached import png
from tests.integration.kit.mails import GreenMail
from tests.integration.kit.smtp import Post, taking

from .asking import ASKED, MORE, QUESTION, asked, supplements
from .channels import pulled
from .conftest import Petitions
from .outbound import told
from .test_petition_outbound_mail import mailer

ADDRESS, THREAD = "chen.xiaoming@mail.example", "<q-17@mail.example>"
MARKED = png(b"a-mark-that-nothing-else-has")


@pytest.fixture
def post() -> Iterator[Post]:
    with taking() as server:
        yield server


def letter(text: str = QUESTION, *files: bytes, **headers: str) -> bytes:
    written = EmailMessage()
    for name, value in ({"From": ADDRESS, "Message_ID": THREAD, "Subject": "消防栓"} | headers).items():
        written[name.replace("_", "-")] = value
    written.set_content(text)
    for content in files:
        written.add_attachment(content, "image", "png", filename="现场.png")
    return written.as_bytes()


async def waiting(
    petitions: Petitions, server: GreenMail, mailbox: Mailbox, post: Post
) -> tuple[str, list[EmailMessage]]:
    """Let a letter come in with a file, and be asked for more by mail; give its id, and the mails that were sent."""
    server.deliver(letter(QUESTION, png()))
    (row,) = await pulled(petitions, mailbox)
    id_ = await asked(petitions, row)
    await told(petitions, mailer(post), 2)
    assert ASKED["text"] in post.mails[-1][1].get_content()
    return id_, [mail for _, mail in post.mails]


def quoting(*mails: EmailMessage) -> str:
    """Write as mail programs do: the answer above, everything that went before below."""
    lines = "\n".join(mail.get_content() for mail in mails).splitlines()
    return f"{MORE}\n\n在 2026年11月5日，gz@police.example 写道：\n" + "\n".join(f"> {line}" for line in lines)


async def test_a_mail_in_the_thread_is_what_was_asked_for_with_its_files_and_nothing_of_it_is_lost(
    petitions: Petitions, server: GreenMail, mailbox: Mailbox, post: Post
) -> None:
    id_, (receipt, question) = await waiting(petitions, server, mailbox, post)
    thread = f"{THREAD} {receipt['Message-ID']}"
    text = quoting(question, receipt)
    answer = {"Message_ID": "<a-1@mail.example>", "In_Reply_To": question["Message-ID"], "References": thread}
    server.deliver(letter(text, MARKED, **answer), letter(text, MARKED, **answer))
    (row,) = await pulled(petitions, mailbox, 2)
    assert (row["state"], len(row["files"])) == ("in-hand", 2), "110 in what it quotes is no danger in it"
    shown = (await petitions.get(f"/v1/petitions/{id_}", "triage")).json()
    assert shown["supplement"].split() == text.split(), "what it quotes stays with it"
    assert [each["number"] for each in shown["attachments"]] == [1]
    (file,) = shown["supplement_attachments"]
    assert (file["number"], file["name"]) == (2, "现场.png")
    answered = await petitions.get(f"/v1/attachments/{id_}/2", "triage")
    assert answered.content == MARKED
    assert (await petitions.get(f"/v1/attachments/{id_}/3", "triage")).status_code == 404
    assert len(await petitions.cleared()) == 2, "both files are needed"


async def test_who_answers_the_receipt_has_answered_in_the_thread(
    petitions: Petitions, server: GreenMail, mailbox: Mailbox, post: Post
) -> None:
    _, (receipt, _) = await waiting(petitions, server, mailbox, post)
    server.deliver(letter(MORE, Message_ID="<a-1@mail.example>", References=f"{THREAD} {receipt['Message-ID']}"))
    await pulled(petitions, mailbox)
    assert [state for state, _ in await supplements(petitions)] == ["in-hand"]


async def test_what_only_says_that_it_answers_ours_is_a_petition_of_its_own(
    petitions: Petitions, server: GreenMail, mailbox: Mailbox, post: Post
) -> None:
    id_, (_, question) = await waiting(petitions, server, mailbox, post)
    ours = question["Message-ID"]
    delivery = id_of(id_, 5)
    known = mark_of(delivery, petitions.units.outbox)
    assert ours == f"<{known}@police.example>"
    other = mark_of(id_of(id_, 4), petitions.units.outbox).rpartition(".")[2]
    forged: list[dict[str, Any]] = [
        {"In_Reply_To": THREAD},
        {"In_Reply_To": f"<{delivery}@police.example>"},
        {"In_Reply_To": f"<{delivery}.{other}@police.example>"},
        {"In_Reply_To": f"<{delivery}.{known.rpartition('.')[2].swapcase()}@police.example>"},
        {"Subject": f"Re: {ours}"},
        {"In_Reply_To": ours, "From": "somebody.else@mail.example"},
        {"In_Reply_To": ours, "From": "<>"},
        {"In_Reply_To": ours, "Auto_Submitted": "auto-replied"},
        {"In_Reply_To": ours, "Precedence": "bulk"},
        {"In_Reply_To": f"<{delivery}.x@police.example> <>< {'<a@b> ' * 500}"},
    ]
    mails = [letter(f"{MORE}{at}", Message_ID=f"<f-{at}@x.example>", **each) for at, each in enumerate(forged)]
    server.deliver(*mails)
    await pulled(petitions, mailbox, 2)
    first, *others = await supplements(petitions)
    assert first == ("supplementing", None)
    assert {state for state, _ in others} == {"classified"}
    assert len(others) == len(forged)
