"""What the intelligence store tells of a run's petitions: how many of what, and what became of them.

The definitions are the petition service's own (see its README): what was *moved* is counted where it goes on; *closed*
is what isn't open again, nor under review; whether something is *solved* only whoever wrote it can say.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson
import psycopg

from contracts import events as e

TOPICS: Final = (e.PetitionReceived.TOPIC, e.ReportReceived.TOPIC)
STORED: Final = """
    SELECT log.topic_uuid::text, log.partition, record."offset", record.value
    FROM mirror_records AS record JOIN mirror_logs AS log USING (log)
    WHERE log.topic = ANY(%s) AND record.status = 'ok'
    ORDER BY record.log, record."offset"
"""
SATISFIED: Final = frozenset({"very-satisfied", "satisfied", "basically-satisfied"})
NOT_OURS: Final = "elsewhere"
ANSWER: Final = "answer"
"""The clock that binds the answer; others are offices' own, or a review's."""
REVIEWED: Final = "reviewed"
SENT_BACK: Final = "sent-back"


@dataclass(slots=True)
class Life:
    """What became of one petition; the attributes are what its events said last."""

    tenant: str
    channel: str
    kind: str = "–"
    topic: str = "–"
    due_at: datetime | None = None
    answered_at: datetime | None = None
    automatic: bool = False
    transferred: bool = False
    instant: bool = False
    outcome: str | None = None
    level: str | None = None
    solved: bool | None = None
    reopened: int = 0
    review: str | None = None
    steps: Counter[str] = field(default_factory=Counter)

    @property
    def moved(self) -> bool:
        """It goes on elsewhere, where it is counted."""
        return self.outcome == "moved"

    @property
    def out_of_remit(self) -> bool:
        """It isn't the police's, as staff said, or else as it was sorted."""
        return self.outcome == "not-police" or (self.outcome is None and self.topic.startswith(NOT_OURS))

    @property
    def in_time(self) -> bool | None:
        """Whether it was answered in time; None: there is no answer, or no time limit."""
        return self.answered_at <= self.due_at if self.answered_at and self.due_at else None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: how many were received, answered, in time, closed."""

    received: int
    automatic: int
    instant: int
    answered: int
    in_time: int
    late: int
    closed: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All of them."""

    lives: tuple[Life, ...]

    def by(self, name: Callable[[Life], str]) -> Mapping[str, Row]:
        """Add up what is alike, the most frequent first."""
        alike: dict[str, list[Life]] = defaultdict(list)
        for life in self.lives:
            alike[name(life)].append(life)
        return {key: added(group) for key, group in sorted(alike.items(), key=lambda item: (-len(item[1]), item[0]))}

    @property
    def total(self) -> Row:
        """Add up everything."""
        return added(self.lives)

    @property
    def steps(self) -> Counter[str]:
        """Count what was done, by the event's name."""
        return sum((life.steps for life in self.lives), Counter())


def added(lives: Iterable[Life]) -> Row:
    """Add petitions up."""
    counted = list(lives)
    judged = Counter(life.in_time for life in counted)
    return Row(
        received=len(counted),
        automatic=sum(life.automatic for life in counted),
        instant=sum(life.instant for life in counted),
        answered=sum(life.answered_at is not None for life in counted),
        in_time=judged[True],
        late=judged[False],
        closed=sum(life.outcome is not None for life in counted),
    )


def figures(events: Iterable[Mapping[str, Any]]) -> Figures:
    """Follow each petition through its events.

    Args:
        events: As they lie in the store (CloudEvents), those of a subject in the order of their sequence. One that is
            there twice counts once.
    """
    lives: dict[str, Life] = {}
    seen: set[str] = set()
    for event in events:
        if event["id"] in seen:
            continue
        seen.add(event["id"])
        data = event["data"]
        if event["type"] in {e.PetitionReceived.TYPE, e.ReportReceived.TYPE}:
            lives[event["subject"]] = Life(event["tenant"], data["channel"], due_at=_moment(data.get("due_at")))
        elif (life := lives.get(event["subject"])) is not None:
            _follow(life, event, data)
    return Figures(tuple(life for life in lives.values() if not life.moved))


def told(dsn: str, before: Mapping[tuple[str, int], int]) -> Figures:
    """Give the figures of what came in since a run began.

    Args:
        dsn: Read-only access to the intelligence store.
        before: Offset of the next record of each log, by topic UUID and partition, when the run began.

    Raises:
        psycopg.Error: The store can't be read.
    """
    return figures(_stored(dsn, before))


def _stored(dsn: str, before: Mapping[tuple[str, int], int]) -> Iterator[Mapping[str, Any]]:
    with psycopg.connect(dsn) as connection, connection.cursor("figures") as cursor:
        cursor.itersize = 2_000
        cursor.execute(STORED, (list(TOPICS),))
        for uuid, partition, offset, value in cursor:
            if offset >= before.get((uuid, partition), 0):
                yield orjson.loads(value)


def _count(life: Life, event: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    clock = data.get("clock", ANSWER)
    name = event["type"].rpartition(".v")[0].rpartition(".")[2]
    life.steps[name if clock == ANSWER else f"{name}-{clock}"] += 1
    life.due_at = _due(event["type"], data) or life.due_at


def _follow(life: Life, event: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    _count(life, event, data)
    match event["type"]:
        case e.PetitionClassified.TYPE | e.ReportClassified.TYPE:
            life.kind, life.topic = data["kind"], data.get("topic") or data["matter"]
        case e.PetitionAutoAnswered.TYPE:
            life.automatic, life.answered_at = True, _moment(event["time"])
        case e.PetitionPersonAsked.TYPE:
            life.answered_at = None
        case e.PetitionTransferred.TYPE | e.ReportTransferred.TYPE:
            life.transferred = True
        case e.PetitionReplied.TYPE | e.ReportReplied.TYPE:
            life.answered_at = _moment(event["time"])
            life.instant |= not life.transferred and data.get("answer") is not None
        case e.PetitionRated.TYPE:
            life.level, life.solved = data["level"], data.get("solved")
        case e.PetitionCalledBack.TYPE:
            life.solved = {"solved": True, "not-solved": False}.get(data["result"], life.solved)
        case e.PetitionReopened.TYPE:
            life.reopened, life.outcome, life.answered_at, life.level, life.solved = (
                data["times"],
                None,
                None,
                None,
                None,
            )
        case e.PetitionClosed.TYPE | e.ReportClosed.TYPE:
            life.outcome = data["outcome"]
        case _:
            _follow_review(life, event["type"], data)


def _due(type_: str, data: Mapping[str, Any]) -> datetime | None:
    """Give the time limit that an event sets for the answer."""
    of_review = type_ == e.PetitionReviewRequested.TYPE or data.get("clock", ANSWER) != ANSWER
    return None if of_review else _moment(data.get("due_at"))


def _follow_review(life: Life, type_: str, data: Mapping[str, Any]) -> None:
    """Meanwhile it isn't closed; what was decided above is, unless the department has to answer anew."""
    if type_ == e.PetitionReviewRequested.TYPE:
        life.outcome = None
    elif type_ == e.PetitionReviewDecided.TYPE:
        life.review = data["result"]
        if life.review == SENT_BACK:
            life.answered_at, life.level, life.solved = None, None, None
        else:
            life.outcome = REVIEWED


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
