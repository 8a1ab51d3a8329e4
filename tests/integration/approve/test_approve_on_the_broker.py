"""The whole process against a real broker: from an acceptance to one review, and from its deadline to cards."""

import asyncio
import re
from typing import Any

import orjson
import pytest
from approve.bootstrap import bootstrap
from chassis.testing.topics import create_topics, publish
from chassis.testing.waiting import eventually
from deploy.issuer import Issuer
from deploy.kafka import Kafka

from tests.integration.kit.on_the_broker import running, topic_holds

from .conftest import Reviews, ago

CASES, REVIEWS, READS = "accept.cases.v1", "approve.reviews.v1", "approve.reads.v1"
ERASURES, ERASED = "intel.erasures.v1", "approve.review-erasures.v1"


@pytest.fixture
def environment(
    approve_environment: Issuer, kafka: Kafka, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> Issuer:
    """A service of its own on a broker: topics and settings."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP", kafka.bootstrap)
    monkeypatch.setenv("TOPIC_PREFIX", topic_prefix)
    create_topics(kafka.bootstrap, [topic_prefix + topic for topic in (CASES, REVIEWS, READS, ERASURES, ERASED)])
    return approve_environment


async def test_a_case_that_is_accepted_three_times_over_has_one_review_and_gets_its_cards(
    environment: Issuer, kafka: Kafka, topic_prefix: str, database_url: str
) -> None:
    async with Reviews.on(bootstrap, database_url, environment) as reviews:
        # Its subject's first event: a reaction waits for what comes before.
        late = [await reviews.accepted(at=ago(days=60), workdays=3, sequence=1) for _ in range(3)]
        records = [(event.subject.encode(), orjson.dumps(event.to_cloudevent())) for event in late * 3]
        async with running(bootstrap) as client:
            await asyncio.to_thread(publish, kafka.bootstrap, topic_prefix + CASES, records)

            def published() -> list[dict[str, Any]]:
                events = topic_holds(kafka.bootstrap, topic_prefix + REVIEWS)
                return events if len(events) >= 9 else []

            events = await eventually(lambda: asyncio.to_thread(published), within=60, that="all cards are published")
            checks = {each["name"]: each for each in (await client.get("/readyz")).json()["checks"]}
            page = (await client.get("/metrics")).text
    assert len(events) == 9
    for case in late:
        mine = [event for event in events if event["data"]["case"] == case.subject]
        assert [event["type"].split(".")[-2] for event in mine] == ["started", "warned", "breached"]
        assert {event["correlationid"] for event in mine} == {case.correlationid}
    assert checks["timers"]["ready"]
    for name in ("yiwangban_timers_fired_total", "yiwangban_timer_delay_seconds_count"):
        for clock in ("warning", "breach"):
            assert re.search(rf'{name}{{[^}}]*yiwangban_clock="{clock}"[^}}]*}} 3\.0\n', page), (name, clock)
