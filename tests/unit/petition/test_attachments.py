"""What a file is, is told by its content; what it is called does no harm."""

import io
import zipfile

import pytest
from petition.attachments.attachment import LONGEST_NAME, TAKEN, Kept, named, names_of, names_of_file, read, text_of
from petition.attachments.keeping import media_type_of
from petition.kinds import Ground

from tests.integration.kit.attached import PNG

KEPT = Kept(address="a" * 64, key="b" * 64, media_type="image/png", size=3, sha256="c" * 64)


def archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zipped:
        zipped.writestr("[Content_Types].xml", "<Types/>")
    return made.getvalue()


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\0" + bytes(50), "image/jpeg"),
        (b"\xff\xd8\xff\xe1\x00\x10Exif\0" + bytes(50), "image/jpeg"),
        (b"GIF89a" + bytes(50), "image/gif"),
        (b"RIFF\x24\0\0\0WEBPVP8 " + bytes(50), "image/webp"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(50), "image/heif"),
        (b"%PDF-1.7\n" + bytes(50), "application/pdf"),
        (b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41" + bytes(50), "video/mp4"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + bytes(20), "video/quicktime"),
        (b"ID3\x03\0\0\0\0\0\0" + bytes(50), "audio/mpeg"),
        (b"", None),
        ("举报".encode(), None),
        (b"<!DOCTYPE html><script>alert(1)</script>", None),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', None),
        (b"MZ\x90\0" + bytes(100), None),
        (b"\x7fELF" + bytes(100), None),
        (archive(), None),
    ],
)
def test_a_file_is_what_its_content_says(head: bytes, media_type: str | None) -> None:
    assert media_type_of(head) == media_type


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("现场照片.jpeg", "现场照片.png"),
        ("现场照片", "现场照片.png"),
        ("evil.exe", "evil.png"),
        ("../../etc/passwd", "passwd.png"),
        ("C:\\照片\\1.png", "1.png"),
        ("a\r\nSet-Cookie: x=y.png", "aSet-Cookie x=y.png"),
        ("photo\u202egnp.exe", "photognp.png"),
        (".png", "附件.png"),
        ("...", "附件.png"),
        ("", "附件.png"),
    ],
)
def test_its_name_ends_as_its_content_says_and_leads_nowhere(name: str, shown: str) -> None:
    assert named(KEPT, name).name == shown


def test_a_long_name_is_cut_and_still_ends_as_it_should() -> None:
    name = named(KEPT, "照" * 300 + ".png").name
    assert len(name) == LONGEST_NAME
    assert name.endswith("照.png")


def test_what_is_kept_reads_as_it_was() -> None:
    both = (named(KEPT, "a"), named(KEPT, "b"))
    assert read(text_of(both)) == both
    assert text_of(()) is None
    assert read(None) == ()


def test_a_report_needs_a_file_by_another_name_than_what_is_in_the_open() -> None:
    def pseudonym(subject: str, *, context: str) -> str:
        return f"{context}({subject})"

    (ordinary,), (report,) = (names_of([KEPT], ground, pseudonym) for ground in (None, Ground.CRIME))
    assert ordinary != report
    assert names_of_file(KEPT.address, pseudonym) == (ordinary, report)


def test_everything_that_is_taken_has_an_ending() -> None:
    assert all(ending.startswith(".") for ending in TAKEN.values())
