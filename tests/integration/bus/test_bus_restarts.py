"""What restarts, other certificates, a lost disk and a wrong password leave: everything, once."""

import asyncio
import shutil
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from chassis.testing.waiting import eventually
from chassis.worker.logs import BrokerUnavailableError, LogDirectory
from contracts.bus import Bus
from deploy.cluster import Cluster
from deploy.config import Configuration
from deploy.credentials import Credentials
from deploy.provision import principals_of_services, provision
from deploy.server import LOOPBACK
from deploy.suite import Suite

from tests.integration.bus.clients import PROVINCE, TOPICS, reading, settings_of
from tests.integration.kit.bench import Bench, bench_on


def provision_for(prefix: str, cluster: Cluster) -> None:
    """Make topics of a test's own, and let the services at them."""
    assert cluster.credentials is not None
    topics = tuple(TOPICS.values())
    principals = principals_of_services(topics, cluster.credentials.password, prefix)
    provision(cluster.bus, topics, principals=principals, prefix=prefix)


@pytest.fixture
def bench(cluster: Cluster, database_url: str, topic_prefix: str) -> Bench:
    provision_for(topic_prefix, cluster)
    return bench_on(cluster.bus_of("petition"), database_url, topic_prefix)


@pytest.mark.slow
async def test_nothing_is_lost_or_doubled_when_the_broker_comes_back_with_another_certificate(
    bench: Bench, cluster: Cluster, configuration: Configuration, credentials: Credentials, topic_prefix: str
) -> None:
    (broker,), suite = cluster.brokers, Suite(configuration)
    suite.subscribe("gone", [PROVINCE])
    provision_for(topic_prefix, cluster)  # the suite's own, without a prefix, takes back whatever isn't its own
    suite.dismiss("gone")  # had its password been deleted, the broker would now come back without anybody's
    before = ssl.get_server_certificate((LOOPBACK, broker.port))
    async with bench.running():
        await bench.more(50)
        credentials.certify(broker.name, anew=True)
        await asyncio.to_thread(broker.stop)
        await asyncio.to_thread(broker.start)
        assert ssl.get_server_certificate((LOOPBACK, broker.port)) != before
        await bench.more(50)
    assert bench.doubled("reaction") == []  # the relay may have repeated a record


@pytest.mark.slow
async def test_a_wiped_broker_gets_its_users_rights_and_topics_again_and_everybody_goes_on(
    bench: Bench, cluster: Cluster, configuration: Configuration, topic_prefix: str
) -> None:
    (broker,), suite = cluster.brokers, Suite(configuration)
    archive = suite.subscribe("archive", [PROVINCE])
    directory = LogDirectory(cluster.bus_of("query"), client_id="probe")

    async def found_again() -> bool:
        return PROVINCE in await asyncio.to_thread(directory.incarnations, [PROVINCE])

    assert await found_again()
    async with bench.running():
        await bench.more(20)
        await asyncio.to_thread(broker.stop)
        broker.wipe()
        await asyncio.to_thread(broker.start)
        with pytest.raises(BrokerUnavailableError):
            await found_again()
        suite.provision()
        await eventually(found_again, within=30, ignoring=(BrokerUnavailableError,))
        provision_for(topic_prefix, cluster)
        await bench.more(20)
    assert bench.doubled("reaction") == []
    directory.close()
    refused = await reading(Bus.from_environment(settings_of(archive.folder)), PROVINCE)
    assert isinstance(refused, TimeoutError)  # it may read; the new log is empty


async def test_a_service_that_is_not_let_in_says_what_to_do_and_goes_on_once_it_was_done(
    bench: Bench, cluster: Cluster, tmp_path: Path
) -> None:
    right = cluster.bus_of("petition")
    password = tmp_path / "password"
    password.write_text("another", "utf-8")
    outside = bench_on(replace(right, password_path=password), bench.url, bench.settings.topic_prefix, former=bench)

    async def told_what_to_do() -> bool:
        return all("`make provision`" in trouble for trouble in await outside.troubles())

    async with outside.running():
        await eventually(told_what_to_do, within=30)
        assert right.password_path is not None
        shutil.copy(right.password_path, password)
        await outside.more(5)
    assert outside.doubled("reaction") == []
