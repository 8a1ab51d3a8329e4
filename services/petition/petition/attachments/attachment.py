"""A file that came with a petition (附件): what is told of it, and by which names the store's file is known. Pure."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Final

import orjson

from petition.kinds import Ground

MOST: Final = 9
"""Of a petition."""
LARGEST: Final = 10 * 1024 * 1024
"""Bytes of one."""
LONGEST_NAME: Final = 200
TAKEN: Final = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/heif": ".heic",
    "application/pdf": ".pdf",
    "audio/mpeg": ".mp3",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
}
"""What is taken, by its content, and how its name ends here. Nothing in it that a reader's machine would run: a page,
a drawing with scripts or an archive isn't, and every office document is an archive."""
_UNNAMED: Final = "附件"
_CONTEXT: Final = "file"
_IN_A_CIRCLE: Final = "file.report"

Pseudonym = Callable[..., str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file in the store. All of it is kept sealed; ``key`` opens it.

    Attributes:
        address: Where the store has it: SHA-256 of the sealed bytes.
        key: Hex; of this file alone.
        media_type: What it is, by its content.
        size: Bytes, as it came.
        sha256: Hex, of what came.
    """

    address: str
    key: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment(Kept):
    """A file that belongs to a petition.

    Attributes:
        name: By its sender, made harmless.
    """

    name: str


def named(kept: Kept, name: str) -> Attachment:
    """Give a file the name that its sender has for it, as far as that does no harm; how it ends tells what it is."""
    last = name.replace("\\", "/").rpartition("/")[2]
    visible = "".join(each for each in last if unicodedata.category(each)[0] != "C" and each not in ':*?"<>|')
    stem, ending = visible.rpartition(".")[0] if "." in visible else visible, TAKEN[kept.media_type]
    its = {each: getattr(kept, each) for each in Kept.__slots__}
    return Attachment(**its, name=(stem.strip(". ")[: LONGEST_NAME - len(ending)] or _UNNAMED) + ending)


def text_of(attachments: Sequence[Attachment]) -> str | None:
    """Give what is kept, sealed, with the petition; None if there are none."""
    return orjson.dumps([asdict(each) for each in attachments]).decode() if attachments else None


def read(text: str | None) -> tuple[Attachment, ...]:
    """Read what was kept."""
    return tuple(Attachment(**each) for each in orjson.loads(text)) if text else ()


def names_of(attachments: Sequence[Kept], ground: Ground | None, pseudonym: Pseudonym) -> tuple[str, ...]:
    """Give the keyed names by which a petition says in clear that it needs these files of the store.

    They are other ones in each circle, like those of a message's origin: nothing joins a report with what was in the
    open, though both need the same file.
    """
    return tuple(names_of_file(each.address, pseudonym)[ground is not None] for each in attachments)


def names_of_file(address: str, pseudonym: Pseudonym) -> tuple[str, str]:
    """Give all names by which a file may be needed: the ordinary one, and that in a small circle."""
    ordinary = pseudonym(address, context=_CONTEXT)
    return ordinary, pseudonym(ordinary, context=_IN_A_CIRCLE)
