"""What is released is remembered, and the memory only grows."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts import openapi, release

Edit = Callable[[str, Callable[[dict[str, Any]], object]], None]
CLOSED = "events/petition-closed.v1.schema.json"
FIRST = "petition-closed.v1/1.schema.json"
NEXT = "petition-closed.v1/5.schema.json"
NEXT_EXAMPLE = "petition-closed.v1/5.closed-as-answered.json"


@pytest.fixture
def released(folder: Path) -> Path:
    """A copy in which everything is released."""
    release.release(folder)
    return folder


def add_optional(schema: dict[str, Any]) -> None:
    schema["properties"]["mood"] = {"description": "How it felt.", "type": "string", "maxLength": 9}


def test_a_release_adds_what_changed_and_nothing_else(released: Path, edit: Edit) -> None:
    before = (released / "released" / release.MANIFEST).read_text("utf-8")
    assert release.release(released) == []
    edit(CLOSED, add_optional)
    assert release.unreleased(released) == ["petition-closed.v1"]
    assert release.release(released) == [NEXT, NEXT_EXAMPLE]
    after = (released / "released" / release.MANIFEST).read_text("utf-8")
    assert after.startswith(before)
    body = (released / "released" / NEXT).read_bytes()
    example = (released / "released" / NEXT_EXAMPLE).read_bytes()
    assert after.removeprefix(before) == (
        f"{hashlib.sha256(body).hexdigest()}  {NEXT}\n{hashlib.sha256(example).hexdigest()}  {NEXT_EXAMPLE}\n"
    )
    assert json.loads(body) == json.loads((released / CLOSED).read_bytes())
    assert release.problems(released) == []


def test_a_first_release_needs_nothing_to_be_there(folder: Path) -> None:
    shutil.rmtree(folder / "released")
    names = sorted(path.name.removesuffix(".schema.json") for path in (folder / "events").iterdir())
    assert release.unreleased(folder) == names
    schemas = [f"{name}/1.schema.json" for name in names]
    assert release.unreleased_examples(folder)
    examples = [name.replace("/", "/1.") for name in release.unreleased_examples(folder)]
    rest = [name for name in release.waiting(folder) if "," in name]
    assert release.release(folder) == [*schemas, *examples, *rest]
    assert release.waiting(folder) == []
    assert release.problems(folder) == []


def test_a_change_that_breaks_readers_is_not_released(released: Path, edit: Edit) -> None:
    edit(CLOSED, lambda schema: schema["required"].remove("outcome"))
    with pytest.raises(ValueError, match=r"petition-closed\.v1: r1 → now/required: .*outcome"):
        release.release(released)
    assert not (released / "released" / NEXT).exists()


def test_a_field_that_went_may_not_come_back_as_something_else_even_if_its_neighbour_agrees(
    released: Path, edit: Edit
) -> None:
    edit(CLOSED, add_optional)
    release.release(released)
    edit(CLOSED, lambda schema: schema["properties"].pop("mood"))
    release.release(released)
    edit(CLOSED, lambda schema: schema["properties"].update(mood={"type": "integer"}))
    assert [sentence for sentence in release.problems(released) if "r5 → now" in sentence]
    assert not [sentence for sentence in release.problems(released) if "r6 → now" in sentence]


def append(text: str) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        with (folder / release.MANIFEST).open("a", encoding="utf-8") as manifest:
            manifest.write(text)

    return change


def without_first_line(folder: Path) -> None:
    path = folder / release.MANIFEST
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[1:]), "utf-8")


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (lambda folder: (folder / FIRST).write_text("{}"), f"{FIRST}: was changed after its release"),
        (lambda folder: (folder / FIRST).unlink(), f"{FIRST}: was released and is gone"),
        (lambda folder: (folder / NEXT).write_text("{}"), f"{NEXT}: isn't in SHA256SUMS"),
        (without_first_line, "isn't in SHA256SUMS"),
        (append("hello\n"), "not a line of sha256sum"),
        (append(f"{'0' * 64}  petition-closed.v1/6.schema.json\n"), "revision 5 of petition-closed.v1"),
        (append(f"{'0' * 64}  {FIRST}\n"), "revision 5 of petition-closed.v1"),
        (append(f"{'0' * 64}  ../../../etc/passwd\n"), "not a line of sha256sum"),
    ],
)
def test_a_memory_that_was_touched_is_noticed(released: Path, tamper: Callable[[Path], object], said: str) -> None:
    tamper(released / "released")
    assert any(said in sentence for sentence in release.problems(released))
    with pytest.raises(ValueError, match=re.escape(said)):
        release.release(released)


def test_a_schema_that_was_released_has_to_stay(released: Path) -> None:
    (released / CLOSED).unlink()
    assert any("petition-closed.v1: was released" in sentence for sentence in release.problems(released))


@pytest.mark.parametrize(
    ("add", "change", "line"),
    [
        (
            lambda document: document[openapi.PROBLEMS].append({"type": "urn:x:new", "status": 409}),
            lambda document: document[openapi.PROBLEMS][-1].update(status=422),
            "urn:x:new,409",
        ),
        (
            lambda document: document["paths"].update({"/v1/new": {"post": {}}}),
            lambda document: document["paths"].pop("/v1/new"),
            "POST,/v1/new",
        ),
    ],
    ids=["a problem type and its status", "an operation"],
)
def test_what_clients_may_rely_on_is_released_once_and_stays(
    add: Callable[[dict[str, Any]], object],
    change: Callable[[dict[str, Any]], object],
    line: str,
    released: Path,
    edit: Edit,
) -> None:
    edit(openapi.FILE, add)
    assert release.release(released) == [line]
    assert release.waiting(released) == release.problems(released) == []
    edit(openapi.FILE, change)
    assert [sentence for sentence in release.problems(released) if f"{line} was released" in sentence]
