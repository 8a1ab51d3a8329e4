"""Errors as people and programs read them: RFC 9457 problem documents, Chinese first, English second.

Nothing inner leaves: no exception text, no value that the client sent, no name of a table.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import orjson
import psycopg
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chassis.api.reasons import reason_for

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = "1"
_POINTER_PART = 100
AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
"""SQLAlchemy's and the driver's errors of a database that can't be reached."""


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One row of the table below: stable in its slug and status, with what the reader can do about it."""

    slug: str
    status: int
    title_zh: str
    title_en: str
    advice_zh: str
    advice_en: str

    @property
    def uri(self) -> str:
        """The ``type`` member of the document; it never changes."""
        return f"urn:yiwangban:problem:{self.slug}"


# fmt: off
MALFORMED = ProblemType("malformed", 400, "请求无法读取", "The request can't be read",
    "请检查请求体是否为 UTF-8 编码的合法 JSON。", "Send well-formed JSON in UTF-8.")
KEY_MISSING = ProblemType("idempotency-key-missing", 400, "缺少 Idempotency-Key", "The Idempotency-Key is missing",
    "每次写入都请带上请求头 Idempotency-Key；重试时用同一个值。",
    "Send an Idempotency-Key header (1 to 255 visible ASCII characters) with each write; the same one when you retry.")
PURPOSE_MISSING = ProblemType("purpose-missing", 400, "未说明查阅用途", "Say what you read this for",
    "查阅他人的个人信息须带请求头 Purpose-Of-Use，说明用途；查阅将被记录。",
    "Data of other people is read for a purpose: send a Purpose-Of-Use header. The read is recorded.")
UNAUTHENTICATED = ProblemType("unauthenticated", 401, "未登录或登录已失效", "Not signed in, or no longer",
    "请重新登录后再试。", "Sign in again and repeat the request.")
SIGNATURE_REFUSED = ProblemType("signature-refused", 401, "签名无效或已过期", "The signature doesn't hold",
    "请用共享密钥重新签名后再发；时间戳须在五分钟以内。",
    "Sign again with the shared secret; the timestamp must not be older than five minutes.")
FORBIDDEN = ProblemType("forbidden", 403, "无权进行此操作", "Not allowed",
    "您的角色不能进行此操作。", "Your role doesn't allow this.")
NOT_FOUND = ProblemType("not-found", 404, "未找到", "Not found",
    "请检查地址或编号；也可能不属于您的范围。", "Check the address or number; it may also be outside your scope.")
METHOD_NOT_ALLOWED = ProblemType("method-not-allowed", 405, "不支持此方法", "Method not allowed",
    "请查看响应头 Allow。", "See the Allow header.")
BODY_TIMEOUT = ProblemType("body-timeout", 408, "请求体未在时限内到达", "The body didn't arrive in time",
    "请检查网络后，用同一个 Idempotency-Key 重试。", "Check the connection, then retry with the same Idempotency-Key.")
CONFLICT = ProblemType("conflict", 409, "与当前状态冲突", "In conflict with the current state",
    "请读取最新状态后再试。", "Read the current state, then decide again.")
STILL_RUNNING = ProblemType("still-running", 409, "相同的请求仍在处理", "The same request is still being handled",
    "请稍候，用同一个 Idempotency-Key 重试。", "Wait, then retry with the same Idempotency-Key.")
PRECONDITION_FAILED = ProblemType("precondition-failed", 412, "内容已被他人修改", "Changed by somebody else",
    "请读取最新版本（ETag）后再试。", "Read the latest version (ETag), then decide again.")
TOO_LARGE = ProblemType("too-large", 413, "请求体过大", "The body is too large",
    "请缩短内容。", "Send less.")
UNSUPPORTED_MEDIA_TYPE = ProblemType("unsupported-media-type", 415, "不支持的内容类型", "Unsupported content type",
    "请使用 Content-Type: application/json。", "Use Content-Type: application/json.")
INVALID = ProblemType("invalid", 422, "内容不符合要求", "The content isn't acceptable",
    "请按 errors 中的说明逐项更正。", "Correct each item listed in errors.")
PURPOSE_UNKNOWN = ProblemType("purpose-unknown", 422, "未知的查阅用途", "Unknown purpose",
    "请从 known 所列的用途中选择。", "Choose one of those listed in known.")
KEY_REUSED = ProblemType("idempotency-key-reused", 422, "Idempotency-Key 已用于其他内容",
    "The Idempotency-Key was used with other content",
    "请为不同的内容使用新的 Idempotency-Key。", "Use a new Idempotency-Key for other content.")
PRECONDITION_REQUIRED = ProblemType("precondition-required", 428, "缺少 If-Match", "If-Match is missing",
    "请带上您所读版本的 ETag，以免覆盖他人的修改。",
    "Send the ETag of the version you read, so that nobody's change is lost.")
FOREIGN_TOKEN = ProblemType("foreign-consistency-token", 422, "Consistency-Token 无效", "Not a Consistency-Token",
    "请原样带上写入时返回的 Consistency-Token，或不带。", "Send a write's Consistency-Token as it was given, or none.")
TOO_MANY = ProblemType("too-many-attempts", 429, "尝试次数过多", "Too many attempts",
    "请在 Retry-After 所示的秒数后再试。", "Wait as long as Retry-After says, then try again.")
INTERNAL = ProblemType("internal", 500, "系统内部错误", "Internal error",
    "请稍后再试；如仍出现，请告知 request_id。", "Try again later; if it stays, report the request_id.")
UNAVAILABLE = ProblemType("unavailable", 503, "服务暂时不可用", "Temporarily unavailable",
    "请稍候，用同一个 Idempotency-Key 重试。", "Wait, then retry with the same Idempotency-Key.")
OVERLOADED = ProblemType("overloaded", 503, "系统繁忙", "Overloaded",
    "请稍候，用同一个 Idempotency-Key 重试。", "Wait, then retry with the same Idempotency-Key.")
RECOVERING = ProblemType("recovering", 503, "正在恢复数据，暂时只读", "Recovering: read-only for now",
    "请稍候再提交；查询不受影响。", "Reads work; wait before you write.")
# fmt: on


def problem_types(*modules: ModuleType) -> tuple[ProblemType, ...]:
    """Give the types that modules define, in their order."""
    return tuple(value for each in modules for value in vars(each).values() if isinstance(value, ProblemType))


PROBLEM_TYPES: tuple[ProblemType, ...] = problem_types(sys.modules[__name__])
_BY_STATUS = {401: UNAUTHENTICATED, 403: FORBIDDEN, 404: NOT_FOUND, 405: METHOD_NOT_ALLOWED, 413: TOO_LARGE,
              415: UNSUPPORTED_MEDIA_TYPE, 503: UNAVAILABLE}  # fmt: skip


class Problem(Exception):
    """Raise it anywhere below an endpoint: the transaction rolls back and the client reads the document.

    Attributes:
        type: The row of the table; a service adds rows of its own.
        detail_zh: What happened this time, in Chinese; by default the type's advice.
        detail_en: The same in English.
        pointer: Which part of the request is meant, for example ``/body/title``.
        headers: Sent with the response.
        extensions: Further members of the document.
    """

    def __init__(
        self,
        type_: ProblemType,
        detail_zh: str | None = None,
        detail_en: str | None = None,
        *,
        pointer: str | None = None,
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(type_.slug)
        self.type = type_
        self.detail_zh = detail_zh or type_.advice_zh
        self.detail_en = detail_en or type_.advice_en
        self.pointer = pointer
        self.headers = dict(headers or {})
        self.extensions = dict(extensions or {})

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.type.status

    def document(self, *, instance: str, request_id: str) -> dict[str, Any]:
        """Give the problem document."""
        document: dict[str, Any] = {
            "type": self.type.uri,
            "title": self.type.title_zh,
            "title_en": self.type.title_en,
            "status": self.type.status,
            "detail": self.detail_zh,
            "detail_en": self.detail_en,
            "instance": instance,
            "request_id": request_id,
        }
        if self.pointer is not None:
            document["pointer"] = self.pointer
        return document | self.extensions


def request_id_of(request: Request) -> str:
    """Give the id under which this request is logged and answered (set by the edge middleware)."""
    return str(request.scope.get("state", {}).get("request_id", ""))


def problem_response(problem: Problem, request: Request) -> Response:
    """Render the problem."""
    document = problem.document(instance=request.scope.get("path", ""), request_id=request_id_of(request))
    return Response(orjson.dumps(document), problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


def unavailable() -> Problem:
    """Say that the database or the service can't answer now; a retry with the same key is safe."""
    return Problem(UNAVAILABLE, headers={"Retry-After": RETRY_AFTER_S})


def overloaded() -> Problem:
    """Say that no database connection came free in time."""
    return Problem(OVERLOADED, headers={"Retry-After": RETRY_AFTER_S})


def register_handlers(app: FastAPI) -> None:
    """Make every error of the application a problem document."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(PoolTimeout, _on_pool_timeout)
    app.add_exception_handler(DBAPIError, _on_database)
    app.add_exception_handler(psycopg.Error, _on_database)  # of statements that go past SQLAlchemy


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101  registered for this class
    return problem_response(error, request)


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  registered for this class
    return problem_response(invalid(_fields(error.errors())), request)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  registered for this class
    type_ = _BY_STATUS.get(error.status_code) or (MALFORMED if error.status_code < 500 else INTERNAL)  # noqa: PLR2004
    return problem_response(Problem(type_, headers=error.headers), request)


async def _on_pool_timeout(request: Request, _error: Exception) -> Response:
    return problem_response(overloaded(), request)


async def _on_database(request: Request, error: Exception) -> Response:
    """Turn an unreachable, restarting or time-bounded database into 503; anything else is our own mistake."""
    if isinstance(error, AWAY) or getattr(error, "connection_invalidated", False):
        return problem_response(unavailable(), request)
    raise error


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field; never the value itself.

    Attributes:
        location: Where it is, for example ``("body", "names", 0)``.
        reason_zh: In Chinese, without a full stop.
        reason_en: In English; goes on from the field's name.
    """

    location: Sequence[str | int]
    reason_zh: str
    reason_en: str


def invalid(errors: Iterable[FieldError]) -> Problem:
    """List what is wrong, field by field."""
    items = [
        {"pointer": _pointer(error.location), "reason_zh": error.reason_zh, "reason_en": error.reason_en}
        for error in errors
    ]
    return Problem(INVALID, extensions={"errors": items})


def _fields(errors: Sequence[Mapping[str, Any]]) -> Iterable[FieldError]:
    """Read Pydantic's errors."""
    for error in errors:
        yield FieldError(error["loc"], *reason_for(error["type"], error.get("ctx") or {}))


def _pointer(location: Sequence[str | int]) -> str:
    parts = (str(part)[:_POINTER_PART].replace("~", "~0").replace("/", "~1") for part in location)
    return "".join(f"/{part}" for part in parts)
