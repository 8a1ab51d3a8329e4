"""Which topics may forget, and how a declaration becomes the broker's settings."""

from dataclasses import replace

import pytest
from contracts.registry import Registry, Topic
from deploy.provision import UnsafeRetentionError, retention_ms, topic_settings


@pytest.fixture
def topic() -> Topic:
    return replace(Registry.load().topics["petition.petitions.v1"], readers=("petition",))


@pytest.mark.parametrize("reader", ["query", "intel-sink"])
def test_a_topic_that_a_read_model_is_rebuilt_from_may_not_forget(topic: Topic, reader: str) -> None:
    with pytest.raises(UnsafeRetentionError, match="retention: forever"):
        topic_settings(replace(topic, readers=(reader, "petition"), retention="30d"), 1)


def test_every_declared_topic_is_allowed() -> None:
    for topic in Registry.load().topics.values():
        settings = topic_settings(topic, 3)
        assert settings["cleanup.policy"] == "delete"
        assert settings["min.insync.replicas"] == "2"
        assert int(settings["max.message.bytes"]) >= 1024 * 1024


def test_one_node_needs_one_replica_in_sync(topic: Topic) -> None:
    assert topic_settings(topic, 1)["min.insync.replicas"] == "1"


@pytest.mark.parametrize(("declared", "kept"), [("forever", -1), ("1d", 86_400_000), ("30d", 2_592_000_000)])
def test_a_period_is_read_in_days(declared: str, kept: int) -> None:
    assert retention_ms(declared) == kept


@pytest.mark.parametrize("declared", ["", "0d", "7", "1h", "-1d", "ever"])
def test_a_period_that_is_none_is_refused(declared: str) -> None:
    with pytest.raises(UnsafeRetentionError):
        retention_ms(declared)
