"""The memory of what was released: copies of schemas that are only ever added to.

``released/<name>.vN/<revision>.schema.json`` holds each form in which a schema was released, and
``released/SHA256SUMS`` lists them all in the order of their release (``sha256sum --check`` reads it, too).
``released/problem-types.csv`` lists the types of errors that clients may know: type, status.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from contracts import openapi
from contracts.compatibility import transitive_incompatibilities
from contracts.registry import SCHEMA_SUFFIX

MANIFEST = "SHA256SUMS"
PROBLEM_TYPES = "problem-types.csv"
CURRENT = "now"
_LINE = re.compile(
    r"(?P<digest>[0-9a-f]{64})  (?P<file>(?P<schema>[a-z0-9-]+\.v[0-9]+)/(?P<revision>[0-9]+)\.schema\.json)"
)


def release(directory: Path) -> list[str]:
    """Copy each schema that isn't released in its present form, list the copies in the manifest, and new problem types.

    Returns:
        The new files, relative to ``released/``, and the new problem types.

    Raises:
        ValueError: The folder has problems, or a schema isn't compatible with what was released; the message lists all.
    """
    if found := problems(directory):
        raise ValueError("\n".join(found))
    folder = directory / "released"
    added = []
    for name in unreleased(directory):
        file_name = f"{name}/{len(_revisions(folder).get(name, {})) + 1}{SCHEMA_SUFFIX}"
        body = (directory / "events" / f"{name}{SCHEMA_SUFFIX}").read_bytes()
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / file_name).write_bytes(body)
        with (folder / MANIFEST).open("a", encoding="utf-8") as manifest:
            manifest.write(f"{hashlib.sha256(body).hexdigest()}  {file_name}\n")
        added.append(file_name)
    if new := unreleased_problem_types(directory):
        with (folder / PROBLEM_TYPES).open("a", encoding="utf-8") as listed:
            listed.writelines(f"{line}\n" for line in new)
    return [*added, *new]


def unreleased(directory: Path) -> list[str]:
    """Give the names of the schemas whose present form wasn't released yet, by name."""
    released = _revisions(directory / "released")
    return [
        name
        for name, schema in _current(directory).items()
        if name not in released or list(released[name].values())[-1] != schema
    ]


def unreleased_problem_types(directory: Path) -> list[str]:
    """Give the problem types of the OpenAPI document that weren't released yet, each with its status."""
    released = _lines(directory / "released" / PROBLEM_TYPES)
    return [line for line in _problem_types(directory) if line not in released]


def problems(directory: Path) -> list[str]:
    """Give a sentence for everything wrong with ``released/`` or with the contracts against what was released.

    A copy that was changed, removed or smuggled in; a schema that is gone although it was released; any two revisions
    of a version, the present one among them, that can't live side by side; a problem type that is gone or has another
    status.
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
    present = _problem_types(directory)
    found += [
        f"{openapi.FILE}: {line} was released, so it has to stay: clients go by it"
        for line in _lines(folder / PROBLEM_TYPES)
        if line not in present
    ]
    return found


def _tampered(folder: Path) -> Iterator[str]:
    present = {str(path.relative_to(folder)) for path in folder.rglob(f"*{SCHEMA_SUFFIX}")}
    counts: dict[str, int] = {}
    for number, line in enumerate(_lines(folder / MANIFEST), 1):
        match = _LINE.fullmatch(line)
        if match is None:
            yield f"released/{MANIFEST}:{number}: not a line of sha256sum: {line!r}"
            continue
        expected = counts[match["schema"]] = counts.get(match["schema"], 0) + 1
        if int(match["revision"]) != expected:
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


def _problem_types(directory: Path) -> list[str]:
    path = directory / openapi.FILE
    document = json.loads(path.read_bytes()) if path.exists() else {openapi.PROBLEMS: []}
    return [f"{row['type']},{row.get('status', '')}" for row in document[openapi.PROBLEMS]]


def _revisions(folder: Path) -> Mapping[str, dict[str, dict[str, Any]]]:
    """Give the released forms: by schema name, then by ``r<revision>``, oldest first."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for line in _lines(folder / MANIFEST):
        if match := _LINE.fullmatch(line):
            schema = json.loads((folder / match["file"]).read_bytes())
            found.setdefault(match["schema"], {})[f"r{match['revision']}"] = schema
    return found


def _current(directory: Path) -> dict[str, dict[str, Any]]:
    paths = sorted((directory / "events").glob(f"*{SCHEMA_SUFFIX}"))
    return {path.name.removesuffix(SCHEMA_SUFFIX): json.loads(path.read_bytes()) for path in paths}
