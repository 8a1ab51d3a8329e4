"""Of an informant nothing is found where it may not be: everything that a whole suite keeps and exports is searched."""

import uuid
from typing import Any

import httpx
import psycopg
import pytest
from chassis.sealing import pseudonym
from chassis.testing.waiting import eventually_sync
from deploy.programs import pseudonym_secret
from deploy.search import Needles, in_files, in_rows
from deploy.services import SERVICES

from .conftest import Running

TENANT, PROVINCE = "440300", "440000"
MARK = "榕树巷九十七号的老周"
HANDLE = "榕树下的知情者七七八"
INFORMANT = "informant-3f9b2c71d0"
AGENT = "a-telephone-of-which-there-is-one-8d21"
ADDRESS = "127.0.0.97"
REPORT = {"channel": "portal", "title": f"举报{MARK}聚众赌博", "text": f"每晚在{MARK}家聚众赌博抽水，请保密，怕报复"}
POSTED = {"channel": "forum", "title": "投诉民警", "text": f"民警态度恶劣，{MARK}亲眼所见", "author": HANDLE}
QUESTION = {"channel": "portal", "title": "请问护照", "text": "请问护照过期怎么换？"}
READ = "SELECT count(*) FROM mirror_records JOIN mirror_logs USING (log) WHERE topic = 'petition.reports.v1'"


def asked(running: Running, method: str, path: str, role: str, body: object = None, **who: Any) -> httpx.Response:
    """Ask the gateway from the informant's own address, with their own agent."""
    token = running.suite.configuration.issuer().token(
        sub=who.pop("sub", f"{role}-of-shenzhen"),
        tenant=who.pop("tenant", TENANT),
        roles=[role],
        department=who.pop("department", None),
    )
    headers = {
        "authorization": f"Bearer {token}",
        "user-agent": AGENT,
        "idempotency-key": str(uuid.uuid4()),
        "purpose-of-use": "handling",
        **who,
    }
    with httpx.Client(transport=httpx.HTTPTransport(local_address=ADDRESS), base_url=running.url) as client:
        return client.request(method, path, json=body, headers=headers)


def handled(running: Running, path: str) -> None:
    """Have the desk hand it over, and its handler answer and file it; some of what is tried is refused."""
    assert asked(
        running, "POST", f"{path}/transfer", "triage", {"department": "criminal"}, **{"if-match": '"2"'}
    ).is_error
    to, by = {"department": "criminal", "handlers": ["wang"]}, {"sub": "wang", "department": "criminal"}
    steps: list[tuple[str, str, object, dict[str, Any]]] = [
        ("transfer", "triage", to, {}),
        ("sign-for", "handler", None, by),
        ("reply", "handler", {"text": f"已到{MARK}处核查。"}, by),
        ("close", "handler", {"outcome": "filed"}, by),
    ]
    for version, (action, role, body, who) in enumerate(steps, 2):
        done = asked(running, "POST", f"{path}/{action}", role, body, **who, **{"if-match": f'"{version}"'})
        assert done.is_success, done.text


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_of_an_informant_nothing_is_found_outside_the_rows_that_say_whose_a_report_is(running: Running) -> None:
    configuration = running.suite.configuration
    sent = asked(running, "POST", "/v1/petitions", "citizen", REPORT, sub=INFORMANT)
    assert sent.json()["confidential"] is True, sent.text
    path, receipt = sent.headers["location"], sent.json()
    assert asked(running, "POST", "/v1/petitions", "connector", POSTED).json()["confidential"] is True
    question = asked(running, "POST", "/v1/petitions", "citizen", QUESTION, sub=INFORMANT)
    assert question.json()["confidential"] is False
    handled(running, path)
    for role, tenant, status in (("citizen", TENANT, 404), ("triage", PROVINCE, 404), ("triage", TENANT, 200)):
        assert asked(running, "GET", path, role, tenant=tenant).status_code == status
    assert asked(running, "GET", path, "citizen", sub=INFORMANT).json()["outcome"] == "filed"
    assert asked(running, "POST", "/v1/petitions", "citizen", {"text": MARK}, sub=INFORMANT).status_code == 422

    def mirrored() -> bool:
        with psycopg.connect(configuration.postgres().dsn("intel_sink")) as connection:
            row = connection.execute(READ).fetchone()
        return bool(row and row[0] >= 8)

    eventually_sync(mirrored, within=30, that="the mirror has both reports")
    lookup = {"number": receipt["number"], "query_code": receipt["query_code"]}

    def filed() -> bool:
        answer = asked(running, "POST", "/v1/progress", "citizen", lookup)
        return answer.status_code == 200 and [step["zh"] for step in answer.json()["timeline"]][-1] == "已立案"

    eventually_sync(filed, within=30, that="its sender is told")

    secret = pseudonym_secret(configuration).read_bytes().strip()
    author, actor = (pseudonym(secret, context, INFORMANT) for context in ("author", "actor.petition"))
    informant = pseudonym(secret, "informant", author)
    nowhere = {"text": MARK, "handle": HANDLE, "informant": INFORMANT, "agent": AGENT, "address": ADDRESS}
    somewhere = {"author": author, "actor": actor, "known as": informant}
    needles, names = Needles([*nowhere.values(), *somewhere.values()]), [*nowhere, *somewhere]
    files, number, _ = in_files([configuration.state], needles, besides=[configuration.cache])
    assert number > 100
    plain = {(names[hit.number], hit.place) for hit in files if names[hit.number] in nowhere}
    assert plain == set(), "in no file at all: databases, topics, mirror, logs of gateway and services"
    assert in_files([configuration.logs], needles)[0] == [], "in no log either under any other name"

    rows: set[tuple[str, str]] = set()
    for service in SERVICES:
        hits, _ = in_rows(service.name, configuration.postgres().dsn(service.database), needles)
        rows |= {(names[hit.number], hit.place) for hit in hits}
    assert {("known as", "petition: public.petitions"), ("author", "intel-sink: public.mirror_records")} <= rows
    of_ordinary = {place for name, place in rows if name in {"author", "actor"}}
    assert {place.partition(":")[0] for place in of_ordinary} <= {"petition", "query", "intel-sink"}
    joined = [
        place for place in of_ordinary if ("known as", place) in rows and not _apart(running, place, author, informant)
    ]
    assert joined == [], "no row says that the one and the other are the same person"

    names_of_spans = {span.name for span in running.capture.spans()}
    assert not [name for name in names_of_spans if "/v1/petitions" in name or "petition.reports" in name]
    exported = repr([running.capture.spans(), running.capture.logs(), running.capture.metrics()])
    assert not [text for text in (*nowhere.values(), *somewhere.values()) if text in exported]


def _apart(running: Running, place: str, one: str, other: str) -> bool:
    """Tell whether no single row of a table holds both names."""
    service, _, table = place.partition(": ")
    database = next(each.database for each in SERVICES if each.name == service)
    both = (one.encode(), other.encode())
    return not any(all(name in row for name in both) for row in _rows(running, database, table))


def _rows(running: Running, database: str, table: str) -> list[bytes]:
    with psycopg.connect(running.suite.configuration.postgres().dsn(database)) as connection:
        copied = connection.cursor().copy(f"COPY (SELECT * FROM {table}) TO STDOUT".encode())
        with copied as copy:
            return [bytes(row) for row in copy]
