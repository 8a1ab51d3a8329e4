"""The memory of what was released: copies of schemas that are only ever added to.

``released/<name>.vN/<revision>.schema.json`` holds each form in which a schema was released, and
``released/SHA256SUMS`` lists them all in the order of their release (``sha256sum --check`` reads it, too).
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from contracts.compatibility import transitive_incompatibilities
from contracts.registry import SCHEMA_SUFFIX

MANIFEST = "SHA256SUMS"
CURRENT = "now"
_LINE = re.compile(
    r"(?P<digest>[0-9a-f]{64})  (?P<file>(?P<schema>[a-z0-9-]+\.v[0-9]+)/(?P<revision>[0-9]+)\.schema\.json)"
)


def release(directory: Path) -> list[str]:
    """Copy each schema that isn't released in its present form, and list the copies in the manifest.

    Returns:
        The new files, relative to ``released/``.

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
    return added


def unreleased(directory: Path) -> list[str]:
    """Give the names of the schemas whose present form wasn't released yet, by name."""
    released = _revisions(directory / "released")
    return [
        name
        for name, schema in _current(directory).items()
        if name not in released or list(released[name].values())[-1] != schema
    ]


def problems(directory: Path) -> list[str]:
    """Give a sentence for everything wrong with ``released/`` or with a schema against what was released.

    A copy that was changed, removed or smuggled in; a schema that is gone although it was released; any two revisions
    of a version, the present one among them, that can't live side by side.
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
    return found


def _tampered(folder: Path) -> Iterator[str]:
    present = {str(path.relative_to(folder)) for path in folder.rglob(f"*{SCHEMA_SUFFIX}")}
    counts: dict[str, int] = {}
    for number, line in enumerate(_manifest(folder), 1):
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


def _manifest(folder: Path) -> list[str]:
    path = folder / MANIFEST
    return path.read_text("utf-8").splitlines() if path.exists() else []


def _revisions(folder: Path) -> Mapping[str, dict[str, dict[str, Any]]]:
    """Give the released forms: by schema name, then by ``r<revision>``, oldest first."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for line in _manifest(folder):
        if match := _LINE.fullmatch(line):
            schema = json.loads((folder / match["file"]).read_bytes())
            found.setdefault(match["schema"], {})[f"r{match['revision']}"] = schema
    return found


def _current(directory: Path) -> dict[str, dict[str, Any]]:
    paths = sorted((directory / "events").glob(f"*{SCHEMA_SUFFIX}"))
    return {path.name.removesuffix(SCHEMA_SUFFIX): json.loads(path.read_bytes()) for path in paths}
