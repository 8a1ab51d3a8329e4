"""Three brokers, of which one may be lost: what was written is there, and what is written goes on."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from chassis.testing.topics import admin_client
from contracts.registry import Registry
from deploy.cluster import Cluster
from deploy.credentials import Credentials
from deploy.provision import principals_of_services, provision
from deploy.server import free_port
from kafka.admin import ConfigResource, ConfigResourceType

from tests.conftest import CACHE
from tests.integration.kit.bench import Bench, bench_on

pytestmark = pytest.mark.slow

TOPICS = tuple(Registry.load().topics.values())
OFFSETS = "__consumer_offsets"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    ports = {"port": free_port(), "controller_port": free_port()}
    credentials = Credentials(tmp_path_factory.mktemp("credentials"))
    cluster = Cluster(
        tmp_path_factory.mktemp("cluster"), jars=CACHE / "kafka", size=3, credentials=credentials, **ports
    )
    cluster.prepare()
    with ThreadPoolExecutor() as pool:  # none of them answers before most of them are there
        list(pool.map(lambda broker: broker.start(), cluster.brokers))
    yield cluster
    for broker in cluster.brokers:
        broker.kill()  # a graceful stop would wait for the others


def partitions(cluster: Cluster, topics: Sequence[str]) -> list[dict[str, Any]]:
    with admin_client(cluster.bus) as admin:
        return [partition for topic in admin.describe_topics(list(topics)) for partition in topic["partitions"]]


def in_sync_everywhere(cluster: Cluster, topics: Sequence[str]) -> bool:
    return all(sorted(partition["isr_nodes"]) == [1, 2, 3] for partition in partitions(cluster, topics))


@pytest.fixture
def bench(cluster: Cluster, database_url: str, topic_prefix: str) -> Bench:
    assert cluster.credentials is not None
    principals = principals_of_services(TOPICS, cluster.credentials.password, topic_prefix)
    provision(cluster.bus, TOPICS, principals=principals, prefix=topic_prefix, replication=3)
    return bench_on(cluster.bus_of("petition"), database_url, topic_prefix)


def test_every_topic_is_on_three_brokers_and_a_record_counts_once_two_have_it(
    cluster: Cluster, topic_prefix: str
) -> None:
    made = provision(cluster.bus, TOPICS, prefix=topic_prefix, replication=3)
    assert len(made.created) == len(TOPICS)
    assert provision(cluster.bus, TOPICS, prefix=topic_prefix, replication=3).differences == ()
    for partition in partitions(cluster, made.created):
        assert sorted(partition["replica_nodes"]) == sorted(partition["isr_nodes"]) == [1, 2, 3]
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in made.created]
    with admin_client(cluster.bus) as admin:
        found = admin.describe_configs(resources, config_filter="all")["topic"]
    assert {settings["min.insync.replicas"]["value"] for settings in found.values()} == {"2"}


async def test_a_broker_may_be_killed_under_load_processes_start_without_it_and_it_returns_with_another_certificate(
    bench: Bench, cluster: Cluster
) -> None:
    assert cluster.credentials is not None
    topics, lost = [*bench.topics.values(), OFFSETS], cluster.brokers[0]  # the one that clients are told of first
    async with bench.running():
        await bench.more(50)
        assert any(partition["leader_id"] == lost.node for partition in partitions(cluster, topics[:1]))
        lost.kill()
        await bench.more(100)
    async with bench.running():
        await bench.more(20)
        cluster.credentials.certify(lost.name, anew=True)
        await asyncio.to_thread(lost.start)
        await asyncio.to_thread(cluster.wait_in_sync)
        assert in_sync_everywhere(cluster, topics)
        await bench.more(20)
    assert bench.doubled("reaction") == []
