"""What was released stays as it was, and everything later gets along with it."""

import shutil
import subprocess
from pathlib import Path

import pytest
from contracts.cli import check

from contracts import release

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = "contracts/released/SHA256SUMS"


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_the_contracts_are_in_order() -> None:
    assert list(check(ROOT / "contracts")) == []


def test_every_schema_was_released_in_its_present_form() -> None:
    assert release.unreleased(ROOT / "contracts") == []


@pytest.mark.skipif(not (ROOT / ".git").exists() or not shutil.which("git"), reason="no history here, only its result")
def test_the_manifest_only_ever_grew() -> None:
    present = (ROOT / MANIFEST).read_text("utf-8")
    for commit in git("log", "--diff-filter=AM", "--format=%H", "--", MANIFEST).split():
        assert present.startswith(git("show", f"{commit}:{MANIFEST}")), f"{commit} had lines that are gone now"
