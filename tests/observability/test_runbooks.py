"""Each alert has its page and each page its alert; what a page tells one to type is there."""

import re
from pathlib import Path

import pytest
import typer
from accept.cli import cli as accept
from approve.cli import cli as approve
from deploy.cli import app as deploy
from intel_sink.cli import cli as intel_sink
from petition.cli import cli as petition
from query.cli import cli as query

from tests.observability.names import ALERTS, RECORDED, ROOT, exported, selectors

BOOKS = ROOT / "docs" / "runbooks"
PAGES = sorted(path for path in BOOKS.glob("*.md") if path.name != "README.md")
HEADINGS = [
    "## 含义 · What it means",
    "## 影响 · What people notice",
    "## 查看 · How to look",
    "## 处理 · What to do",
    "## 升级 · When to call whom",
]
PROGRAMS = {
    "accept": accept, "approve": approve, "deploy": deploy, "intel-sink": intel_sink, "petition": petition,
    "query": query,
}  # fmt: skip
COMMAND = re.compile(rf"(?:^|`|bin/)({'|'.join(PROGRAMS)}) ([a-z][a-z-]*(?: [a-z][a-z-]*)?)", re.MULTILINE)
METRIC = re.compile(r"`((?:yiwangban|db|http|messaging|process)_[a-z0-9_]+|[a-z]+:[a-z0-9_]+:[a-z0-9_]+)")


def test_each_alert_has_its_page_and_each_page_its_alert() -> None:
    named = {str(alert["annotations"]["runbook_url"]): alert["alert"] for alert in ALERTS}
    assert sorted(named) == [str(path.relative_to(ROOT)) for path in PAGES]
    for path, alert in named.items():
        assert f"\n\nAlert `{alert}`\n" in (ROOT / path).read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_answers_the_five_questions_under_a_title_in_chinese_and_english(page: Path) -> None:
    text = page.read_text("utf-8")
    assert re.match(r"# [一-鿿]+ · [A-Z]", text)
    assert re.findall(r"^## .*$", text, re.MULTILINE) == HEADINGS
    assert all(part.strip() for part in re.split(r"^## .*$", text, flags=re.MULTILINE))


@pytest.mark.parametrize("page", [*PAGES, BOOKS / "README.md"], ids=lambda page: page.stem)
def test_a_page_leads_nowhere_that_is_not_there(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_metric_of_a_page_is_exported(page: Path) -> None:
    found = {str(one.name) for name in METRIC.findall(page.read_text("utf-8")) for one in selectors(name)}
    assert not found - exported().keys() - RECORDED.keys()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_a_page_can_be_typed(page: Path) -> None:
    for program, words in COMMAND.findall(page.read_text("utf-8")):
        command: object = typer.main.get_command(PROGRAMS[program])
        for word in words.split():
            children = getattr(command, "commands", None)
            if children is None:
                break  # what follows are its arguments
            assert word in children, f"{program} {words}"
            command = children[word]


def test_the_list_of_pages_names_all_of_them_with_their_urgency() -> None:
    text = (BOOKS / "README.md").read_text("utf-8")
    listed = dict(re.findall(r"^\| \[(\w+)\]\([a-z-]+\.md\) \| (\w+) \|", text, re.MULTILINE))
    assert listed == {alert["alert"]: alert["labels"]["severity"] for alert in ALERTS}
