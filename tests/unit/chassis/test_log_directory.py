"""What is asked of the broker's logs goes on after outages, and leaves no threads behind while there is no broker."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from chassis.worker import logs
from chassis.worker.logs import BrokerUnavailableError, LogDirectory
from contracts.bus import Bus
from kafka.errors import KafkaTimeoutError


class Clock:
    """Seconds that pass when told to."""

    now = 1_000.0

    def monotonic(self) -> float:
        return self.now


class Silent:
    """A client of which only the last one made is answered."""

    made: list["Silent"] = []  # noqa: RUF012  emptied by each test

    def __init__(self, _: Bus, **__: Any) -> None:
        self.closed = threading.Event()
        self.made.append(self)

    def describe_topics(self, _: object) -> list[dict[str, Any]]:
        if len(self.made) == 1:
            raise KafkaTimeoutError
        return []

    def close(self) -> None:
        self.closed.set()


@pytest.fixture
def listening() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_a_client_that_is_not_answered_for_long_is_replaced(listening: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(logs, "time", clock)
    monkeypatch.setattr(logs, "AdminClient", Silent)
    Silent.made.clear()
    directory = LogDirectory(Bus(listening), client_id="probe")
    for after in (0.0, logs.REPLACED_AFTER_S, 1.0):
        clock.now += after
        with pytest.raises(BrokerUnavailableError):
            directory.incarnations(["a"])
    assert directory.incarnations(["a"]) == {}
    assert len(Silent.made) == 2
    assert Silent.made[0].closed.wait(5)


def test_without_any_broker_no_client_is_made_and_no_thread_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "AdminClient", Silent)
    Silent.made.clear()
    directory = LogDirectory(Bus("127.0.0.1:1,[::1]:1"), client_id="probe")
    with pytest.raises(BrokerUnavailableError):
        directory.incarnations(["a"])
    assert Silent.made == []
