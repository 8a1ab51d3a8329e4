"""How much of what has to be masked is found, and how much of what is found had to be: over lines written by hand."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import pytest
from masking.kinds import Kind
from masking.text import Finding, find, mask

HERE = Path(__file__).parent
MARKED = re.compile(r"⟦([a-z-]+):([^⟧]+)⟧")
FEWEST_LINES = 300
FLOORS = {  # precision, recall: as measured on the corpus, rounded down
    Kind.TELEPHONE: (1.0, 1.0),
    Kind.IDENTITY_CARD: (1.0, 1.0),
    Kind.TRAVEL_PERMIT: (0.95, 1.0),
    Kind.PASSPORT: (1.0, 1.0),
    Kind.BANK_CARD: (1.0, 1.0),
    Kind.PLATE: (1.0, 1.0),
    Kind.MAIL: (0.96, 1.0),
    Kind.ACCOUNT: (0.97, 0.97),
}
FLOOR_OF_UNSEEN = (0.98, 0.97)
"""Over all kinds together, for lines that no form was made for."""


@dataclass(frozen=True)
class Line:
    """One line: its text without marks, and what is marked in it."""

    text: str
    marked: tuple[Finding, ...]


@dataclass(frozen=True)
class Score:
    """What was found in lines, by kind.

    Attributes:
        wanted: Marked by hand.
        hidden: Of these, found from end to end.
        given: Found.
        right: Of these, marked as the same kind, in the same place.
        wrong: A sentence for each that was missed, or found where nothing is.
    """

    wanted: Counter[Kind]
    hidden: Counter[Kind]
    given: Counter[Kind]
    right: Counter[Kind]
    wrong: tuple[str, ...]

    def figures(self, *kinds: Kind) -> tuple[float, float]:
        """Give precision and recall over some kinds."""
        right, given, hidden, wanted = (
            sum(counted[kind] for kind in kinds) for counted in (self.right, self.given, self.hidden, self.wanted)
        )
        return right / given, hidden / wanted

    def table(self, title: str) -> str:
        """Tell all figures."""
        rows = [(kind.value, (kind,)) for kind in Kind] + [("all", tuple(Kind))]
        told = [f"{title:32}{'precision':>10}{'recall':>8}"]
        for name, kinds in rows:
            precision, recall = self.figures(*kinds)
            marked, found = (sum(counted[kind] for kind in kinds) for counted in (self.wanted, self.given))
            told.append(f"{name:16}{marked:8}{found:8}{precision:10.3f}{recall:8.3f}")
        return "\n".join(told)


def lines(name: str) -> Iterator[Line]:
    for written in (HERE / name).read_text("utf-8").splitlines():
        if not written or written.startswith("#"):
            continue
        marked, text, reached = [], "", 0
        for match in MARKED.finditer(written):
            text += written[reached : match.start()]
            marked.append(Finding(len(text), len(text) + len(match[2]), Kind(match[1])))
            text += match[2]
            reached = match.end()
        yield Line(text + written[reached:], tuple(marked))


CORPUS = list(lines("corpus.txt"))
UNSEEN = list(lines("held_out.txt"))


def covered(wanted: Finding, found: tuple[Finding, ...]) -> bool:
    return any(each.start <= wanted.start and wanted.end <= each.end for each in found)


def meant(found: Finding, marked: tuple[Finding, ...]) -> bool:
    return any(
        each.kind is found.kind and abs(each.start - found.start) <= 1 and abs(each.end - found.end) <= 1
        for each in marked
    )


def score(of: Sequence[Line]) -> Score:
    scored = Score(Counter(), Counter(), Counter(), Counter(), ())
    wrong: list[str] = []
    for line in of:
        found = find(line.text)
        scored.wanted.update(each.kind for each in line.marked)
        scored.given.update(each.kind for each in found)
        scored.hidden.update(each.kind for each in line.marked if covered(each, found))
        scored.right.update(each.kind for each in found if meant(each, line.marked))
        wrong += [f"missed {each.kind}: {line.text}" for each in line.marked if not covered(each, found)]
        wrong += [f"not {each.kind}: {line.text}" for each in found if not meant(each, line.marked)]
    return replace(scored, wrong=tuple(wrong))


def test_precision_and_recall_of_each_kind_stay_above_their_floors(capsys: pytest.CaptureFixture[str]) -> None:
    scored = score(CORPUS)
    with capsys.disabled():
        print(f"\n{scored.table(f'{len(CORPUS)} lines')}")  # noqa: T201
    for kind, (precision, recall) in FLOORS.items():
        measured = scored.figures(kind)
        assert measured[0] >= precision, (kind, scored.wrong)
        assert measured[1] >= recall, (kind, scored.wrong)


def test_precision_and_recall_hold_on_lines_that_no_form_was_made_for(capsys: pytest.CaptureFixture[str]) -> None:
    scored = score(UNSEEN)
    with capsys.disabled():
        print(f"\n{scored.table(f'{len(UNSEEN)} lines held out')}")  # noqa: T201
    precision, recall = scored.figures(*Kind)
    assert precision >= FLOOR_OF_UNSEEN[0], scored.wrong
    assert recall >= FLOOR_OF_UNSEEN[1], scored.wrong


def test_the_corpus_is_large_and_holds_as_many_hard_cases() -> None:
    assert len(CORPUS) >= FEWEST_LINES
    assert len({line.text for line in CORPUS + UNSEEN}) == len(CORPUS + UNSEEN)
    assert sum(not line.marked for line in CORPUS) >= FEWEST_LINES / 2
    for of in (CORPUS, UNSEEN):
        assert {each.kind for line in of for each in line.marked} == set(Kind)


def test_what_is_found_is_gone_and_the_rest_of_each_line_stays() -> None:
    for line in CORPUS + UNSEEN:
        found = find(line.text)
        kept = [line.text[a.end : b.start] for a, b in pairwise((Finding(0, 0, Kind.MAIL), *found))]
        masked = mask(line.text)
        assert mask(masked) == masked, line.text
        assert all(part in masked for part in kept), line.text
        assert not any(line.text[each.start : each.end] in masked for each in found), line.text
