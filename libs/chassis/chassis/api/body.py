"""The body of a request, read once, within a size, a time and a depth, and strictly: UTF-8 JSON without surprises."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl

import orjson
from fastapi import Request

from chassis.api.errors import BODY_TIMEOUT, MALFORMED, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, Problem

READ_TIMEOUT_S = 30.0
MAX_DEPTH = 32
FORM = "application/x-www-form-urlencoded"


class StrictRequest(Request):
    """A request whose ``body()`` and ``json()`` were read and checked beforehand by ``read``.

    FastAPI asks these two for the body (its documented way to change how bodies are read), and would turn an error
    raised in them into a bare 400; so they only hand out what is already there.
    """

    _content: bytes = b""
    _document: Any = None

    async def read(self, limit: int) -> None:
        """Read the body and, if there is one, the JSON in it.

        Args:
            limit: Longest body, in bytes.

        Raises:
            Problem: 400 malformed, 408 too slow, 413 too large, 415 not JSON.
        """
        check_address(self)
        self._content = await _read(self, limit)
        if self._content:
            _require_json(self)
            self._document = parse_json(self._content)

    async def read_form(self, limit: int) -> None:
        """Read the body of a form without files; ``form`` then parses what is there.

        Args:
            limit: Longest body, in bytes.

        Raises:
            Problem: 408 too slow, 413 too large, 415 no form.
        """
        check_address(self)
        if self.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
            raise Problem(UNSUPPORTED_MEDIA_TYPE, headers={"Accept-Post": FORM})
        self._body = self._content = await _read(self, limit)  # where Starlette's parser looks for it

    async def body(self) -> bytes:
        """Give the bytes."""
        return self._content

    async def json(self) -> Any:
        """Give the parsed JSON."""
        return self._document


def check_address(request: Request) -> None:
    """Refuse a NUL in path or query, which PostgreSQL has no text for, and a parameter that is given twice.

    Raises:
        Problem: 400.
    """
    query: bytes = request.scope["query_string"]
    if "\0" in request.scope["path"] or b"%00" in query:
        raise Problem(MALFORMED, "地址中不能有 NUL 字符。", "The address must not contain a NUL character.")
    names = [name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)]
    if len(names) > len(set(names)):
        raise Problem(MALFORMED, "每个参数只能出现一次。", "Each parameter may be given only once.")


async def _read(request: Request, limit: int) -> bytes:
    too_large = Problem(
        TOO_LARGE,
        f"请求体最多 {limit} 字节。",
        f"The body may have at most {limit} bytes.",
        headers={"Connection": "close"},
    )
    try:
        async with asyncio.timeout(READ_TIMEOUT_S):
            return b"".join([part async for part in bounded(request, limit, too_large)])
    except TimeoutError:
        raise Problem(BODY_TIMEOUT, headers={"Connection": "close"}) from None


async def bounded(request: Request, limit: int, too_large: Problem) -> AsyncIterator[bytes]:
    """Give a body as it comes, up to so many bytes; one that says beforehand that it is larger isn't read at all.

    Raises:
        Problem: The one that is given.
    """
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise too_large
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise too_large
        yield part


def _require_json(request: Request) -> None:
    media_type, *parameters = (part.strip().lower() for part in request.headers.get("content-type", "").split(";"))
    is_json = media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )
    charsets = [part.partition("=")[2].strip('"') for part in parameters if part.startswith("charset=")]
    if not is_json or any(charset not in {"utf-8", "utf8"} for charset in charsets):
        raise Problem(UNSUPPORTED_MEDIA_TYPE, headers={"Accept-Post": "application/json"})


def parse_json(content: bytes) -> Any:
    """Parse JSON strictly: no NaN, no lone surrogate, no NUL, not deeper than ``MAX_DEPTH``.

    Raises:
        Problem: 400.
    """
    try:
        document = orjson.loads(content)  # refuses bytes that aren't UTF-8, lone surrogates, NaN and Infinity
    except orjson.JSONDecodeError:
        raise Problem(MALFORMED) from None
    # The two walks are needed only when the bytes make them possible, which they hardly ever do.
    if content.count(b"{") + content.count(b"[") > MAX_DEPTH and _deeper_than(document, MAX_DEPTH):
        raise Problem(MALFORMED, f"JSON 最多嵌套 {MAX_DEPTH} 层。", f"JSON may nest at most {MAX_DEPTH} levels.")
    if b"\\u0000" in content and _has_nul(document):
        raise Problem(MALFORMED, "文本中不能有 NUL 字符（\\u0000）。", "Text must not hold NUL characters (\\u0000).")
    return document


def _children(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []


def _deeper_than(document: Any, depth: int) -> bool:
    containers = [document]
    for _ in range(depth):
        containers = [child for node in containers for child in _children(node) if isinstance(child, dict | list)]
    return bool(containers)


def _has_nul(document: Any) -> bool:
    pending = [document]
    while pending:
        node = pending.pop()
        if isinstance(node, str) and "\0" in node:
            return True
        if isinstance(node, dict) and any("\0" in name for name in node):
            return True
        pending.extend(_children(node))
    return False
