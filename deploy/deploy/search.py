"""Looks for texts everywhere that a deployment keeps anything: in each row of each database, and in each file."""

import contextlib
import errno
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import psycopg
from psycopg import sql

SHORTEST: Final = 12
"""In bytes. What is shorter may be part of anything; so may a code or a date (see ``MEANS_NOBODY``)."""

SHORTEST_WHOLE: Final = 4
"""In bytes. A name that is shorter than the above is looked for as a whole value, from this length on."""

MEANS_NOBODY: Final = re.compile(r"[a-z0-9-]+|[12]\d{3}-\d{2}-\d{2}(T.*)?")
DIGITS: Final = re.compile(r"\d{7,}")
"""A number of a document or a telephone is worth looking for even if it is short. Codes of places have six digits."""

CHUNK: Final = 4 * 1024 * 1024
"""In bytes. Files are read and not mapped: a mapped one that is cut short meanwhile would kill whoever reads it."""

HOLE: Final = bytes(64)
"""Stands for a hole, which is all zeros and isn't read: a broker makes files of ten megabytes for next to nothing."""

_TABLES: Final = """
SELECT nspname, relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind IN ('r', 'm') AND nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """One of the texts was found.

    Attributes:
        place: A file, or a table of a database.
        number: Which of the texts; the text itself isn't repeated.
    """

    place: str
    number: int


@dataclass(frozen=True, slots=True)
class Whole:
    """A short text, such as a name: looked for where it is all of a value, and not in the midst of another."""

    text: str


Wanted = str | bytes | Whole


class Needles:
    """Texts to look for, each in the forms in which a row, a log or an address would hold it."""

    def __init__(self, texts: Iterable[Wanted]) -> None:
        """Take the texts as they are; bytes are looked for raw and in hexadecimal."""
        self._forms = [tuple(dict.fromkeys(_forms(text))) for text in texts]

    def __len__(self) -> int:
        return len(self._forms)

    @property
    def longest(self) -> int:
        """Length of the longest form, in bytes."""
        return max((len(form) for forms in self._forms for form in forms), default=0)

    def found_in(self, content: bytes) -> set[int]:
        """Give the numbers of those that are in a content."""
        return {number for number, forms in enumerate(self._forms) if any(form in content for form in forms)}


def distinctive(text: str) -> Iterator[Wanted]:
    """Give the parts of a text that say something of a person: its lines, or of a form (JSON) each of its values."""
    try:
        values, form = list(_leaves(json.loads(text))), True
    except ValueError:
        values, form = [text, *text.splitlines()], False
    for value in values:
        if DIGITS.search(value):
            yield value
        elif (form or len(value.encode()) >= SHORTEST) and not MEANS_NOBODY.fullmatch(value):
            yield from names(value)


def names(person: str) -> Iterator[Wanted]:
    """Give a person's own id, handle or name, unless it is too short to be looked for."""
    if len(person.encode()) >= SHORTEST:
        yield person
    elif len(person.encode()) >= SHORTEST_WHOLE:
        yield Whole(person)


def in_files(folders: Sequence[Path], needles: Needles, *, besides: Sequence[Path] = ()) -> tuple[list[Hit], int, int]:
    """Look into every file below the folders; give what was found, and how many files and bytes that were.

    Args:
        folders: Where to look; links aren't followed.
        needles: What for.
        besides: Folders that are left out.
    """
    hits: set[Hit] = set()
    files, size = 0, 0
    for path in _files(folders, besides):
        with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
            files += 1
            end = b""  # of the part before: a text may lie across both
            for part in _parts(file.fileno()):
                hits |= {Hit(str(path), number) for number in needles.found_in(end + part)}
                size += len(part)
                end = part[-needles.longest :]
    return sorted(hits), files, size


def in_rows(database: str, url: str, needles: Needles) -> tuple[list[Hit], int]:
    """Look into every row of every table; give what was found, and how many rows that were.

    Args:
        database: Its name, for what is found.
        url: libpq URL, for somebody who may read all of it.
        needles: What for.
    """
    hits: set[Hit] = set()
    rows = 0
    with psycopg.connect(url, autocommit=True) as connection:
        for name in connection.execute(_TABLES).fetchall():
            everything = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT").format(sql.Identifier(*name))
            with connection.cursor().copy(everything) as copy:
                for row in copy:
                    found = needles.found_in(b"\t%b\t" % bytes(row).removesuffix(b"\n"))
                    hits |= {Hit(f"{database}: {'.'.join(name)}", number) for number in found}
                    rows += 1
    return sorted(hits), rows


def _forms(wanted: Wanted) -> Iterator[bytes]:
    if isinstance(wanted, bytes):
        yield wanted
        yield wanted.hex().encode()
    elif isinstance(wanted, Whole):
        yield from _whole_forms(wanted.text)
    else:
        yield wanted.encode()
        yield wanted.encode().hex().encode()
        yield json.dumps(wanted, ensure_ascii=False)[1:-1].encode()
        yield json.dumps(wanted)[1:-1].encode()
        yield quote(wanted).encode()


def _whole_forms(text: str) -> Iterator[bytes]:
    """Give a short text with what stands before and behind a value in JSON (also inside JSON), a row or an address."""
    plain = text.encode()
    for ascii_only in (False, True):
        yield (value := json.dumps(text, ensure_ascii=ascii_only)).encode()
        yield json.dumps(value)[1:-1].encode()
        yield json.dumps(value, ensure_ascii=False)[1:-1].encode()
    yield (b'"%b"' % plain).hex().encode()
    yield b"\t%b\t" % plain
    yield from (b"=%b%b" % (quote(text).encode(), end) for end in (b"&", b" ", b'"'))
    yield bytes([(len(plain) + 1) * 2 + 1]) + plain  # in PostgreSQL's files: its length stands before it


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each)


def _parts(descriptor: int) -> Iterator[bytes]:
    """Give what was in a file when it was opened, part by part."""
    position, size = 0, os.fstat(descriptor).st_size
    while position < size:
        try:
            data = os.lseek(descriptor, position, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:  # nothing but a hole until its end
                return
            raise
        if data > position:
            yield HOLE
        position = os.lseek(descriptor, data, os.SEEK_HOLE)
        while data < position and (part := os.pread(descriptor, min(CHUNK, position - data), data)):
            yield part
            data += len(part)


def _files(folders: Sequence[Path], besides: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and not any(path.is_relative_to(each) for each in besides):
                yield path
