"""The command line: what failed is seen, and tried again once it is mended."""

import pytest
from approve.cli import cli
from typer.testing import CliRunner

from .conftest import Reviews, ago


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, arguments)
    return result.exit_code, result.output


async def test_a_timer_that_failed_is_listed_and_tried_again_on_demand(
    reviews: Reviews, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    id_ = await reviews.started(at=ago(days=60), workdays=3)
    assert run("timers", "list") == (0, "none\n")
    reviews.rows(f"UPDATE timers SET clock = 'unheard-of' WHERE subject = '{id_}' AND clock = 'breach' RETURNING id")
    assert await reviews.timers_run() == 2
    code, listed = run("timers", "list")
    assert (code, "unheard-of" in listed, "KeyError" in listed, "warning" in listed) == (0, True, True, False)
    reviews.rows(f"UPDATE timers SET clock = 'breach' WHERE subject = '{id_}' AND clock = 'unheard-of' RETURNING id")
    assert await reviews.timers_run() == 0
    assert run("timers", "retry", id_) == (0, f"1 timers of {id_} will be tried again at once\n")
    assert await reviews.timers_run() == 1
    assert reviews.types(id_) == ["started", "warned", "breached"]
    assert run("timers", "retry", id_)[0] == 1
