"""How often a question finds its own reply among all replies that were ever given, and how often it would get it."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from casework.roles import Actor, Role
from contracts.tenants import PROVINCE

from petition import domain
from petition.domain import Place
from petition.kinds import Danger, Kind
from petition.petition import Channel, Message, Sender
from petition.replies import answering
from petition.replies.answering import PROPOSED, Sure
from petition.replies.search import Entry, Index
from petition.sorting.labelled import corpus
from petition.suggesting import classify

PAIRS = "reply_pairs.jsonl"
"""Real questions, each with the reply that it got."""
DEPTH = 10
HALVES = ((False, "chosen on 调参"), (True, "held out 留出"))
NOBODY = Sender(author="p_author", informant="p_informant")
CITIZEN = Actor(pseudonym="p_author", roles=frozenset({Role.CITIZEN}))


@dataclass(frozen=True, slots=True)
class Pair:
    """A question (title and text) and its reply."""

    id: str
    title: str
    text: str
    reply: str

    @property
    def question(self) -> str:
        """What is searched for."""
        return f"{self.title}\n{self.text}"

    @property
    def held_out(self) -> bool:
        """Whether it is of the half that no setting of the search was chosen on."""
        return hashlib.sha256(self.id.encode()).digest()[-1] % 2 == 1


@dataclass(frozen=True, slots=True)
class Found:
    """What one half of the questions found.

    Attributes:
        split: Which half.
        questions: How many.
        answers: So many were searched, those to the other half's questions, too.
        reciprocal_rank: MRR@10: the mean of 1 / rank of a question's own reply, 0 below the tenth.
        hit: hit@1: the share that found its own reply first.
    """

    split: str
    questions: int
    answers: int
    reciprocal_rank: float
    hit: float


@dataclass(frozen=True, slots=True)
class Answered:
    """What one half of the questions would have been answered by itself.

    Attributes:
        split: Which half.
        questions: How many.
        answered: The share of them that would have got an answer at once.
        precision: The share of these that got what they had been answered by a person; None: none got anything.
    """

    split: str
    questions: int
    answered: float
    precision: float | None


def evaluate(data: Path) -> Iterator[Found]:
    """Judge both halves: nothing is learned from either, but settings were chosen on the first.

    Raises:
        OSError: The folder has no pairs.
    """
    pairs = list(_read(data / PAIRS))
    index = Index(Entry(id=pair.id, answer=pair.reply) for pair in pairs)
    for held_out, split in HALVES:
        ranks = [_rank(index, pair) for pair in pairs if pair.held_out is held_out]
        if ranks:
            yield Found(split, len(ranks), len(pairs), *_means(ranks))


def automatic(data: Path, sure: Sure = PROPOSED) -> Iterator[Answered]:
    """Judge both halves by what the service itself would have answered, with every reply as an answer in force.

    An answer counts as right only if it reads like the question's own reply, however well it would have done.

    Args:
        data: The folder of real messages.
        sure: From where on.

    Raises:
        OSError: The folder has no pairs.
    """
    pairs = list(_read(data / PAIRS))
    index = Index(Entry(id=pair.id, answer=pair.reply) for pair in pairs)
    replies = {pair.id: pair.reply for pair in pairs}
    for held_out, split in HALVES:
        asked = [pair for pair in pairs if pair.held_out is held_out]
        right = [replies[given] == pair.reply for pair in asked if (given := _given(index, pair, sure)) is not None]
        if asked:
            precision = sum(right) / len(right) if right else None
            yield Answered(split, len(asked), len(right) / len(asked), precision)


def consultations(sure: Sure = PROPOSED) -> Iterator[Answered]:
    """Judge by the held-out messages of police work what is let through to be answered at all.

    ``answered`` is the share that would be, if only the library had an answer; ``precision`` the share of these that
    people call a consultation in which nothing is urgent.

    Args:
        sure: From where on.
    """
    messages = [each for each in corpus("held_out") if each.kind is not None]
    through = [each for each in messages if _may_be(each.message.title, each.message.text, sure)]
    right = [each for each in through if each.kind == Kind.CONSULT and each.danger == Danger.NONE]
    precision = len(right) / len(through) if through else None
    yield Answered("police work 公安业务, held out", len(messages), len(through) / len(messages), precision)


def _given(index: Index, pair: Pair, sure: Sure) -> str | None:
    """Give the id of what a question would be answered with; None: with nothing."""
    if not _may_be(pair.title, pair.text, sure):
        return None
    hit = next(iter(index.find(pair.question, limit=1)), None)
    return hit.id if hit is not None and hit.likeness >= sure.likeness else None


def _may_be(title: str, text: str, sure: Sure) -> bool:
    """Take a message in as the service does, and ask what it would ask."""
    found = classify(title, text)
    place = Place(id="", tenant=PROVINCE, number="", ground=found.might_be)
    message = Message(channel=Channel.PORTAL, title=title, text=text)
    received = domain.receive(message, found, place, sender=NOBODY, by=CITIZEN, now=datetime.now(UTC))
    return answering.may_be_automatic(received.after, sure)


def _read(path: Path) -> Iterator[Pair]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield Pair(row["id"], row["title"], row["body"], row["reply"])


def _rank(index: Index, pair: Pair) -> int | None:
    """Give the rank of its own reply; whatever is as near counts as nearer. None: not among the first ten."""
    hits = index.find(pair.question, limit=2 * DEPTH)
    own = next((hit.likeness for hit in hits if hit.id == pair.id), None)
    rank = sum(hit.likeness >= own for hit in hits) if own is not None else None
    return rank if rank is not None and rank <= DEPTH else None


def _means(ranks: Sequence[int | None]) -> tuple[float, float]:
    return sum(1 / rank for rank in ranks if rank) / len(ranks), ranks.count(1) / len(ranks)
