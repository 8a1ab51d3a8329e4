"""docs/adding-a-channel.md, followed to the letter in a copy of the service: its own test passes there."""

from pathlib import Path

import pytest

from tests.integration.kit.walkthrough import TEST, Walkthrough, run_in

PAGE = Walkthrough.read("adding-a-channel.md")
COPIED = ("services/petition", "tests/conftest.py", "tests/integration/kit", "tests/integration/petition", "pytest.ini")


def test_a_channel_that_is_added_as_the_page_says_brings_petitions(tmp_path: Path) -> None:
    assert (len(PAGE.files), len(PAGE.changes)) == (2, 4)
    PAGE.follow(tmp_path, *COPIED)
    said = run_in(tmp_path, ["services/petition"], *TEST, "tests/integration/petition/test_wechat.py")
    assert "1 passed" in said


@pytest.mark.parametrize("name", PAGE.files)
def test_each_file_is_as_style_wants_it(name: str) -> None:
    PAGE.styled(name)
