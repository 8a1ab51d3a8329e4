"""What docs/security.md promises is held by tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "security.md"
TEST = re.compile(r"\]\(\.\./(tests/[^)#]+\.py)#(test_\w+)\)")
LETTERS = {"S", "T", "R", "I", "D", "E"}
ROW = re.compile(r"^\| (?P<letter>[STRIDE]) \| (?P<threat>[^|]+) \| (?P<stops>[^|]+) \| (?P<tests>[^|]+) \|$")
ROWS = [match for line in PAGE.read_text("utf-8").splitlines() if (match := ROW.match(line))]


def test_every_kind_of_threat_is_looked_at() -> None:
    assert {row["letter"] for row in ROWS} == LETTERS


@pytest.mark.parametrize("row", ROWS, ids=[row["threat"] for row in ROWS])
def test_what_stops_a_threat_is_held_by_tests_that_exist(row: re.Match[str]) -> None:
    held = TEST.findall(row["tests"])
    assert held
    assert len(held) == row["tests"].count("](")
    for path, test in held:
        assert re.search(rf"^(async )?def {test}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE), f"{path}: {test}"


def test_the_page_says_what_remains() -> None:
    assert "## What remains" in PAGE.read_text("utf-8")
