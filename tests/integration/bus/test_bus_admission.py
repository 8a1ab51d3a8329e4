"""The bus asks everybody who they are, and lets nobody do what contracts/topics doesn't say: on a real broker."""

import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka.errors import TopicAuthorizationFailedError
from chassis.admin_client import AdminClient
from chassis.testing.topics import admin_client
from chassis.testing.waiting import eventually_sync
from contracts.bus import Bus
from contracts.refusal import NotLetInError
from deploy.access import NotForSubscribersError, Principal, principal_of, rights_of_service, rights_of_subscriber
from deploy.admission import admit, dismiss
from deploy.authority import Authority
from deploy.cluster import Cluster
from deploy.config import Configuration
from deploy.credentials import ADMIN, Credentials
from deploy.kafka import Kafka
from deploy.server import LOOPBACK, NotReadyError
from deploy.suite import Suite
from kafka import KafkaAdminClient
from kafka.errors import GroupAuthorizationFailedError, KafkaError
from kafka.errors import TopicAuthorizationFailedError as NotToBeWrittenError

from deploy import kafka as kafka_module
from tests.integration.bus.clients import (
    PATIENT,
    PROVINCE,
    SOON,
    TOPICS,
    look_up,
    read,
    read_all,
    settings_of,
    write_all,
)

SERVICES = sorted({name for topic in TOPICS.values() for name in (topic.writer, *topic.readers)})
INSIDE = next(name for name, topic in TOPICS.items() if topic.audience != "province")


@pytest.fixture(scope="module", autouse=True)
def records(cluster: Cluster) -> None:
    """Put one into every topic: whoever may read finds something."""
    assert write_all(cluster.bus) == {}


# Who is who


def test_a_plaintext_connection_is_refused_and_told_what_is_missing(cluster: Cluster) -> None:
    with pytest.raises(NotLetInError, match="set KAFKA_USER"):
        AdminClient(Bus(cluster.bootstrap), **SOON)


def test_a_client_that_would_sign_in_at_a_plaintext_broker_tells_it_no_password(
    bus_of: Callable[[str], Bus], kafka: Kafka
) -> None:
    with pytest.raises(NotLetInError, match="speaks no TLS"):
        AdminClient(replace(bus_of("petition"), bootstrap=kafka.bootstrap), **SOON)


def test_encryption_alone_is_not_enough(bus_of: Callable[[str], Bus]) -> None:
    told = {name: value for name, value in bus_of("petition").client().items() if not name.startswith("sasl")}
    with pytest.raises(KafkaError):
        KafkaAdminClient(**told | {"security_protocol": "SSL"}, **SOON)


def test_a_wrong_password_and_a_stranger_are_refused_alike_and_told_what_to_do(
    bus_of: Callable[[str], Bus], tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("guessed", "utf-8")
    for name in ("petition", "nobody"):
        with pytest.raises(NotLetInError, match=f"password of {name} in {tmp_path}/password: `make provision`"):
            AdminClient(replace(bus_of(name), password_path=tmp_path / "password"), client_id="refused", **SOON)
    assert "kafka-io-refused" not in {thread.name for thread in threading.enumerate()}
    with closing(AdminClient(bus_of("petition"), **PATIENT)) as let_in:
        assert let_in.describe_topics([PROVINCE])


def test_a_broker_that_another_authority_vouches_for_is_told_no_password(
    bus_of: Callable[[str], Bus], tmp_path: Path
) -> None:
    other = Authority(tmp_path)
    other.prepare()
    with pytest.raises(NotLetInError, match=f"put the present authorities into {other.trusted}"):
        AdminClient(replace(bus_of("petition"), ca_path=other.trusted), **SOON)


def test_the_controllers_door_is_for_who_shows_a_certificate(cluster: Cluster, credentials: Credentials) -> None:
    context = ssl.create_default_context(cafile=credentials.authority.trusted)
    (broker,) = cluster.brokers
    with (
        socket.create_connection((LOOPBACK, broker.controller_port), timeout=5) as raw,
        context.wrap_socket(raw, server_hostname=LOOPBACK) as channel,
        pytest.raises(ssl.SSLError, match=r"(?i)alert.*certificate"),
    ):
        channel.recv(1)


def test_a_start_with_another_administrators_password_ends_and_says_why(
    cluster: Cluster, credentials: Credentials, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_module, "ASKED_FOR_MS", 1_000)
    (broker,) = cluster.brokers
    folder = Path(shutil.copytree(credentials.folder, tmp_path / "credentials"))
    (folder / "passwords" / ADMIN).write_text("another", "utf-8")
    other = Kafka(broker.state, jars=broker.jars, port=broker.port, credentials=Credentials(folder))
    with pytest.raises(NotReadyError, match=f"{folder}/passwords/{ADMIN}"):
        other.wait_ready()


# Who may do what


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_writes_only_its_own_topics_and_reads_only_what_it_is_a_reader_of(
    service: str, bus_of: Callable[[str], Bus]
) -> None:
    bus = bus_of(service)
    kept_out = write_all(bus)
    assert {type(error) for error in kept_out.values()} == {NotToBeWrittenError}
    assert TOPICS.keys() - kept_out == {name for name, topic in TOPICS.items() if topic.writer == service}
    refused = read_all(bus)
    assert TOPICS.keys() - refused == {
        name for name, topic in TOPICS.items() if service in {topic.writer, *topic.readers}
    }
    assert {type(error) for error in refused.values()} <= {TopicAuthorizationFailedError}


def test_nobody_joins_another_ones_group(bus_of: Callable[[str], Bus]) -> None:
    assert look_up(bus_of("query"), "query.somewhere") is None
    assert isinstance(look_up(bus_of("query"), "petition.somewhere"), GroupAuthorizationFailedError)
    assert isinstance(look_up(bus_of("query"), "queryelse"), GroupAuthorizationFailedError)


def test_a_service_can_neither_make_topics_nor_rights_nor_users(bus_of: Callable[[str], Bus]) -> None:
    mine = Principal("petition", "another password", rights_of_service("intel-sink", TOPICS.values()))
    with admin_client(bus_of("petition")) as admin:
        with pytest.raises(KafkaError):
            admin.create_topics({"petition.more.v1": {"num_partitions": 1, "replication_factor": 1}})
        with pytest.raises((KafkaError, RuntimeError)):
            admit(admin, [mine])


def test_rights_that_are_too_many_are_taken_back_and_a_strangers_are_told(
    configuration: Configuration, cluster: Cluster, credentials: Credentials
) -> None:
    topic, topics = "petition.petitions.v1", tuple(TOPICS.values())
    shared = replace(TOPICS[topic], readers=("approve",))
    more = Principal("approve", credentials.password("approve"), rights_of_service("approve", [shared]))
    stranger = Principal(principal_of("gone"), "password", rights_of_subscriber("gone", [PROVINCE], topics))
    assert isinstance(read(cluster.bus_of("approve"), topic), TopicAuthorizationFailedError)
    with admin_client(cluster.bus) as admin:
        admit(admin, [more, stranger])
        eventually_sync(lambda: read(cluster.bus_of("approve"), topic) is None, within=15)
        told = Suite(configuration).provision().strangers
        assert told == (f"User:subscriber.gone ALLOW READ topic {PROVINCE}",)
        eventually_sync(lambda: read(cluster.bus_of("approve"), topic) is not None, within=15)
        dismiss(admin, principal_of("gone"))
    assert Suite(configuration).provision().strangers == ()


# Systems outside


@pytest.mark.slow
@pytest.mark.skipif(not (shutil.which("kcat") and shutil.which("jq")), reason="kcat or jq is missing: make tools")
def test_a_subscriber_gets_credentials_and_a_printed_example_that_runs(
    command: Callable[..., str], tmp_path: Path
) -> None:
    printed = command("subscriber", "tax-bureau", "accept.cases.v1").splitlines()
    (begin,) = (number for number, line in enumerate(printed) if line.startswith("set -a"))
    script = "set -eu\n" + "\n".join(printed[begin:])
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KAFKA")}
    done = subprocess.run(
        ["sh", "-c", script], env=clean, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "stages.db").exists()


def test_a_subscriber_reads_what_it_asked_for_and_nothing_else(
    command: Callable[..., str], configuration: Configuration, tmp_path: Path
) -> None:
    command("subscriber", "library", "accept.cases.v1")
    folder = shutil.copytree(configuration.state / "subscribers" / "library", tmp_path / "handed over")
    bus = Bus.from_environment(settings_of(folder))
    bus = replace(bus, password_path=folder / "password", ca_path=folder / "authorities.pem")
    eventually_sync(lambda: read(bus, "accept.cases.v1") is None, within=15)
    assert look_up(bus, "subscriber.library.all") is None
    assert {name: type(error) for name, error in write_all(bus).items()} == dict.fromkeys(TOPICS, NotToBeWrittenError)
    assert TOPICS.keys() - read_all(bus) == {"accept.cases.v1"}
    assert isinstance(look_up(bus, "query.mine"), GroupAuthorizationFailedError)
    command("subscriber", "library", "--remove")
    with pytest.raises(NotLetInError, match="a system outside asks whoever runs the suite"):
        AdminClient(bus, **SOON)


def test_a_subscriber_is_refused_what_is_for_nobody_outside(command: Callable[..., str]) -> None:
    assert INSIDE in command("subscriber", "curious", PROVINCE, INSIDE, status=1)
    assert "curious" in command("subscriber", "Curious", PROVINCE, status=1).lower()
    restricted = [replace(TOPICS[PROVINCE], audience="restricted")]
    with pytest.raises(NotForSubscribersError):
        rights_of_subscriber("curious", [PROVINCE], restricted)
