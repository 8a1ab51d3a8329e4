"""Everything that is there to be read: the pages, and the two documents that they show."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from contracts import asyncapi, openapi
from contracts.pages.events import TITLE as EVENTS
from contracts.pages.events import events_page
from contracts.pages.html import Html, el, joined, page
from contracts.pages.operations import TITLE as OPERATIONS
from contracts.pages.operations import operations_page
from contracts.pages.problems import TITLE as PROBLEMS
from contracts.pages.problems import problems_page
from contracts.registry import Registry, default_directory

HOME: Final = "docs/index.html"
TITLE: Final = "一网办文档 · yiwangban"
HTML: Final = "text/html; charset=utf-8"


FILES: Final[Mapping[str, str]] = MappingProxyType(
    {
        HOME: HTML,
        "docs/operations.html": HTML,
        "docs/events.html": HTML,
        "docs/problems.html": HTML,
        "openapi.json": "application/json",
        "asyncapi.yaml": "application/yaml",
    }
)
"""Media type of each file, by its path; links between files are relative."""


def site(directory: Path | None = None) -> dict[str, str]:
    """Make all files from a folder of contracts: texts by path.

    Raises:
        BrokenContracts: The folder contradicts itself.
        OSError: It has no OpenAPI document.
    """
    directory = directory or default_directory()
    registry = Registry.load(directory)
    suite = (directory / openapi.FILE).read_text("utf-8")
    document = json.loads(suite)
    return {
        HOME: page(TITLE, Html(""), _home()),
        "docs/operations.html": operations_page(document),
        "docs/events.html": events_page(registry),
        "docs/problems.html": problems_page(document),
        "openapi.json": suite,
        "asyncapi.yaml": asyncapi.text(registry),
    }


def write(folder: Path, directory: Path | None = None) -> None:
    """Write all files into a folder; see `site` for what can go wrong."""
    for name, body in site(directory).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, "utf-8")


def _home() -> Html:
    entries = [
        ("operations.html", OPERATIONS, "经网关可调用的全部操作。All that can be asked of the suite."),
        ("events.html", EVENTS, "各主题上的全部事件，附示例。All that is published, with examples."),
        ("problems.html", PROBLEMS, "每种错误的含义和处理办法。What each error means, and what to do."),
        ("../openapi.json", "OpenAPI 3.1", "供工具使用。For tools."),
        ("../asyncapi.yaml", "AsyncAPI 3", "供工具使用。For tools."),
    ]
    return joined(
        el("h1", TITLE),
        el("dl", *(joined(el("dt", el("a", name, href=to)), el("dd", about)) for to, name, about in entries)),
    )
