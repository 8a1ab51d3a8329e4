"""The services' OpenAPI documents as one: what can be asked of the suite through its gateway."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib.metadata import version
from typing import Any, Final

FILE: Final = "openapi/suite.json"
PROBLEMS: Final = "x-problem-types"
"""Member of a document: every problem type that may be answered, as rows of ``type``, ``status`` and texts."""

GATEWAY: Final = "gateway"

_COMPONENTS: Final = "#/components/"
_REFUSED: Final = {"content": {"application/problem+json": {"schema": {"$ref": f"{_COMPONENTS}schemas/Problem"}}}}
_LAST: Final = 1000
_NOT_PUBLIC: Final = frozenset({401, 403})
_ABOUT: Final = """\
一网办各服务的全部接口，同一入口。All that can be asked of the services of 一网办, through one door.

登录 · Sign-in: `Authorization: Bearer …` 携带访问令牌；每个操作列出可用的角色。The access token; each operation names the roles of which one is needed.
写入 · Writes: 每次写入都带 `Idempotency-Key`，重试时不变，效果只有一次。Each write has an `Idempotency-Key`; retried with the same one, it takes effect once.
修改 · Changes: 读单件得 `ETag`，修改时以 `If-Match` 带回，以免覆盖他人。A reader gets an `ETag`; an officer's change sends it back as `If-Match`.
列表 · Lists: 每页带 `next`，作为下一页的 `cursor`；末页为 null。Each page has `next`, the `cursor` of the following one; null on the last.
读己之写 · Reading one's own writes: 写入的回答带 `Consistency-Token`；查询时带上，最多等 2 秒。A write answers with one; a reader who shows it waits for what was written, 2 s at most.
错误 · Errors: 一律为 RFC 9457 问题文档，`type` 固定不变，`request_id` 可查到整条链路。Always problem documents (RFC 9457): `type` never changes, and `request_id` finds the request's trace.
重试 · Retries: 408、429、503、504 可重试，写入用同一个 `Idempotency-Key`，并遵守 `Retry-After`。Retry those, a write with the same key, after as long as `Retry-After` says.
"""  # noqa: E501  a paragraph is a line

Document = Mapping[str, Any]
Place = tuple[str, str]
"""Kind and name of a component, for example ``("schemas", "Problem")``."""


class Unmergeable(ValueError):
    """Two documents contradict each other; the message says where."""


def merged(documents: Mapping[str, Document], gateway: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Give one document for all of them.

    Components that read the same everywhere are shared; of those that share nothing but their name, each gets its
    service's name in front.

    Args:
        documents: Each service's document, by the service's name.
        gateway: Problem types that the gateway answers by itself; one without a status stands for all other statuses.

    Raises:
        Unmergeable: Two services offer the same path, or mean different things by the same problem type.
    """
    documents = {name: _behind(document, gateway) for name, document in documents.items()}
    clashing = _clashing(documents)
    whole: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "一网办接口 · HTTP API of yiwangban",
            "version": version("yiwangban-contracts"),
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "网关 · The gateway"}],
        "tags": [],
        "security": [{"token": []}],
        "paths": {},
        "components": {},
        PROBLEMS: _problems(documents, gateway),
    }
    for service, document in documents.items():
        ours = {place: (place[0], _prefixed(service, place[1])) for place in clashing}
        whole["tags"] += document["tags"]
        if doubled := whole["paths"].keys() & document["paths"].keys():
            raise Unmergeable(f"{service}: {', '.join(sorted(doubled))} is another service's, too")
        whole["paths"] |= _renamed(document["paths"], ours)
        for kind, name, component in _components(document):
            known = whole["components"].setdefault(kind, {})
            known[ours.get((kind, name), (kind, name))[1]] = _renamed(component, ours)
    for kind, components in whole["components"].items():
        whole["components"][kind] = dict(sorted(components.items()))
    return whole


def text(document: Document) -> str:
    """Give a document as JSON for people, the same text for the same document."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _behind(document: Document, gateway: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Add what the gateway may answer in the service's place: its words where they are its own, and its statuses."""
    known = {row["type"] for row in document[PROBLEMS]}
    responses = dict(document["components"]["responses"])
    statuses = [row["status"] for row in gateway if "status" in row]
    for row in gateway:
        if "status" in row and row["type"] not in known:
            name = f"Problem{row['status']}"
            said = responses.get(name, {}).get("description")
            words = f"{row['title']} · {row['title_en']}"
            responses[name] = _REFUSED | {"description": f"{said}；{words}" if said else words}
    paths = {
        path: {method: _answered(operation, statuses) for method, operation in operations.items()}
        for path, operations in document["paths"].items()
    }
    return {**document, "paths": paths, "components": {**document["components"], "responses": responses}}


def _answered(operation: Document, statuses: Sequence[int]) -> dict[str, Any]:
    public = operation.get("security") == []
    added = {
        str(status): {"$ref": f"{_COMPONENTS}responses/Problem{status}"}
        for status in statuses
        if not (public and status in _NOT_PUBLIC)
    }
    return {**operation, "responses": dict(sorted((added | operation["responses"]).items()))}


def _problems(documents: Mapping[str, Document], gateway: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give each type once, with who answers it. The gateway may say in its own words what to do."""
    rows: dict[str, dict[str, Any]] = {}
    for service, document in documents.items():
        for row in document[PROBLEMS]:
            known = rows.setdefault(row["type"], {**row, "answered_by": []})
            if not row.items() <= known.items():
                raise Unmergeable(f"{service}: {row['type']} means something else to {known['answered_by'][0]}")
            known["answered_by"].append(service)
    for row in gateway:
        known = rows.setdefault(row["type"], {**row, "answered_by": []})
        if row.get("status") != known.get("status"):
            raise Unmergeable(f"gateway: {row['type']} has another status than in {known['answered_by'][0]}")
        known["answered_by"].append(GATEWAY)
    return sorted(rows.values(), key=lambda row: (row.get("status", _LAST), row["type"]))


def _clashing(documents: Mapping[str, Document]) -> Collection[Place]:
    """Find the names under which services keep different things, or the same words about different things."""
    forms: dict[Place, list[Any]] = {}
    for document in documents.values():
        for kind, name, component in _components(document):
            forms.setdefault((kind, name), []).append(component)
    clashing = {place for place, found in forms.items() if any(form != found[0] for form in found)}
    shared = {place: set(_references(found[0])) for place, found in forms.items() if len(found) > 1}
    while more := {place for place, references in shared.items() if references & clashing} - clashing:
        clashing |= more
    if schemes := sorted(name for kind, name in clashing if kind == "securitySchemes"):
        raise Unmergeable(f"services sign in differently: {', '.join(schemes)}")
    return clashing


def _components(document: Document) -> Iterator[tuple[str, str, Any]]:
    for kind, components in document["components"].items():
        for name, component in components.items():
            yield kind, name, component


def _references(value: Any) -> Iterator[Place]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif (place := _place(value)) is not None:
        yield place


def _renamed(value: Any, names: Mapping[Place, Place]) -> Any:
    """Point references to where the components are now; those of discriminators are plain texts, too."""
    if isinstance(value, Mapping):
        return {key: _renamed(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    if (place := _place(value)) is not None and place in names:
        return _COMPONENTS + "/".join(names[place])
    return value


def _place(value: Any) -> Place | None:
    if not isinstance(value, str) or not value.startswith(_COMPONENTS):
        return None
    kind, _, name = value.removeprefix(_COMPONENTS).partition("/")
    return kind, name


def _prefixed(service: str, name: str) -> str:
    return "".join(part.capitalize() for part in service.split("-")) + name
