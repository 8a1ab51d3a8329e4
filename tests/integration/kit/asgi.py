"""Asks an application in this process past any HTTP client, where what a client costs is multiplied by thousands."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import httpx
from fastapi import FastAPI


async def ask(
    app: FastAPI, method: str, address: str, headers: Mapping[str, str], content: bytes = b""
) -> httpx.Response:
    """Send a request and give the answer; a stream is followed up to its first event, then left, as a browser does.

    Args:
        app: What answers.
        method: In capitals.
        address: Path and query, encoded.
        headers: Beside the content's length.
        content: Of the request.

    Raises:
        TimeoutError: It isn't answered within 10 s.
    """
    gone, asked = asyncio.Event(), False
    status, answered, parts = 0, [], []

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if asked:
            await gone.wait()
            return {"type": "http.disconnect"}
        asked = True
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            answered.extend(message["headers"])
            return
        parts.append(message.get("body", b""))
        if not message.get("more_body") or parts[-1].startswith(b"event: ") or b"\nevent: " in parts[-1]:
            gone.set()

    path, _, query = address.partition("?")
    sent = {"host": "service", **headers, "content-length": str(len(content))}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": unquote(path), "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
        "server": ("service", 80), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    async with asyncio.timeout(10):
        await app(scope, receive, send)
    return httpx.Response(status, headers=answered, content=b"".join(parts))
