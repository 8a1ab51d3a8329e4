"""Shows the day's samples, the same ones to everybody who may look."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from casework.content import Access, put_on_record
from chassis.api.pages import cut
from chassis.unit import Unit

from petition.access import asker
from petition.samples import store
from petition.samples.draw import Sample, samples_in
from petition.samples.store import DRAWS
from petition.samples.views import SamplePage, SampleText
from petition.store import PETITIONS

SHOWN: Final = frozenset({"title", "text", "reply", "correction", "publication"})
"""Of petitions whose authors agree; of others, nothing is opened."""


async def list_samples(after: UUID | None, limit: int, unit: Unit) -> SamplePage:
    """Show a page of the newest draw, in the order of their ids, which is one by chance.

    Raises:
        Problem: 400: they have to say what for, as soon as there is a text among them.
    """
    stored = await store.newest(unit, asker(unit))
    if stored is None:
        return SamplePage.none()
    ((_, content),) = await DRAWS.contents(unit, [stored], reader=None)
    drawn = sorted(samples_in(content["samples"]) if content else (), key=lambda sample: sample.id)
    left = [sample for sample in drawn if after is None or sample.id > str(after)]
    shown, following = cut(left[: limit + 1], limit, lambda sample: sample.id)
    return SamplePage.of(stored.case, shown, await _texts(unit, shown), following)


async def _texts(unit: Unit, samples: Sequence[Sample]) -> Mapping[str, SampleText]:
    """Open what may be read, by the petition's id; it is on record as a read of those petitions."""
    found = await store.with_consent(unit, [each.petition for each in samples])
    contents = await PETITIONS.contents(unit, found, reader=None, only=SHOWN)
    opened = {stored.case.id: content for stored, content in zip(found, contents, strict=True)}
    put_on_record(unit, "sample", opened)
    return {
        stored.case.id: SampleText.of(stored.case, opened[stored.case.id][1])
        for stored in found
        if opened[stored.case.id][0] is Access.OPEN
    }
