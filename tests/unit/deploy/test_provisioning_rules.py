"""Which topics may forget, and how a declaration becomes the broker's settings."""

from dataclasses import replace

import pytest
from contracts.registry import Registry, Topic
from deploy.provision import UnsafeRetentionError, topic_settings


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
