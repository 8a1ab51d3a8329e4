"""What was released stays as it was, and everything later gets along with it."""

import shutil
import subprocess
from pathlib import Path

import pytest
from contracts.cli import check

from contracts import release

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = "contracts/released/SHA256SUMS"
LISTS = ["contracts/released/operations.csv", "contracts/released/problem-types.csv"]


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_the_contracts_are_in_order() -> None:
    assert list(check(ROOT / "contracts")) == []


def test_every_schema_with_its_examples_and_every_problem_type_was_released() -> None:
    assert release.waiting(ROOT / "contracts") == []


@pytest.mark.skipif(not (ROOT / ".git").exists() or not shutil.which("git"), reason="no history here, only its result")
@pytest.mark.parametrize("name", [MANIFEST, *LISTS])
def test_what_was_released_only_ever_grew(name: str) -> None:
    present = (ROOT / name).read_text("utf-8")
    for commit in git("log", "--diff-filter=AM", "--format=%H", "--", name).split():
        assert present.startswith(git("show", f"{commit}:{name}")), f"{commit} had lines that are gone now"
