"""The lock is what `make setup` installs: it has to hold everything that a package declares."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[3]


def declared() -> Iterator[tuple[str, Requirement]]:
    for page in (ROOT / "pyproject.toml", *ROOT.glob("*/pyproject.toml"), *ROOT.glob("*/*/pyproject.toml")):
        project = tomllib.loads(page.read_text("utf-8"))
        texts = [
            *project.get("project", {}).get("dependencies", []),
            *project.get("build-system", {}).get("requires", []),
            *project.get("dependency-groups", {}).get("dev", []),
        ]
        yield from ((str(page.relative_to(ROOT)), Requirement(text)) for text in texts)


def test_everything_declared_is_locked_in_a_version_that_satisfies_it() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    locked = dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", lock, re.MULTILINE))
    wrong = [
        f"{page}: {requirement}"
        for page, requirement in declared()
        if not requirement.name.startswith("yiwangban-")
        and not requirement.specifier.contains(locked.get(canonicalize_name(requirement.name), "0"), prereleases=True)
    ]
    assert len(locked) > 100
    assert not wrong, f"make lock: {wrong}"
