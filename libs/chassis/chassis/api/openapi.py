"""What the OpenAPI document says about every operation alike: tokens, roles, keys of writes, and how errors look.

The routes do these things for all endpoints, so no endpoint has to declare them.
"""

from collections.abc import Collection, Iterator
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from chassis.api.consistency import HEADER
from chassis.api.errors import MEDIA_TYPE, PROBLEM_TYPES, ProblemType, problem_types
from chassis.api.permission import Permission, needs
from chassis.api.reads import HEADER as PURPOSE
from chassis.api.reads import purposes
from chassis.api.versions import VERSION_PATTERN
from chassis.service import Service

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
PARAMETERS: Final[dict[str, Any]] = {
    "Idempotency-Key": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "每次写入一个新值，重试时不变 · New for each write, the same when it is retried",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    },
    "If-Match": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "所读版本的 ETag · The ETag of the version that was read",
        "schema": {"type": "string", "pattern": f"^{VERSION_PATTERN}$"},
    },
}


def _purpose_of_use() -> dict[str, Any]:
    names = "；".join(f"{each.code} {each.name_zh} · {each.name_en}" for each in purposes().values())
    return {
        "name": PURPOSE,
        "in": "header",
        "description": "查阅他人信息的用途，必填且留痕；查阅本人信息不需要 · "
        f"What you read others' data for: needed, and recorded; not for your own. {names}",
        "schema": {"type": "string", "enum": list(purposes())},
    }


RECORDED = {
    "description": "给读取请求带上，可读到这次写入 · Show it when you read, to find what was written",
    "schema": {"type": "string"},
}
VERSION = {
    "description": "所示版本，修改时以 If-Match 带回 · The version that is shown; a change sends it back as If-Match",
    "required": True,
    "schema": {"type": "string", "pattern": f"^{VERSION_PATTERN}$"},
}
_TEXT = {"type": "string"}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "错误的统一格式，RFC 9457 · How every error reads",
    "required": ["type", "title", "title_en", "status", "detail", "detail_en", "instance", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "固定的错误类型 · Stable type of the problem"},
        "title": _TEXT,
        "title_en": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "detail_en": _TEXT,
        "instance": {"type": ["string", "null"], "description": "路径 · Path; null if it couldn't be read"},
        "request_id": {
            "type": ["string", "null"],
            "description": "凭此可查到整条链路；无法读取的请求没有 · Finds the trace; null if it wasn't HTTP at all",
        },
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


def describe(app: FastAPI, service: Service) -> None:
    """Make the application's document complete; it is built when it is first asked for."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(title=app.title, version=app.version, description=service.about, routes=app.routes)
            app.openapi_schema = _completed(document, service)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way


def _completed(document: dict[str, Any], service: Service) -> dict[str, Any]:
    types = {each.slug: each for each in (*PROBLEM_TYPES, *problem_types(*service.problems))}.values()
    routes = {(route.path_format, method.lower()): route for route, method in _routes(service)}
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for replaced in ("HTTPValidationError", "ValidationError"):
        schemas.pop(replaced, None)
    schemas["Problem"] = PROBLEM
    components["parameters"] = PARAMETERS | {PURPOSE: _purpose_of_use()}
    components["responses"] = {_name(status): _problem(types, status) for status in sorted({t.status for t in types})}
    components["securitySchemes"] = {"token": TOKEN}
    document["security"] = [{"token": []}]
    document["tags"] = [{"name": service.title, "description": service.about}]
    document["x-problem-types"] = [_row(type_) for type_ in types]
    paths = document.get("paths", {})
    changed = [path for path, operations in paths.items() if any(map(_is_conditional, operations.values()))]
    versioned = {*changed, *(path.rpartition("/")[0] for path in changed)}  # the change, and what it changes
    for path, operations in paths.items():
        for method, operation in operations.items():
            if path in versioned:
                _answer(operation, "ETag", VERSION)
            route = routes[path, method]
            operation["tags"] = [service.title]
            operation["operationId"] = f"{service.name}-{route.name}".replace("-", "_")
            _complete(operation, next(needs(route.dependant), None), reads=method in READING)
    return document


def _routes(service: Service) -> Iterator[tuple[APIRoute, str]]:
    for router in service.routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield from ((route, method) for method in sorted(route.methods or ()))


def _complete(operation: dict[str, Any], needed: Permission | None, *, reads: bool) -> None:
    public = operation.get("security") == []
    writes = not public and not reads
    parameters = operation.setdefault("parameters", [])
    conditional = _is_conditional(operation)
    replaced = {"if-match", PURPOSE.lower()}
    purposeful = any(parameter["name"].lower() == PURPOSE.lower() for parameter in parameters)
    operation["parameters"] = [parameter for parameter in parameters if parameter["name"].lower() not in replaced]
    if purposeful:
        operation["parameters"].append({"$ref": f"#/components/parameters/{PURPOSE}"})
    if needed is not None:
        operation["security"] = [{"token": [role]} for role in sorted(needed.roles)]  # one of them is enough
        operation["x-resource"], operation["x-action"] = needed.resource, needed.action
    if conditional:
        operation["parameters"].append({"$ref": "#/components/parameters/If-Match"})
    if writes:
        operation["parameters"].append({"$ref": "#/components/parameters/Idempotency-Key"})
    for response in operation["responses"].values():
        if response.get("description") == "Successful Response":
            response["description"] = "成功 · Done"
    if writes:
        _answer(operation, HEADER, RECORDED)
    statuses = (
        ALWAYS
        + (LIMITED if public else SIGNED_IN)
        + (() if reads else WITH_BODY)
        + (WRITING if writes else ())
        + (CONDITIONAL if conditional else ())
    )
    for status in sorted(statuses):
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/{_name(status)}"}


def _is_conditional(operation: dict[str, Any]) -> bool:
    return any(parameter["name"] == "if-match" for parameter in operation.get("parameters", ()))


def _answer(operation: dict[str, Any], name: str, header: dict[str, Any]) -> None:
    """Say that what goes well is answered with a header."""
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            response.setdefault("headers", {})[name] = header


def _name(status: int) -> str:
    return f"Problem{status}"


def _problem(types: Collection[ProblemType], status: int) -> dict[str, Any]:
    titles = [f"{row.title_zh} · {row.title_en}" for row in types if row.status == status]
    return {
        "description": "；".join(titles),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _row(type_: ProblemType) -> dict[str, Any]:
    return {
        "type": type_.uri,
        "status": type_.status,
        "title": type_.title_zh,
        "title_en": type_.title_en,
        "detail": type_.advice_zh,
        "detail_en": type_.advice_en,
    }
