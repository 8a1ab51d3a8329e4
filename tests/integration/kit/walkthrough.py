"""A page of ``docs/`` that shows a change whole, followed to the letter in a copy of what it changes."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Walkthrough:
    """What a page shows.

    Attributes:
        files: Whole files, by their path.
        changes: Changes of files that are there: path and hunks.
    """

    files: Mapping[str, str]
    changes: Sequence[tuple[str, str]]

    @classmethod
    def read(cls, name: str) -> "Walkthrough":
        """Read a page of ``docs/``."""
        page = (ROOT / "docs" / name).read_text("utf-8")
        files = re.findall(r"^\*\*`([^`]+)`\*\*\n\n```\w+\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
        changes = re.findall(r"^```diff\n--- a/(\S+)\n\+\+\+ b/\1\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
        return cls(dict(files), changes)

    def follow(self, root: Path, *copied: str) -> None:
        """Copy what it is about into a folder, and change it as a reader would."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", *copied], cwd=ROOT, check=True, capture_output=True, text=True
        )  # fmt: skip
        for name in filter(None, listed.stdout.split("\0")):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
        for name, text in self.files.items():
            (root / name).write_text(text, "utf-8")
        for name, change in self.changes:
            (root / name).write_text(_changed((root / name).read_text("utf-8"), change), "utf-8")

    def styled(self, name: str) -> None:
        """See that one of its files is as style wants it."""
        for command in ("check", "format --check"):
            ruff = str(Path(sys.executable).parent / "ruff")
            done = subprocess.run(
                [ruff, *command.split(), "--stdin-filename", str(ROOT / name), "-"],
                cwd=ROOT,
                input=self.files[name],
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout


def run_in(root: Path, packages: Sequence[str], *arguments: str) -> str:
    """Run Python in a copy, whose packages come first; give what it prints."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(str(root / package) for package in packages)}
    environment |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # the others take longer to load than the test does
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


TEST = ("-m", "pytest", "-q", "-p", "pytest_asyncio.plugin", "-p", "pytest_timeout")
"""Runs a test there."""


def _changed(text: str, change: str) -> str:
    """Apply a change as a reader would: what stands in the file becomes what the page shows in its place."""
    for hunk in re.split(r"^@@.*\n", change, flags=re.MULTILINE)[1:]:
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] in " -")
        after = "".join(line[1:] for line in lines if line[0] in " +")
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    return text
