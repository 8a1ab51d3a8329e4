"""What the client saw, written down as it happened: one JSON object a line.

A line is either ``sent`` (a request is about to leave for the first time) or ``answered`` (one attempt
ended, with a status or without one). The journal is all that the history checker believes about the
client's side, so nothing is ever corrected in it.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, TextIO

import orjson

SERVER_ERROR = 500
CLIENT_ERROR = 400
SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True)
class Expected:
    """An event that a 2xx has promised."""

    topic: str
    subject: str
    sequence: int
    type: str


@dataclass(frozen=True, slots=True)
class Answer:
    """How one attempt ended.

    Attributes:
        at: Wall clock, nanoseconds since 1970.
        status: None if the connection failed or the time ran out: the effect is unknown.
        number: Under which the suite knows the attempt; its events carry it, and so does whatever they lead to.
        subject: The aggregate that a 2xx names.
        events: What a 2xx promises.
    """

    at: int
    status: int | None
    subject: str | None = None
    events: tuple[Expected, ...] = ()
    number: str | None = None

    @property
    def accepted(self) -> bool:
        """The service said that it is done."""
        return self.status in SUCCESS

    @property
    def refused(self) -> bool:
        """The service said that nothing happened."""
        return self.status is not None and CLIENT_ERROR <= self.status < SERVER_ERROR


@dataclass(slots=True)
class Request:
    """One logical request with all its attempts, which share the Idempotency-Key.

    Attributes:
        id: Names it in the journal.
        key: The Idempotency-Key.
        action: What was asked for, for example ``receive`` or ``reply``.
        subject: The aggregate it was aimed at; None for what creates one.
        answers: In the order in which they came.
    """

    id: str
    key: str
    action: str
    tenant: str
    subject: str | None = None
    answers: list[Answer] = field(default_factory=list)

    @property
    def accepted(self) -> Answer | None:
        """The first 2xx; any later answer has to repeat it."""
        return next((answer for answer in self.answers if answer.accepted), None)

    @property
    def refused(self) -> bool:
        """Every attempt was answered with 4xx: there must be no effect."""
        return bool(self.answers) and all(answer.refused for answer in self.answers)

    @property
    def unknown(self) -> bool:
        """No 2xx, and at least one attempt whose effect nobody can tell."""
        return self.accepted is None and not self.refused


class Journal:
    """Appends to the file, line by line, so that a crash of the client leaves what it knew."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file: TextIO = path.open("w", encoding="utf-8", buffering=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def sent(self, request: Request) -> None:
        """Note that the request leaves now."""
        line = {
            "what": "sent",
            "at": time.time_ns(),
            "request": request.id,
            "key": request.key,
            "action": request.action,
            "tenant": request.tenant,
            "subject": request.subject,
        }
        self._write(line)

    def answered(self, request: Request, answer: Answer) -> None:
        """Note how an attempt ended, and remember it with the request."""
        request.answers.append(answer)
        events = [[event.topic, event.subject, event.sequence, event.type] for event in answer.events]
        line = {
            "what": "answered",
            "at": answer.at,
            "request": request.id,
            "status": answer.status,
            "number": answer.number,
            "subject": answer.subject,
            "events": events,
        }
        self._write(line)

    def _write(self, line: dict[str, object]) -> None:
        self._file.write(orjson.dumps(line).decode() + "\n")


def read(path: Path) -> list[Request]:
    """Read a journal back.

    Raises:
        ValueError: A line is not a journal's, or answers a request that was never sent.
    """
    with path.open("rb") as lines:
        return replay(orjson.loads(line) for line in lines)


def replay(lines: Iterable[dict[str, object]]) -> list[Request]:
    """Build the requests from a journal's lines.

    Raises:
        ValueError: A line answers a request that was never sent.
    """
    requests: dict[str, Request] = {}
    for line in lines:
        match line:
            case {"what": "sent", "request": str(id_), "key": str(key), "action": str(action), "tenant": str(tenant)}:
                subject = line.get("subject")
                requests[id_] = Request(id_, key, action, tenant, subject if isinstance(subject, str) else None)
            case {"what": "answered", "request": str(id_), "at": int(at)} if id_ in requests:
                requests[id_].answers.append(_answer(at, line))
            case _:
                raise ValueError(f"not a line of a journal: {line!r}")
    return list(requests.values())


def _answer(at: int, line: dict[str, object]) -> Answer:
    status, subject, events, number = (line.get(name) for name in ("status", "subject", "events", "number"))
    return Answer(
        at=at,
        status=status if isinstance(status, int) else None,
        subject=subject if isinstance(subject, str) else None,
        events=tuple(Expected(*event) for event in events) if isinstance(events, list) else (),
        number=number if isinstance(number, str) else None,
    )


def promised(requests: Iterable[Request]) -> Iterator[tuple[Request, Answer, Expected]]:
    """Yield every event that some 2xx promised, with the request and the answer that promised it."""
    for request in requests:
        if (answer := request.accepted) is not None:
            for event in answer.events:
                yield request, answer, event
