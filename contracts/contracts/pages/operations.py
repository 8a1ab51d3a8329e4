"""The page of HTTP operations: what one can ask of the suite through its gateway, and what comes back."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from contracts.pages.html import Child, Html, el, facts, folded, joined, link, page, prose, table
from contracts.pages.schemas import anchor, fields, kind, meaning

TITLE = "一网办接口 · HTTP API"
ERRORS = "400"
METHODS = ("get", "put", "post", "delete", "patch")


def operations_page(document: Mapping[str, Any]) -> str:
    """Give the page of an OpenAPI 3.1 document."""
    components = document["components"]
    body = joined(
        el("h1", TITLE),
        *(el("p", prose(line)) for line in document["info"]["description"].splitlines() if line),
        *(_tag(document, tag) for tag in document["tags"]),
        el("h2", "数据 · Schemas", id="schemas"),
        *(_schema(name, schema) for name, schema in sorted(components["schemas"].items())),
    )
    return page(TITLE, _navigation(document), body)


def _navigation(document: Mapping[str, Any]) -> Html:
    tags = [
        joined(
            link(tag["name"], tag["name"]),
            el("ul", *(el("li", link(found["operationId"], found["summary"])) for _, _, found in _of(document, tag))),
        )
        for tag in document["tags"]
    ]
    return joined(el("p", el("strong", TITLE)), *tags, link("schemas", "数据 · Schemas"))


def _of(document: Mapping[str, Any], tag: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods and tag["name"] in methods[method]["tags"]:
                yield method, path, methods[method]


def _tag(document: Mapping[str, Any], tag: Mapping[str, Any]) -> Html:
    found = [_operation(document, method, path, operation) for method, path, operation in _of(document, tag)]
    return joined(el("h2", tag["name"], id=tag["name"]), el("p", tag["description"]), *found)


def _operation(document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any]) -> Html:
    parameters = [resolved(document, parameter) for parameter in operation.get("parameters", [])]
    body = operation.get("requestBody")
    rows: list[tuple[Child, ...]] = [
        (el("code", each["name"]), each["in"], kind(each["schema"]), "是 yes" if each.get("required") else None,
         joined(each.get("description"), " ", meaning({k: v for k, v in each["schema"].items() if k != "description"})))
        for each in parameters
    ]  # fmt: skip
    answers = [
        (status, answer["description"], _content(answer))
        for status, answer in ((s, resolved(document, r)) for s, r in operation["responses"].items())
    ]
    return joined(
        el("h3", operation["summary"], id=operation["operationId"]),
        el("p", el("code", f"{method.upper()} {path}")),
        el("p", operation.get("description")),
        facts(
            [
                ("登录 · Sign-in", _sign_in(operation.get("security", document["security"]))),
                *([("请求体 · Body", _content(body))] if body else []),
            ]
        ),
        table(("参数 Parameter", "位置 In", "类型 Type", "必填 Required", "说明 Meaning"), rows),
        table(("状态 Status", "说明 Meaning", "内容 Content"), [row for row in answers if row[0] < ERRORS]),
        folded(
            "错误 · Errors",
            table(("状态 Status", "说明 Meaning"), [_error(row) for row in answers if row[0] >= ERRORS]),
        ),
    )


def _error(answer: tuple[str, str, Html]) -> tuple[Child, ...]:
    status, meaning, _ = answer
    return el("a", status, href=f"problems.html#status-{status}"), meaning


def _sign_in(security: list[dict[str, list[str]]]) -> str:
    roles = [role for way in security for role in way["token"]]
    if not security:
        return "不需要 · not needed"
    return "访问令牌 · access token" + (f"：{' | '.join(roles)}" if roles else "")


def _content(holder: Mapping[str, Any]) -> Html:
    kinds = [
        joined(kind(media.get("schema", {})), el("small", f" {name}"))
        for name, media in holder.get("content", {}).items()
    ]
    return joined(*kinds)


def _schema(name: str, schema: Mapping[str, Any]) -> Html:
    shown = fields(schema) if "properties" in schema else el("p", kind(schema))
    return joined(
        el("h3", name, id=anchor(name)),
        el("p", schema.get("description")),
        shown,
        folded("JSON Schema", el("pre", json.dumps(schema, ensure_ascii=False, indent=2))),
    )


def resolved(document: Mapping[str, Any], value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference inside the document, if it is one."""
    if "$ref" not in value:
        return value
    found: Any = document
    for part in value["$ref"].removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    return dict(found)
