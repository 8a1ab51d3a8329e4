"""What the OpenAPI document says about every operation alike: tokens, keys of writes, and how errors look.

The routes do these things for all endpoints, so no endpoint has to declare them.
"""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from chassis.api.consistency import HEADER
from chassis.api.errors import MEDIA_TYPE, PROBLEM_TYPES

READING = frozenset({"get", "head", "options"})
ALWAYS = (400, 404, 422, 500, 503)
SIGNED_IN = (401, 403)
WITH_BODY = (408, 413, 415)
WRITING = (409,)
CONDITIONAL = (412, 428)
LIMITED = (429,)

TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "访问令牌：角色、地区、部门 · Access token: roles, city, department",
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "每次写入一个新值，重试时不变 · New for each write, the same when it is retried",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
RECORDED = {
    "description": "给读取请求带上，可读到这次写入 · Show it when you read, to find what was written",
    "schema": {"type": "string"},
}
_TEXT = {"type": "string"}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "title_en", "status", "detail", "detail_en", "instance", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "固定的错误类型 · Stable type of the problem"},
        "title": _TEXT,
        "title_en": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "detail_en": _TEXT,
        "instance": _TEXT,
        "request_id": _TEXT,
        "pointer": {"type": "string", "description": "指向有误的字段 · The field that is meant"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "reason_zh", "reason_en"],
                "properties": {"pointer": _TEXT, "reason_zh": _TEXT, "reason_en": _TEXT},
            },
        },
    },
}


def describe(app: FastAPI) -> None:
    """Make the application's document complete; it is built when it is first asked for."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(title=app.title, version=app.version, routes=app.routes)
            app.openapi_schema = _completed(document)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for replaced in ("HTTPValidationError", "ValidationError"):
        schemas.pop(replaced, None)
    schemas["Problem"] = PROBLEM
    components["securitySchemes"] = {"token": TOKEN}
    document["security"] = [{"token": []}]
    for path in document.get("paths", {}).values():
        for method, operation in path.items():
            _complete(operation, public=operation.get("security") == [], reads=method in READING)
    return document


def _complete(operation: dict[str, Any], *, public: bool, reads: bool) -> None:
    parameters = operation.setdefault("parameters", [])
    names = {parameter["name"].lower() for parameter in parameters}
    writes = not public and not reads
    if writes:
        parameters.append(KEY)
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                response.setdefault("headers", {})[HEADER] = RECORDED
    statuses = (
        ALWAYS
        + (LIMITED if public else SIGNED_IN)
        + (() if reads else WITH_BODY)
        + (WRITING if writes else ())
        + (CONDITIONAL if "if-match" in names else ())
    )
    for status in statuses:
        operation["responses"][str(status)] = _problem(status)


def _problem(status: int) -> dict[str, Any]:
    titles = [f"{row.title_zh} · {row.title_en}" for row in PROBLEM_TYPES if row.status == status]
    return {
        "description": "；".join(titles),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
