"""A whole suite, started as ``make start`` starts it: the README's commands, and one trace through all of it."""

import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from chassis.testing.otlp import Capture, CapturedSpan, capture_otlp
from chassis.testing.waiting import eventually_sync
from demo.chaos import configuration_of
from deploy.suite import Suite

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BIN = Path(sys.executable).parent
TOPIC = "petition.petitions.v1"


@dataclass(frozen=True)
class Running:
    """A suite that runs, the environment that its commands need, and the traces that it exports."""

    suite: Suite
    environment: dict[str, str]
    capture: Capture


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with capture_otlp() as capture, pytest.MonkeyPatch.context() as patch:
        for name, value in capture.environment.items():
            patch.setenv(name, value)
        patch.delenv("OTEL_LOGS_EXPORTER")
        chosen = configuration_of(tmp_path_factory.mktemp("e2e"))
        suite = Suite(replace(chosen, split=False, otlp_endpoint=capture.endpoint))
        environment = {
            **os.environ,
            "STATE_DIR": str(chosen.state),
            **{name: str(port) for name, port in chosen.ports.by_setting().items()},
        }
        suite.start()
        yield Running(suite, environment, capture)
        suite.down()


def run(running: Running, command: str, *, within: float = 120) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=ROOT,
        env=running.environment,
        capture_output=True,
        text=True,
        timeout=within,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_main_job_loses_doubles_and_disorders_nothing(running: Running) -> None:
    done = run(running, f"{BIN}/python -m demo --handled 40", within=280)
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


def test_one_trace_leads_from_the_gateway_through_outbox_and_topic_into_the_mirror(running: Running) -> None:
    configuration = running.suite.configuration
    token = configuration.issuer().token(
        sub="tracer", tenant="440300", roles=["citizen"], department=None, ttl=timedelta(minutes=5)
    )
    answer = httpx.post(
        f"http://127.0.0.1:{configuration.ports.gateway}/v1/petitions",
        json={"channel": "portal", "title": "居住证", "text": "请问居住证到期如何续签？"},
        headers={"authorization": f"Bearer {token}", "idempotency-key": str(uuid.uuid4())},
        trust_env=False,
    )
    assert answer.status_code == 201, answer.text

    def arrived() -> CapturedSpan | None:
        mirrored = [span for span in running.capture.spans(f"process {TOPIC}") if span.service == "intel-sink"]
        served = {span.trace_id for span in running.capture.spans("POST /v1/petitions", service="petition")}
        return next((span for span in mirrored if span.trace_id in served), None)

    mirrored = eventually_sync(arrived, within=30, that="the mirror's span is exported")
    assert mirrored is not None
    spans = {span.span_id: span for span in running.capture.spans() if span.trace_id == mirrored.trace_id}
    path = [mirrored]
    while path[-1].parent_id in spans:
        path.append(spans[path[-1].parent_id])
    assert [(span.service, span.name.split(" ")[0]) for span in path if span.service != "gateway"][:3] == [
        ("intel-sink", "process"),
        ("petition", "create"),
        ("petition", "POST"),
    ]
    assert any(span.name == f"send {TOPIC}" and span.parent_id == path[1].span_id for span in spans.values())
    assert path[-1].service not in {"petition", "intel-sink"}, "the trace begins at the gateway"
