"""The page of errors: every problem type, what it means, and what one can do about it."""

from collections.abc import Collection, Mapping
from itertools import groupby
from typing import Any

from contracts.openapi import GATEWAY, PROBLEMS
from contracts.pages.html import BREAK, Html, el, joined, link, page, table

TITLE = "一网办错误类型 · Problem types"
OTHER = "other"
ALL = "各服务 every service"
URN = "urn:yiwangban:problem:"
HEAD = ("类型 Type", "含义 Meaning", "怎么办 What to do", "谁回答 Answered by")


def problems_page(document: Mapping[str, Any]) -> str:
    """Give the page of an OpenAPI document's problem types."""
    services = {name for row in document[PROBLEMS] for name in row["answered_by"]} - {GATEWAY}
    by_status = [
        (str(status), list(rows)) for status, rows in groupby(document[PROBLEMS], lambda row: row.get("status", OTHER))
    ]
    navigation = el("ul", *(el("li", link(f"status-{status}", status)) for status, _ in by_status))
    body = joined(
        el("h1", TITLE),
        el(
            "p",
            "每个错误都是 RFC 9457 问题文档；程序只看 type，它固定不变。 "
            "Every error is a problem document (RFC 9457); programs go by its type, which never changes.",
        ),
        el(
            "p",
            "type 的形式为 ", el("code", f"{URN}…"), "；下表略去前缀。 Types begin so; the tables leave it out. ",
            el("code", "request_id"),
            " 在每个错误里，也在链路的 ", el("code", "yiwangban.request.id"), " 属性里。"
            " Each error has it, and so has its trace, as that attribute.",
        ),
        *(part for status, rows in by_status for part in _status(status, rows, services)),
    )  # fmt: skip
    return page(TITLE, joined(el("p", el("strong", TITLE)), navigation), body)


def _who(names: Collection[str], services: Collection[str]) -> str:
    if set(names) >= set(services):
        names = [ALL, *(name for name in names if name not in services)]
    return "，".join(names)


def _status(status: str, rows: list[Mapping[str, Any]], services: Collection[str]) -> tuple[Html, Html]:
    shown = [
        (
            el("code", row["type"].removeprefix(URN), id=row["type"].removeprefix(URN)),
            joined(row["title"], BREAK, row["title_en"]),
            joined(row["detail"], BREAK, row["detail_en"]),
            _who(row["answered_by"], services),
        )
        for row in rows
    ]
    return el("h2", status, id=f"status-{status}"), table(HEAD, shown)
