"""There is no mail of which nothing comes, and none that the schema doesn't take."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from petition.attachments.attachment import LARGEST, MOST
from petition.channels.letter import MOST_ANSWERED, NO_TEXT, letter_of
from petition.channels.message import MOST_TEXT, MOST_TITLE

from tests.integration.kit.attached import PNG

TEXT = "请问居住证到期了怎么续签"
NAMES = (
    b"From",
    b"Subject",
    b"Date",
    b"Reply-To",
    b"Content-Type",
    b"Content-Transfer-Encoding",
    b"Message-ID",
    b"References",
)
VALUES = (
    b"multipart/mixed; boundary=b", b"multipart/alternative", b"message/rfc822", b"text/html; charset=utf-7",
    b"base64", b"=?x?Q?=FF?=", b"<@>,,;:<", b"Mon, 99 Foo 0000 99:99:99 +9999",
)  # fmt: skip
HEADS = st.lists(st.tuples(st.sampled_from(NAMES), st.binary(max_size=80) | st.sampled_from(VALUES)), max_size=6)


def letter(body: bytes, type_: bytes = b"text/plain", *more: bytes) -> str:
    return letter_of(b"\n".join([b"Content-Type: " + type_, *more, b"", body]), "gz", whole=True).message.text


@given(HEADS, st.binary(max_size=400))
def test_whatever_bytes_come_a_message_comes_of_them(heads: list[tuple[bytes, bytes]], body: bytes) -> None:
    raw = b"".join(name + b": " + value + b"\n" for name, value in heads) + b"\n" + body
    found = letter_of(raw, "gz", whole=False).message
    assert 0 < len(found.title) <= MOST_TITLE
    assert 0 < len(found.text) <= MOST_TEXT
    for text in (found.title, found.text, found.author, found.origin.address):
        if text is not None:
            assert text.strip()
            assert "\0" not in text
            text.encode()
    assert found.posted_at is None or found.posted_at.tzinfo is not None


@pytest.mark.parametrize(
    ("encoding", "claimed"),
    [
        ("utf-8", b"utf-8"),
        ("gb18030", b"gb2312"),
        ("gb18030", b"utf-8"),
        ("gb18030", b"no-such-charset"),
        ("utf-8", b""),
    ],
)
def test_the_text_is_read_whatever_encoding_a_mail_claims(encoding: str, claimed: bytes) -> None:
    assert letter(TEXT.encode(encoding), b"text/plain; charset=" + claimed) == TEXT


def test_of_html_come_the_words() -> None:
    page = f"<html><head><title>t</title><style>b</style></head><p>{TEXT}</p><script>alert(1)</script></html>"
    assert letter(page.encode(), b"text/html; charset=utf-8") == TEXT


def test_without_a_text_there_is_a_note_and_the_subject_says_what_it_is() -> None:
    assert letter(b"") == NO_TEXT
    assert letter(b"", b"text/plain", "Subject: 居住证".encode("gb18030")) == "居住证"


def test_what_was_cut_says_so() -> None:
    found = letter_of(b"Subject: s\n\n" + TEXT.encode(), "gz", whole=False).message
    assert "附件未收取" in found.text
    long = letter_of(b"Subject: s\n\n" + ("长" * 30_000).encode(), "gz", whole=False).message.text
    assert "附件未收取" in long
    assert len(long) <= MOST_TEXT


def test_two_mails_that_claim_one_id_are_two() -> None:
    one, other = (letter_of(b"Message-ID: <1@x>\n\n" + text, "gz", whole=True).message.origin for text in (b"a", b"b"))
    assert one.message != other.message


def test_files_are_taken_by_their_content_and_the_text_says_if_one_is_not() -> None:
    mail = EmailMessage()
    mail["Subject"] = "s"
    mail.set_content(TEXT)
    mail.add_attachment(PNG, "application", "x-msdownload", filename="现场.exe")
    found = letter_of(mail.as_bytes(), "gz", whole=True)
    assert (found.files, found.message.text) == ([("现场.exe", PNG)], TEXT)
    mail.add_attachment(b"<script>alert(1)</script>", "image", "png", filename="p.png")
    mixed = letter_of(mail.as_bytes(), "gz", whole=True)
    assert mixed.files == found.files
    assert "附件未收取" in mixed.message.text
    assert mixed.message.origin.message == letter_of(mail.as_bytes()[:-60], "gz", whole=False).message.origin.message


def test_of_too_many_or_too_large_files_the_text_says_so() -> None:
    mail = EmailMessage()
    mail.set_content(TEXT)
    for _ in range(MOST + 1):
        mail.add_attachment(PNG, "image", "png")
    found = letter_of(mail.as_bytes(), "gz", whole=True)
    assert len(found.files) == MOST
    assert "附件未收取" in found.message.text
    mail = EmailMessage()
    mail.set_content(TEXT)
    mail.add_attachment(PNG + bytes(LARGEST), "image", "png")
    assert letter_of(mail.as_bytes(), "gz", whole=True).files == []


def test_a_mail_answers_what_it_names_the_nearest_first_and_a_machine_answers_nothing() -> None:
    named = (b"In-Reply-To: <c@x>", b"References: <a@x>\n <b@x> nothing <c@x> <\xff@x> " + b"<z@x> " * 300)

    def answers(*more: bytes) -> tuple[str, ...]:
        return letter_of(b"\n".join([*named, *more, b"", b"-"]), "gz", whole=True).message.answers

    assert answers() == ("<c@x>", "<z@x>", "<b@x>", "<a@x>")
    assert answers(b"Auto-Submitted: auto-replied") == answers(b"Return-Path: <>") == ()
    many = b"References: " + b" ".join(b"<%d@x>" % each for each in range(999))
    assert len(letter_of(many + b"\n\n-", "gz", whole=True).message.answers) == MOST_ANSWERED
