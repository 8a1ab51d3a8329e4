"""Every operation of a service's OpenAPI document × every role × every row, against what the table means."""

import base64
import csv
import io
import itertools
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
from accept.catalogue import catalogue
from casework.roles import TOKEN_ROLES
from fastapi import FastAPI

from tests.integration.kit.answers import ANSWER
from tests.integration.kit.asgi import ask
from tests.integration.kit.attached import PNG
from tests.integration.kit.bulletins import BULLETIN
from tests.integration.kit.shifts import next_shift

from .oracle import BELOW, DEPARTMENT, Asker, Row, granting, rules_of, telling_apart
from .worlds import ASKER, ITEM, World

ROLES = tuple(sorted(TOKEN_ROLES))
LOOKING = frozenset({"list", "read", "search", "stream"})
KEYS = {"service-item": "slug", "count": "kind", "record": "event_id", "invalid-record": "reason"}
"""By what lists name their rows, where that isn't ``id``."""
ANSWERED = {"answer": "00000000-0000-4000-8000-000000000000", "answer_version": 1}
OTHERS = {"others": [{"id": ANSWERED["answer"], "version": 1}]}
ANOTHER = {"other": ANSWERED["answer"], "version": 1}
BODIES: dict[str, Any] = {
    "draft": ANSWER,
    "revise": ANSWER,
    "reject": {"reason": "有误"},
    "propose-retirement": {"reason": "有误"},
    "discard": {"reason": "有误"},
    "answer": ANSWERED,
    "draft-reply": ANSWERED | {"text": "请到大厅办理，谢谢。"},
    "answer-alike": ANSWERED | OTHERS,
    "draft-alike": ANSWERED | OTHERS | {"text": "请到大厅办理，谢谢。"},
    "sign-alike": OTHERS,
    "link": ANOTHER | {"basis": "same-matter"},
    "unlink": ANOTHER,
    "refuse": {"reasons": ["materials-incomplete"], "notice": "缺少材料。"},
    "complete": {"recommendation": "approve", "opinion": "可以。"},
    "deny": {"reasons": ["permit-expired"], "notice": "不可以。"},
    "transfer": {"department": "household", "handlers": ["somebody"]},
    "return": {"basis": "another-units-duty", "reason": "属于其他部门"},
    "dispute": {"to": "household", "basis": "another-units-duty", "reason": "属于其他部门"},
    "decide": {"department": "household", "reason": "属于户政"},
    "invite": {"tenant": "440300", "department": "household", "question": "请说明办理条件。"},
    "remind": {"invitation": 3},
    "withdraw-invitation": {"invitation": 3, "reason": "已查明"},
    "decline": {"basis": "another-places", "reason": "不在本市"},
    "contribute": {"opinion": "符合条件。"},
    "request-supplement": {"text": "请补充地址。"},
    "supplement": {"text": "东风路三号。"},
    "request-extension": {"days": 5, "reason": "需核实"},
    "extend": {"reason": "同意"},
    "refuse-extension": {"reason": "可以按期答复"},
    "reply": {"text": "您好。"},
    "close": {"outcome": "duplicate"},
    "propose-spam": {"reason": "群发广告"},
    "reject-spam": {"reason": "应予办理"},
    "move": {"to": "ordinary", "kind": "consult"},
    "rate": {"level": "dissatisfied"},
    "call-back": {"result": "solved"},
    "reopen": {"objection": "仍未解决"},
    "request-review": {"objection": "答非所问"},
    "request-final-review": {"objection": "答非所问"},
    "uphold": {"reasons": "已核查"},
    "change": {"reasons": "已核查", "text": "应予办理。"},
    "send-back": {"reasons": "未核实"},
    "correct": {"text": "请到二楼办理。", "reason": "写错了"},
    "register": {"office": "市公安局", "title": "公安网络发言人", "channels": ["portal"]},
    "publish": {"title": "请问", "question": "怎么办", "answer": "请到大厅办理。"},
}
OF_BULLETINS: dict[str, Any] = {"draft": BULLETIN, "revise": BULLETIN, "publish": None, "withdraw": {"reason": "有误"}}
"""Where the same word asks for other things."""
MADE = {
    "case": ("cases", "applicant", "applicant"),
    "petition": ("petitions", "author", "author"),
    "answer": ("answers", "makers[1]", ""),
    "bulletin": ("bulletins", "makers[1]", ""),
    "shift": ("shifts", "added_by", ""),
    "spokesperson": ("spokespersons", "registered_by", ""),
    "attachment": ("uploads", "owner", "author"),
}
"""Where what somebody hands in lies, which column names them, and in which context their pseudonym is."""
QUERIES = {("record", "search"): {"subject": "s"}, ("answer", "search"): {"question": "护照", "limit": "20"}}
"""What a search asks for; all rows of the world are found by it."""
NEVER = '"999999999"'
"""No row has come so far: whoever gets as far as the version is let in, and changes nothing."""


@dataclass(frozen=True)
class Operation:
    """One of the document's: a resource and an action, by a method and a path."""

    method: str
    path: str
    resource: str
    action: str

    def at(self, row: Row) -> str:
        """Give the path to a row; of a list, its own."""
        if "{" not in self.path:
            return self.path
        before, _, rest = self.path.partition("{")
        return f"{before}{row.key}{re.sub(r'{[a-z]+}', '1', rest.partition('}')[2])}"


@dataclass
class Findings:
    """What a sweep has found.

    Attributes:
        cells: Combinations of operation, asker and row that were decided.
        requests: How many it took.
        leaks: What was seen or done against the table.
        refusals: What the table allows, and was refused.
        exercised: Rows of the table that let somebody in: resource, action, role, scope, conditions.
    """

    cells: int = 0
    requests: int = 0
    leaks: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    exercised: set[tuple[Any, ...]] = field(default_factory=set)

    def compare(self, got: bool, resource: str, action: str, asker: Asker, row: Row) -> None:  # noqa: FBT001
        """Hold what happened against the table."""
        self.cells += 1
        rules = granting(resource, action, asker, row)
        if got and not rules:
            self.leaks.append(f"{resource} {action} {asker} {row}")
        if rules and not got:
            self.refusals.append(f"{resource} {action} {asker} {row}")
        if got:
            self.exercised |= {(resource, action, asker.role, rule.scope, rule.besides) for rule in rules}


def operations_of(app: FastAPI) -> Iterator[Operation]:
    """Read the document; operations for anybody have no policy to be held against."""
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            if operation.get("security") != []:
                yield Operation(method.upper(), path, operation["x-resource"], operation["x-action"])


class Sweep:
    """Tries a service out as everybody."""

    def __init__(self, world: World) -> None:
        """Begin with no tokens."""
        self._world = world
        self._service = world.service
        self._tokens: dict[Asker, str] = {}
        self._keys = itertools.count()
        self._turns = itertools.count()
        self.operations = tuple(operations_of(world.service.app))

    async def everybody(self) -> Findings:
        """Try every operation as everybody, on every row."""
        found = Findings()
        for operation, role, tenant in itertools.product(self.operations, ROLES, BELOW):
            await self._asked(operation, Asker(role, tenant), found)
        return found

    async def first_leak(self, resource: str, actions: Collection[str], roles: Collection[str]) -> str | None:
        """Try these actions on a resource as everybody of these roles, until something leaks; give that."""
        opened = LOOKING if "expand" in actions else frozenset()
        about = [each for each in self.operations if each.resource == resource and each.action in {*actions, *opened}]
        for operation, role, tenant in itertools.product(about, roles, BELOW):
            found = Findings()
            await self._asked(operation, Asker(role, tenant), found)
            if found.leaks:
                return found.leaks[0]
        return None

    async def _asked(self, operation: Operation, asker: Asker, found: Findings) -> None:
        """Try one operation as one asker, on every row."""
        rows = self._world.rows.get(operation.resource, [])
        if not any(asker.role in rule.roles for rule in rules_of(operation.resource, operation.action)):
            await self._stopped_at_the_door(operation, asker, rows, found)
        elif "{" not in operation.path and operation.method == "POST":
            await self._made(operation, asker, found)
        elif "{" not in operation.path:
            await self._listed(operation, asker, rows, found)
        else:
            for row in self._drawn(rows, operation, asker, found):
                await self._tried(operation, asker, row, found)

    def _drawn(self, rows: list[Row], operation: Operation, asker: Asker, found: Findings) -> Iterator[Row]:
        """Give one row for all that no rule about this asker can tell apart, each in its turn."""
        look = telling_apart(operation.resource, operation.action, asker)
        grouped: dict[tuple[bool, ...], list[Row]] = {}
        for row in rows:
            grouped.setdefault((bool(row.secret), *look(row)), []).append(row)
        for same in grouped.values():
            found.cells += len(same) - 1
            yield same[next(self._turns) % len(same)]

    async def _stopped_at_the_door(self, operation: Operation, asker: Asker, rows: list[Row], found: Findings) -> None:
        """Whoever never may is refused before any row is looked at, so one row stands for all."""
        row = next(iter(rows), Row(key="00000000-0000-4000-8000-000000000000", tenant=asker.tenant))
        answer = await self._ask(operation, operation.at(row), asker, found)
        found.cells += max(len(rows), 1)
        if answer.status_code != httpx.codes.FORBIDDEN:
            found.leaks.append(f"{operation} {asker}: {answer.status_code}")

    async def _made(self, operation: Operation, asker: Asker, found: Findings) -> None:
        """What somebody hands in is theirs, and their tenant's."""
        answer = await self._ask(operation, operation.path, asker, found)
        table, owner, kept_as = MADE[operation.resource]
        others = operation.resource != "attachment" and asker.role in {"window", "connector"}
        row = Row(key="", tenant=asker.tenant, own=not others)
        found.compare(answer.status_code == httpx.codes.CREATED, operation.resource, operation.action, asker, row)
        if answer.status_code == httpx.codes.CREATED:
            (made,) = self._service.rows(f"SELECT *, {owner} AS maker FROM {table} WHERE id = '{answer.json()['id']}'")
            theirs = made["maker"] == self._world.pseudonym(context=kept_as)
            if (made.get("tenant", asker.tenant), theirs) != (asker.tenant, not others):
                found.leaks.append(f"{operation} {asker}: {made}")

    async def _listed(self, operation: Operation, asker: Asker, rows: list[Row], found: Findings) -> None:
        """Exactly what somebody may see is in a list, and opens there exactly for whom it may."""
        items: dict[str, str] = {}
        cursor: str | None = ""
        while cursor is not None:
            answer = await self._ask(operation, f"{operation.path}{cursor}", asker, found)
            assert answer.status_code == httpx.codes.OK, answer.text
            shown, cursor = _page_of(answer, KEYS.get(operation.resource, "id"))
            items |= shown
        if not rows:  # nothing here belongs to anybody
            found.compare(True, operation.resource, operation.action, asker, Row(key="", tenant=asker.tenant))  # noqa: FBT003
        for row in rows:
            found.compare(row.key in items, operation.resource, operation.action, asker, row)
            self._opened(operation, asker, row, items.get(row.key, ""), found)
            if operation.action == "export" and row.secret and row.secret in items.get(row.key, ""):
                found.leaks.append(f"{operation} {asker} {row}: content")

    async def _tried(self, operation: Operation, asker: Asker, row: Row, found: Findings) -> None:
        """A row that is seen is there; one that is seen and may not be changed is 403; all others aren't there."""
        answer = await self._ask(operation, operation.at(row), asker, found)
        resource, action, status = operation.resource, operation.action, answer.status_code
        if action in LOOKING:
            found.compare(status == httpx.codes.OK, resource, action, asker, row)
            self._opened(operation, asker, row, answer.text if status == httpx.codes.OK else "", found)
            if status not in {httpx.codes.OK, httpx.codes.NOT_FOUND}:
                found.leaks.append(f"{operation} {asker} {row}: {status}")
            return
        let_in = status not in {httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND}
        found.compare(let_in, resource, action, asker, row)
        told = status == httpx.codes.FORBIDDEN
        if not let_in and told != bool(granting(resource, "read", asker, row)):
            (found.leaks if told else found.refusals).append(f"{operation} {asker} {row}: {status}")

    def _opened(self, operation: Operation, asker: Asker, row: Row, answer: str, found: Findings) -> None:
        """Hold what an answer holds of a row's content against the table, where the answer is of the kind that does."""
        if row.secret and rules_of(operation.resource, "expand") and self._shows_content(operation):
            seen = row.secret in answer or _encoded(row.secret) in answer
            if answer or seen:
                found.compare(seen, operation.resource, "expand", asker, row)

    @staticmethod
    def _shows_content(operation: Operation) -> bool:
        lists = operation.action in {"list", "export"}
        return not lists or (operation.action, operation.resource) in {("list", "petition"), ("list", "shift")}

    async def _ask(self, operation: Operation, path: str, asker: Asker, found: Findings) -> httpx.Response:
        found.requests += 1
        headers = {"Authorization": f"Bearer {self._token(asker)}", "Purpose-Of-Use": "handling"}
        if operation.method == "GET":
            query = QUERIES.get((operation.resource, operation.action))
            return await ask(self._service.app, "GET", f"{path}?{urlencode(query)}" if query else path, headers)
        headers |= {"Idempotency-Key": f"k{next(self._keys)}", "If-Match": NEVER}
        if operation.action == "upload":
            return await ask(self._service.app, "POST", path, headers, PNG)
        body = self._body(operation, asker)
        if body is not None:
            headers["Content-Type"] = "application/json"
        content = b"" if body is None else json.dumps(body).encode()
        return await ask(self._service.app, operation.method, path, headers, content)

    def _body(self, operation: Operation, asker: Asker) -> Any:
        match operation.action:
            case "submit":
                channel = "window" if asker.role == "window" else "portal"
                return {"channel": channel, "item": ITEM, "form": catalogue()[ITEM].example}
            case "receive":
                channel = {"connector": "forum", "window": "walk-in"}.get(asker.role, "portal")
                return {"channel": channel, "title": "请问", "text": "怎么办"}
            case "add":
                return next_shift()
        bodies = BODIES | (OF_BULLETINS if operation.resource == "bulletin" else {})
        return bodies.get(operation.path.rpartition("/")[2], bodies.get(operation.action))

    def _token(self, asker: Asker) -> str:
        if asker not in self._tokens:
            who = {"tenant": asker.tenant, "sub": ASKER, "department": DEPARTMENT}
            self._tokens[asker] = self._service.token(asker.role, **who)
        return self._tokens[asker]


def _page_of(answer: httpx.Response, key: str) -> tuple[dict[str, str], str | None]:
    """Read a page of a list, or a part of an exported table: its rows by their key, and where the next one begins."""
    if "text/csv" in answer.headers["content-type"]:
        rows = list(csv.reader(io.StringIO(answer.text)))[1:]
        following = answer.links["next"]["url"].removeprefix("export") if "next" in answer.links else None
        return {row[0]: json.dumps(row) for row in rows}, following
    page = answer.json()
    following = f"?cursor={page['next']}" if page.get("next") else None
    shown = page.get("items", page.get("answers", ()))  # what a search has found goes by no cursor
    return {item[key]: json.dumps(item) for item in shown}, following


def _encoded(secret: str) -> str:
    return base64.b64encode(secret.encode()).decode()
