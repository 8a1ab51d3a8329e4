"""The memory of what was released: copies of schemas that are only ever added to.

``released/<name>.vN/<revision>.schema.json`` holds each form in which a schema was released, beside it
``<revision>.<example>.json`` the events that showed it then. ``released/SHA256SUMS`` lists them all in the order of
their release (``sha256sum --check`` reads it, too).
``released/operations.csv`` lists what clients may call (method, path), ``released/problem-types.csv`` the errors that
they may go by (type, status).
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts import openapi
from contracts.compatibility import transitive_incompatibilities
from contracts.registry import SCHEMA_SUFFIX, Registry

MANIFEST = "SHA256SUMS"
OPERATIONS = "operations.csv"
PROBLEM_TYPES = "problem-types.csv"
CURRENT = "now"
SCHEMA = "schema"
_LINE = re.compile(
    r"(?P<digest>[0-9a-f]{64})  "
    r"(?P<file>(?P<schema>[a-z0-9-]+\.v[0-9]+)/(?P<revision>[0-9]+)\.(?P<what>[a-z0-9-]+)\.json)"
)


@dataclass(frozen=True, slots=True)
class Released:
    """A form in which a schema was released.

    Attributes:
        file: Name of the schema's file.
        revision: ``r1``, ``r2`` …
        schema: As it was then.
        examples: Whole events as they were written then, by name.
    """

    file: str
    revision: str
    schema: dict[str, Any]
    examples: Mapping[str, bytes]


def release(directory: Path) -> list[str]:
    """Copy each schema that isn't released in its present form, with its examples; list what is new over HTTP.

    Returns:
        The new files, relative to ``released/``, and the new operations and problem types.

    Raises:
        ValueError: The folder has problems, or a schema isn't compatible with what was released; the message lists all.
    """
    if found := problems(directory):
        raise ValueError("\n".join(found))
    folder = directory / "released"
    added = []
    for name in unreleased(directory):
        revision = len(_revisions(folder).get(name, {})) + 1
        added.append(f"{name}/{revision}{SCHEMA_SUFFIX}")
        _add(folder, added[-1], (directory / "events" / f"{name}{SCHEMA_SUFFIX}").read_bytes())
    for example in unreleased_examples(directory):
        schema, name = example.split("/")
        added.append(f"{schema}/{len(_revisions(folder)[schema])}.{name}")
        _add(folder, added[-1], (directory / "examples" / name).read_bytes())
    for name, lines in _unlisted(directory).items():
        with (folder / name).open("a", encoding="utf-8") as listed:
            listed.writelines(f"{line}\n" for line in lines)
        added += lines
    return added


def unreleased(directory: Path) -> list[str]:
    """Give the names of the schemas whose present form wasn't released yet, by name."""
    released = _revisions(directory / "released")
    return [
        name
        for name, schema in _current(directory).items()
        if name not in released or list(released[name].values())[-1] != schema
    ]


def waiting(directory: Path) -> list[str]:
    """Give everything that a release would remember."""
    unlisted = [line for lines in _unlisted(directory).values() for line in lines]
    return [*unreleased(directory), *unreleased_examples(directory), *unlisted]


def unreleased_examples(directory: Path) -> list[str]:
    """Give the examples that weren't released with the newest form of their schema, as ``<schema>/<example>.json``."""
    folder = directory / "released"
    newest = {name: len(revisions) for name, revisions in _revisions(folder).items()}
    known = {
        f"{at['schema']}/{at['what']}.json" for at in _files(folder) if int(at["revision"]) == newest[at["schema"]]
    }
    return [
        place
        for event in Registry.load(directory).types.values()
        for name in event.examples
        if (place := f"{event.schema.removesuffix(SCHEMA_SUFFIX)}/{name}") not in known
    ]


def released(directory: Path) -> Iterator[Released]:
    """Yield each form in which a schema was released, oldest first."""
    folder = directory / "released"
    for name, revisions in _revisions(folder).items():
        for revision, schema in revisions.items():
            examples = {
                at["what"]: (folder / at["file"]).read_bytes()
                for at in _files(folder)
                if (at["schema"], f"r{at['revision']}") == (name, revision) and at["what"] != SCHEMA
            }
            yield Released(f"{name}{SCHEMA_SUFFIX}", revision, schema, examples)


def problems(directory: Path) -> list[str]:
    """Give a sentence for everything wrong with ``released/`` or with the contracts against what was released.

    A copy that was changed, removed or smuggled in; a schema that is gone although it was released; any two revisions
    of a version, the present one among them, that can't live side by side; an operation or a problem type that is
    gone, or a problem type with another status.
    """
    folder = directory / "released"
    tampered = list(_tampered(folder))
    if tampered:
        return tampered
    current = _current(directory)
    found = []
    for name, revisions in _revisions(folder).items():
        if name not in current:
            found.append(f"{name}: was released, so events/{name}{SCHEMA_SUFFIX} has to stay: topics hold such events")
            continue
        history = {**revisions, CURRENT: current[name]}
        found += [f"{name}: {sentence}" for sentence in transitive_incompatibilities(history)]
    found += [
        f"{openapi.FILE}: {line} was released, so it has to stay: clients rely on it"
        for name, present in _promised(directory).items()
        for line in _lines(folder / name)
        if line not in present
    ]
    return found


def _tampered(folder: Path) -> Iterator[str]:
    present = {str(path.relative_to(folder)) for path in folder.rglob("*.json")}
    counts: dict[str, int] = {}
    for number, line in enumerate(_lines(folder / MANIFEST), 1):
        match = _LINE.fullmatch(line)
        if match is None:
            yield f"released/{MANIFEST}:{number}: not a line of sha256sum: {line!r}"
            continue
        expected = counts.get(match["schema"], 0) + (match["what"] == SCHEMA)
        counts[match["schema"]] = expected
        if int(match["revision"]) > expected or (match["what"] == SCHEMA and int(match["revision"]) != expected):
            yield f"released/{MANIFEST}:{number}: revision {expected} of {match['schema']} has to come first"
        if match["file"] not in present:
            yield f"released/{match['file']}: was released and is gone"
        elif hashlib.sha256((folder / match["file"]).read_bytes()).hexdigest() != match["digest"]:
            yield f"released/{match['file']}: was changed after its release"
        present.discard(match["file"])
    for file_name in sorted(present):
        yield f"released/{file_name}: isn't in {MANIFEST}; only `contracts release` adds to this folder"


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines() if path.exists() else []


def _promised(directory: Path) -> Mapping[str, list[str]]:
    """Give what clients may rely on now, by the list that remembers it."""
    path = directory / openapi.FILE
    document = json.loads(path.read_bytes()) if path.exists() else {"paths": {}, openapi.PROBLEMS: []}
    return {
        OPERATIONS: [f"{method.upper()},{at}" for at, operations in document["paths"].items() for method in operations],
        PROBLEM_TYPES: [f"{row['type']},{row.get('status', '')}" for row in document[openapi.PROBLEMS]],
    }


def _unlisted(directory: Path) -> Mapping[str, list[str]]:
    known = {name: _lines(directory / "released" / name) for name in _promised(directory)}
    return {name: [line for line in lines if line not in known[name]] for name, lines in _promised(directory).items()}


def _revisions(folder: Path) -> Mapping[str, dict[str, dict[str, Any]]]:
    """Give the released forms: by schema name, then by ``r<revision>``, oldest first."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for at in _files(folder):
        if at["what"] == SCHEMA:
            schema = json.loads((folder / at["file"]).read_bytes())
            found.setdefault(at["schema"], {})[f"r{at['revision']}"] = schema
    return found


def _files(folder: Path) -> list[re.Match[str]]:
    return [match for line in _lines(folder / MANIFEST) if (match := _LINE.fullmatch(line))]


def _add(folder: Path, file_name: str, body: bytes) -> None:
    (folder / file_name).parent.mkdir(parents=True, exist_ok=True)
    (folder / file_name).write_bytes(body)
    with (folder / MANIFEST).open("a", encoding="utf-8") as manifest:
        manifest.write(f"{hashlib.sha256(body).hexdigest()}  {file_name}\n")


def _current(directory: Path) -> dict[str, dict[str, Any]]:
    paths = sorted((directory / "events").glob(f"*{SCHEMA_SUFFIX}"))
    return {path.name.removesuffix(SCHEMA_SUFFIX): json.loads(path.read_bytes()) for path in paths}
