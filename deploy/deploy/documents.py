"""What the gateway gives to everybody without asking a service: the pages for reading, and what they show."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from contracts.pages.html import policy
from contracts.pages.site import FILES, HOME, HTML

from deploy.tokens import PUBLIC

READ = {"name": ":method", "string_match": {"safe_regex": {"regex": "GET|HEAD"}}}
ENTRANCE: Final = "/docs/"
HEADERS: Final = {
    "cache-control": "public, max-age=300",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}


def routes(folder: Path) -> list[dict[str, Any]]:
    """Make Envoy answer with the files.

    Args:
        folder: Where `contracts.pages.site.write` has put them, as the gateway sees it.
    """
    return [
        {"name": "/docs", "match": _match("/docs"), "redirect": {"path_redirect": ENTRANCE}, **PUBLIC},
        *(
            {
                "name": path,
                "match": _match(path),
                **PUBLIC,
                "direct_response": {"status": 200, "body": {"filename": str(folder / name)}},
                "response_headers_to_add": [
                    {"append_action": "OVERWRITE_IF_EXISTS_OR_ADD", "header": {"key": key, "value": value}}
                    for key, value in _headers(FILES[name]).items()
                ],
            }
            for path, name in _files().items()
        ),
    ]


def _files() -> Mapping[str, str]:
    return {ENTRANCE: HOME, **{f"/{name}": name for name in FILES}}


def _match(path: str) -> dict[str, Any]:
    return {"path": path, "headers": [READ]}


def _headers(media_type: str) -> Mapping[str, str]:
    headers = {**HEADERS, "content-type": media_type}
    if media_type == HTML:
        headers["content-security-policy"] = f"{policy()}; frame-ancestors 'none'"
    return headers
