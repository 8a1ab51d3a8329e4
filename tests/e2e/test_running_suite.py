"""A whole suite, started as ``make start`` starts it: the README's commands, and one trace through all of it."""

import contextlib
import json
import re
import ssl
import sys
import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from accept.catalogue import catalogue
from chassis.testing.waiting import NeverHappenedError, eventually_sync
from deploy.erasure import Proof, look, wrapped_keys
from deploy.search import Wanted
from deploy.services import SERVICES
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy import key_rotation
from tests.observability import exports
from tests.observability.names import exported
from tests.observability.prometheus import needed, prometheus_on

from .conftest import Running, run

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BIN = Path(sys.executable).parent
ENDORSEMENT = catalogue()["hk-macao-endorsement"].example
FOR_WORK = {"purpose-of-use": "handling"}
MIRRORED = "SELECT value FROM mirror_records JOIN mirror_logs USING (log) WHERE topic = %s"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_main_job_loses_doubles_and_disorders_nothing(running: Running) -> None:
    done = run(running, f"{BIN}/python -m demo --handled 40 --applications 40", within=280)
    assert done.returncode == 0, done.stdout + done.stderr
    table = dict(re.findall(r"│ [^│]*?· ([a-z][a-z ]*?) +│ +([\d,]+) │", done.stdout))
    assert {table["lost"], table["double"], table["out of order"]} == {"0"}
    assert int(table["mirrored"].replace(",", "")) > 400


def test_the_readmes_first_request_is_accepted(running: Running) -> None:
    block = next(block for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if "curl" in block)
    port = running.suite.configuration.ports.gateway
    for told, here in {
        "8080": str(port),
        "make -s token ROLE=": f"{BIN}/deploy token --role ",
        " TENANT=": " --tenant ",
        "curl -s": "curl -s -o /dev/null -w '%{http_code}'",
    }.items():
        block = block.replace(told, here)
    done = run(running, block)
    assert done.stdout.strip().endswith("201"), done.stdout + done.stderr


@pytest.mark.parametrize("command", re.findall(r"^(\.venv/bin/deploy run [^#]*?) +#", README, re.MULTILINE))
def test_every_command_of_the_readme_does_its_work(running: Running, command: str) -> None:
    done = run(running, command.replace(".venv/bin", str(BIN)))
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_make_target_that_the_documents_name_is_there() -> None:
    named = set()
    for document in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "deploy/README.md", "contracts/README.md"):
        named |= set(re.findall(r"(?:^|`)make (?:-s )?([a-z]+)", (ROOT / document).read_text("utf-8"), re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert named
    assert named <= targets


def post(running: Running, path: str, role: str, body: object = None, **headers: str) -> httpx.Response:
    """Ask the gateway for a change, as somebody of a role."""
    configuration = running.suite.configuration
    token = configuration.issuer().token(sub=f"{role}-of-a-trace", tenant="440300", roles=[role])
    answer = httpx.post(
        f"http://127.0.0.1:{configuration.ports.gateway}{path}",
        json=body,
        headers={"authorization": f"Bearer {token}", "idempotency-key": str(uuid.uuid4()), **headers},
        trust_env=False,
    )
    assert answer.is_success, answer.text
    return answer


def trace_of(running: Running, answer: httpx.Response) -> str:
    """Find the trace by the request id that every answer shows."""
    number = answer.headers["x-request-id"]

    def found() -> list[str]:
        spans = running.capture.spans(service="gateway")
        return [span.trace_id for span in spans if span.attributes["guid:x-request-id"] == number]

    return eventually_sync(found, within=15, that="the gateway's span is exported")[0]


def test_one_trace_leads_from_the_gateway_through_acceptance_and_review_to_readers_and_mirror(running: Running) -> None:
    body = {"channel": "portal", "item": "hk-macao-endorsement", "form": ENDORSEMENT}
    submitted = post(running, "/v1/cases", "citizen", body)
    path = f"{submitted.headers['location']}/accept"
    trace = trace_of(running, post(running, path, "window", **{"if-match": submitted.headers["etag"]}))
    cases, reviews = "accept.cases.v1", "approve.reviews.v1"
    accepted, started = f"accept: create {cases}", f"approve: create {reviews}"
    wanted = {
        ("", "gateway: POST /v1/cases"),
        ("gateway: POST /v1/cases", "accept: POST /v1/cases/{case_id}/accept"),
        ("accept: POST /v1/cases/{case_id}/accept", accepted),
        (accepted, f"accept: send {cases}"),
        (accepted, f"approve: process {cases}"),
        (accepted, f"query: process {cases}"),
        (accepted, f"intel-sink: process {cases}"),
        (f"approve: process {cases}", started),
        (started, f"approve: send {reviews}"),
        (started, f"accept: process {reviews}"),
        (started, f"query: process {reviews}"),
        (started, f"intel-sink: process {reviews}"),
    }
    with contextlib.suppress(NeverHappenedError):  # the assertion shows which edge is missing
        eventually_sync(lambda: running.capture.edges(trace) == wanted, within=30)
    assert running.capture.edges(trace) == wanted


def test_keys_change_while_people_are_at_work_and_none_of_them_is_refused(running: Running) -> None:
    configuration, over = running.suite.configuration, threading.Event()
    issuer, gateway = configuration.issuer(), configuration.gateway()

    def at_work(path: str, role: str) -> Counter[int]:
        answers: Counter[int] = Counter()
        with httpx.Client(base_url=gateway.url, trust_env=False, timeout=30) as client:
            while not over.is_set():
                headers = {"authorization": f"Bearer {running.token(role, sub=f'{role}-at-work')}", **FOR_WORK}
                answers[client.get(path, headers=headers).status_code] += 1
        return answers

    old, places = running.token("triage"), {"/v1/petitions": "triage", "/v1/cases": "window", "/v1/reviews": "examiner"}
    with ThreadPoolExecutor() as pool:
        asked = [pool.submit(at_work, path, role) for path, role in places.items()]
        for _ in range(3):
            key_rotation.rotate(issuer, gateway)
        over.set()
    assert [each.result().keys() for each in asked] == [{200}] * len(places)
    key_rotation.retire(issuer, gateway)
    headers = {"authorization": f"Bearer {old}"}
    eventually_sync(
        lambda: httpx.get(f"{gateway.url}/v1/petitions", headers=headers, trust_env=False).status_code == 401,
        that="the first key is forgotten",
    )
    assert post(
        running, "/v1/cases", "citizen", {"channel": "portal", "item": "hk-macao-endorsement", "form": ENDORSEMENT}
    )


def test_a_read_of_somebodys_petition_through_the_gateway_is_in_the_mirror(running: Running) -> None:
    written = {"channel": "portal", "title": "请问", "text": "请问护照怎么办？"}
    submitted = post(running, "/v1/petitions", "citizen", written)
    address = running.url + submitted.headers["location"]
    bearer = {"authorization": f"Bearer {running.token('triage')}"}
    refused = httpx.get(address, headers=bearer, trust_env=False)
    assert (refused.status_code, refused.json()["type"]) == (400, "urn:yiwangban:problem:purpose-missing")
    shown = httpx.get(address, headers=bearer | FOR_WORK, trust_env=False)
    assert shown.json()["text"] == written["text"]

    def mirrored() -> list[dict[str, Any]]:
        with psycopg.connect(running.suite.configuration.postgres().dsn("intel_sink")) as connection:
            found = connection.execute(MIRRORED, ("petition.reads.v1",)).fetchall()
        records = (json.loads(value)["data"] for (value,) in found)
        return [record for record in records if record["request"] == shown.headers["x-request-id"]]

    (record,) = eventually_sync(mirrored, within=30, that="the record of the read is in the mirror")
    assert (record["subjects"], record["purpose"]) == ([submitted.json()["id"]], "handling")


def test_certificates_and_their_authority_change_under_a_running_suite(running: Running, tmp_path: Path) -> None:
    kafka = running.suite.configuration.kafka()
    (broker,), authorities = kafka.brokers, kafka.bus.ca_path
    assert authorities is not None
    former = tmp_path / "former.pem"
    former.write_bytes(authorities.read_bytes())
    shown = ssl.get_server_certificate(("127.0.0.1", broker.port))
    done = run(running, f"{BIN}/deploy rotate-certificates --authority", within=200)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ssl.get_server_certificate(("127.0.0.1", broker.port)) != shown
    with pytest.raises(KafkaError, match="bootstrap"):  # whoever believes only the former one
        KafkaAdminClient(**replace(kafka.bus, ca_path=former).client(), bootstrap_timeout_ms=2_000)
    body = {"channel": "portal", "item": "hk-macao-endorsement", "form": ENDORSEMENT}
    post(running, "/v1/cases", "citizen", body)
    verified = run(running, f"{BIN}/deploy run intel-sink verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_nothing_is_exported_that_the_page_of_telemetry_does_not_declare(running: Running) -> None:
    capture = running.capture
    eventually_sync(lambda: "yiwangban.service.state" in {each.name for each in capture.metrics()}, within=30)
    assert {span.service for span in capture.spans()} >= {"gateway", "accept", "approve", "query", "intel-sink"}
    assert capture.logs()
    assert exports.spans(capture) == set()
    assert exports.metrics(capture) == set()
    assert exports.logs(capture) == set()
    assert exports.resource(capture) == set()


def test_every_log_line_about_a_request_is_tied_to_its_trace(running: Running) -> None:
    lines = [
        json.loads(line)
        for service in SERVICES
        for line in (running.suite.configuration.logs / f"{service.name}.log").read_text("utf-8").splitlines()
        if line.startswith("{")
    ]
    assert lines
    about = [line for line in lines if "yiwangban.request.id" in line]
    assert not [line for line in about if not re.fullmatch(r"[0-9a-f]{32}", line.get("trace_id", ""))]


def test_prometheus_finds_every_process_and_every_rule_works_and_nothing_is_wrong(
    running: Running, tmp_path: Path
) -> None:
    state = running.suite.configuration.state
    written = json.loads((state / "prometheus" / "targets.json").read_text("utf-8"))
    with prometheus_on(state, tmp_path) as ask:

        def up() -> bool:
            found = ask("targets")["activeTargets"]
            wanted = {address for each in written for address in each["targets"]}
            return {each["labels"]["instance"] for each in found if each["health"] == "up"} == wanted

        def evaluated() -> bool:
            rules = [rule for group in ask("rules")["groups"] for rule in group["rules"]]
            assert not [rule for rule in rules if rule["health"] == "err"]
            return all(rule["health"] == "ok" for rule in rules)

        eventually_sync(up, within=30, that="every process is scraped")
        eventually_sync(evaluated, within=30, that="every rule is evaluated")
        ours = {name for name in ask("label/__name__/values") if re.match("yiwangban_|http_|db_|messaging_", name)}
        said = {alert["labels"]["alertname"] for alert in ask("alerts")["alerts"]}
        assert said <= {"PageUntold"}, "the job has sent what can't wait, and no pager is set up here"
    assert ours <= exported().keys()
    assert needed() <= ours


PERSON, MARK = "somebody-who-leaves", "东风路三号的陈小明"


def written(running: Running, sub: str, mark: str) -> dict[str, str]:
    """Leave something of a person everywhere: a petition with its reply, a case with its review and its opinion."""

    def ask(path: str, role: str, body: object = None, *, as_: str = "", **who: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {running.token(role, sub=as_ or f'{role}-of-{sub}', **who)}"}
        headers["idempotency-key"] = str(uuid.uuid4())
        if role != "citizen":
            shown = httpx.get(f"{running.url}{path.rpartition('/')[0]}", headers=headers | FOR_WORK, trust_env=False)
            headers["if-match"] = shown.headers["etag"]
        answer = httpx.post(f"{running.url}{path}", json=body, headers=headers, trust_env=False)
        assert answer.is_success, answer.text
        return answer

    message = {"channel": "portal", "title": f"请问护照怎么办，{mark}", "text": f"请问要带什么\n{mark}的门牌"}
    petition = ask("/v1/petitions", "citizen", message, as_=sub).headers["location"]
    ask(f"{petition}/transfer", "triage", {"department": "exit-entry"})
    ask(f"{petition}/sign-for", "handler", department="exit-entry")
    ask(f"{petition}/reply", "handler", {"text": f"您好，{mark}。"}, department="exit-entry")
    form = ENDORSEMENT | {"name": mark}
    body = {"channel": "portal", "item": "hk-macao-endorsement", "form": form}
    case = ask("/v1/cases", "citizen", body, as_=sub).headers["location"]
    ask(f"{case}/accept", "window")
    return {"petition": petition, "case": case}


def access(running: Running, path: str, role: str) -> str:
    headers = {"authorization": f"Bearer {running.token(role)}", **FOR_WORK}
    answer = httpx.get(running.url + path, headers=headers, trust_env=False)
    found: str = answer.json().get("access", str(answer.status_code))
    return found


def mirrored(running: Running) -> bool:
    """Tell whether the mirror, and what follows it, have all that is in the outboxes."""
    done = run(running, f"{BIN}/deploy run intel-sink reconcile --json")
    return done.returncode == 0


def test_of_an_erased_person_nothing_is_left_in_clear_and_a_restored_keyring_opens_nothing_of_them(
    running: Running, tmp_path: Path
) -> None:
    suite, copy = running.suite, tmp_path / "keyring.dump"
    mine, others = written(running, PERSON, MARK), written(running, "somebody-who-stays", "西湖路七号的李大同")
    paths = {mine["petition"]: "triage", mine["case"]: "window", others["petition"]: "triage", others["case"]: "window"}
    assert {access(running, path, role) for path, role in paths.items()} == {"open"}
    eventually_sync(lambda: mirrored(running), within=60, that="the mirror has everything")
    assert run(running, f"{BIN}/deploy backup keyring {copy}").returncode == 0
    wrapped = wrapped_keys(suite.configuration.postgres())

    done = run(running, f"{BIN}/deploy erase {PERSON}")

    assert done.returncode == 0, done.stdout + done.stderr
    for figure in (
        "keys destroyed +2 ",
        "accept .*acknowledged, texts deleted +1 ",
        "petition .*deleted +2 ",
        "found +0 ",
    ):
        assert re.search(figure, done.stdout), f"{figure} in {done.stdout}"
    assert {access(running, path, role) for path, role in list(paths.items())[:2]} == {"erased"}
    assert {access(running, path, role) for path, role in list(paths.items())[2:]} == {"open"}
    left = wrapped_keys(suite.configuration.postgres())
    gone = [key for keyid, key in wrapped.items() if keyid not in left]
    assert len(gone) == 2
    gone_by_now: list[Wanted] = [MARK, *gone]
    still_there: list[Wanted] = [mine["petition"].rpartition("/")[2], *list(left.values())[:2]]
    seen = Proof(keys=0, emptied={}, seconds=0)
    look(suite.configuration, seen, [*gone_by_now, *still_there])
    assert {hit.number for hit in seen.hits} == set(range(len(gone_by_now), seen.texts))  # it does see what is there
    assert any("/kafka/" in hit.place for hit in seen.hits)
    exported = repr([running.capture.spans(), running.capture.logs(), running.capture.metrics()])
    assert not [text for text in (MARK, PERSON, "东风路") if text in exported]

    restored = run(running, f"{BIN}/deploy restore keyring {copy} --yes")
    assert restored.returncode == 0, restored.stdout + restored.stderr
    eventually_sync(lambda: not suite.not_ready(), within=60, that="everybody is ready again")
    assert not (wrapped.keys() - left.keys()) & wrapped_keys(suite.configuration.postgres()).keys()
    assert {access(running, path, role) for path, role in list(paths.items())[2:]} == {"open"}
