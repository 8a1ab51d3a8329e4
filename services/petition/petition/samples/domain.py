"""What is drawn. Pure: time, identity and chance are arguments."""

from collections.abc import Callable, Sequence
from datetime import date

from casework import decision

from contracts.events import SampleDrawn
from petition.samples.draw import Draw, Sample, begin, text_of
from petition.samples.facts import FEWEST, Candidate, people, told_of

SampleDecision = decision.Decision[Draw, SampleDrawn]


def draw(
    candidates: Sequence[Candidate],
    *,
    id: str,  # noqa: A002
    tenant: str,
    day: date,
    size: int,
    below: Callable[[int], int],
    name: Callable[[], str],
) -> SampleDecision | None:
    """Draw a day's samples; nothing while the candidates are of too few people: a draw can wait, not be taken back.

    Args:
        candidates: From among which, all of them.
        id: Of the draw.
        tenant: Whose.
        day: For which day.
        size: So many, or all if there are fewer.
        below: Gives a number below another one, by chance.
        name: Gives a sample its id, by chance and of nothing else.
    """
    if size < 1 or people(candidates) < FEWEST:
        return None
    told, left, samples = told_of(candidates), list(candidates), list[Sample]()
    while left and len(samples) < size:
        place = below(len(left))
        left[place], left[-1] = left[-1], left[place]
        chosen = left.pop().petition
        samples.append(Sample(id=name(), petition=chosen, told=told[chosen]))
    drawn = SampleDrawn(day=day.isoformat(), pool=len(candidates), drawn=len(samples), samples=text_of(samples))
    return SampleDecision(begin(drawn, id=id, tenant=tenant), (drawn,))
