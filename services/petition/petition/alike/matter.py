"""A hot matter (热点): what a group of petitions that are alike has in common, and how it grows. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A petition of the group, as far as that matters.

    Attributes:
        open: Somebody has to answer it.
    """

    id: str
    number: str
    version: int
    state: str
    author: str
    channel: str
    topic: str | None
    department: str | None
    received_at: datetime
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HotMatter:
    """A group.

    Attributes:
        members: Its petitions, the newest first.
        senders: From so many, as far as channels tell them apart.
        channels, topics, departments: How many are of each, the most frequent first.
        last_day: Of the last 24 hours.
        a_day_before: On average, in the days of the window before that.
    """

    members: tuple[Member, ...]
    senders: int
    channels: Mapping[str, int]
    topics: Mapping[str, int]
    departments: Mapping[str, int]
    last_day: int
    a_day_before: float

    @property
    def one_source(self) -> bool:
        """Whether all came from one sender (同源重复)."""
        return self.senders == 1

    @property
    def growth(self) -> float | None:
        """How many times as many as on the days before; None: before there was nothing."""
        return round(self.last_day / self.a_day_before, 2) if self.a_day_before else None


def matter_of(members: Sequence[Member], *, now: datetime, days: int) -> HotMatter:
    """Add a group up.

    Args:
        members: Its petitions, in any order.
        now: The window ends here.
        days: Its length.
    """
    last_day = sum(each.received_at > now - DAY for each in members)
    before = len(members) - last_day
    return HotMatter(
        members=tuple(sorted(members, key=lambda each: each.id, reverse=True)),
        senders=len({each.author for each in members}),
        channels=_counted(each.channel for each in members),
        topics=_counted(each.topic for each in members),
        departments=_counted(each.department for each in members),
        last_day=last_day,
        a_day_before=round(before / (days - 1), 2) if days > 1 else 0.0,
    )


def hottest(matters: Sequence[HotMatter]) -> list[HotMatter]:
    """Order matters: what came most in the last day first, then the largest, then the newest."""
    return sorted(matters, key=lambda each: (each.last_day, len(each.members), each.members[0].id), reverse=True)


def _counted(values: Iterable[str | None]) -> dict[str, int]:
    counted = Counter(each for each in values if each)
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
