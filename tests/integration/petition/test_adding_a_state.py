"""docs/adding-a-state.md, followed to the letter in a copy of what it changes: its own test passes there."""

from pathlib import Path

import pytest

from tests.integration.kit.walkthrough import TEST, Walkthrough, run_in

PAGE = Walkthrough.read("adding-a-state.md")
PACKAGES = ("contracts", "libs/casework", "services/petition", "services/query")
GENERATE = "import contracts.cli; contracts.cli.main(['generate'])"
COPIED = (*PACKAGES, "tests/conftest.py", "tests/integration/kit", "tests/integration/petition", "pytest.ini")


def test_a_state_that_is_added_as_the_page_says_is_lived_through(tmp_path: Path) -> None:
    assert (len(PAGE.files), len(PAGE.changes)) == (6, 9)
    PAGE.follow(tmp_path, *COPIED)
    run_in(tmp_path, PACKAGES, "-c", GENERATE)
    said = run_in(tmp_path, PACKAGES, *TEST, "tests/integration/petition/test_petition_inspection.py")
    assert "1 passed" in said


@pytest.mark.parametrize("name", [name for name in PAGE.files if name.endswith(".py")])
def test_each_file_is_as_style_wants_it(name: str) -> None:
    PAGE.styled(name)
