"""Who may do what follows from the pages in contracts/topics."""

from dataclasses import replace

import pytest
from contracts.registry import Registry, Topic
from deploy.access import (
    NotForSubscribersError,
    described,
    rights_of_service,
    rights_of_subscriber,
)

TOPIC = Registry.load().topics["accept.cases.v1"]
TOPICS = [
    replace(TOPIC, name="accept.cases.v1", writer="accept", readers=("approve",), audience="province"),
    replace(TOPIC, name="accept.reads.v1", writer="accept", readers=("intel-sink",), audience="service"),
    replace(TOPIC, name="petition.reports.v1", writer="petition", readers=("intel-sink",), audience="restricted"),
]


def words(name: str, prefix: str = "", topics: list[Topic] = TOPICS) -> set[str]:
    return {described(right) for right in rights_of_service(name, topics, prefix)}


def test_a_writer_writes_and_reads_its_own_topics_and_has_its_own_groups() -> None:
    assert words("accept") == {
        "User:accept ALLOW READ group accept.*",
        "User:accept ALLOW READ topic accept.cases.v1",
        "User:accept ALLOW READ topic accept.reads.v1",
        "User:accept ALLOW WRITE topic accept.cases.v1",
        "User:accept ALLOW WRITE topic accept.reads.v1",
    }


def test_a_reader_reads_and_never_writes() -> None:
    assert words("approve", "city.") == {
        "User:approve ALLOW READ group approve.*",
        "User:approve ALLOW READ topic city.accept.cases.v1",
    }


def test_a_system_outside_reads_what_it_asks_for_in_groups_of_its_own() -> None:
    rights = rights_of_subscriber("tax-bureau", ["accept.cases.v1"], TOPICS, "city.")
    assert {described(right) for right in rights} == {
        "User:subscriber.tax-bureau ALLOW READ group subscriber.tax-bureau.*",
        "User:subscriber.tax-bureau ALLOW READ topic city.accept.cases.v1",
    }


@pytest.mark.parametrize("topic", ["accept.reads.v1", "petition.reports.v1", "accept.more.v1", "*", ""])
def test_a_system_outside_is_refused_what_is_not_for_it(topic: str) -> None:
    with pytest.raises(NotForSubscribersError):
        rights_of_subscriber("tax-bureau", ["accept.cases.v1", topic], TOPICS)


@pytest.mark.parametrize("name", ["", "Tax", "tax.bureau", "../tax", "tax_bureau", "9tax", "税务", "t" * 41, "tax\n"])
def test_a_name_that_could_be_taken_for_something_else_is_refused(name: str) -> None:
    with pytest.raises(NotForSubscribersError):
        rights_of_subscriber(name, ["accept.cases.v1"], TOPICS)
