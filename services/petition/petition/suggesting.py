"""Sorts the messages that come in: by readable rules and the model in use, both read once a process."""

import asyncio
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson
from chassis.process.health import Status

from petition.config import SortingSettings
from petition.kinds import Classification, Danger, Kind, Matter
from petition.sorting.topics import TOPICS

if TYPE_CHECKING:
    from petition.sorting.suggest import Sorter, Suggestion, Suggestions

MOST_REASONS = 20
DIGITS = 3


def classify(title: str, text: str, *, received_by: str | None = None) -> Classification:
    """Suggest what a message is.

    Args:
        title: As it came.
        text: As it came.
        received_by: The tenant that has it now, a GB/T 2260 code.

    Raises:
        BrokenModel: The model in use can't be trusted.
    """
    from petition.sorting.text import Message  # noqa: PLC0415

    found = sorter().suggest(Message(title, text), received_by=received_by)
    spoken = (reason.name for each in (found.kind, found.topic, found.danger) for reason in each.reasons)
    topic = str(found.topic.value)
    return Classification(
        kind=Kind(str(found.kind.value)),
        topic=topic,
        matter=Matter(TOPICS[topic].matter),
        danger=Danger(str(found.danger.value)),
        confidence=round(min(found.kind.confidence, found.topic.confidence), DIGITS),
        reasons=tuple(dict.fromkeys(spoken))[:MOST_REASONS],
        suggestion=orjson.dumps(_whole(found)).decode(),
        might_be=found.might_be,
    )


@cache
def sorter() -> "Sorter":
    """Give what sorts in this process.

    Raises:
        BrokenModel: The model in use can't be trusted.
    """
    # numpy, dictionaries and model cost a fifth of a second, which a process that serves no requests needn't spend.
    from petition.sorting.model_file import Models  # noqa: PLC0415
    from petition.sorting.rules import shipped  # noqa: PLC0415
    from petition.sorting.suggest import Sorter  # noqa: PLC0415
    from petition.sorting.text import Message  # noqa: PLC0415

    made = Sorter(shipped(), Models(SortingSettings().sorting_models).current())
    made.suggest(Message("", ""))  # dictionaries are read at the first message
    return made


class Sorting:
    """Has everything at hand before the first message comes, beside what else a process does at its start."""

    name = "sorting"

    def __init__(self) -> None:
        """Load nothing yet."""
        self._loading: asyncio.Task[Sorter] | None = None

    async def start(self) -> None:
        """Begin to load."""
        self._loading = asyncio.create_task(asyncio.to_thread(sorter), name=self.name)

    async def stop(self) -> None:
        """Wait for what was begun; it takes no second."""
        if self._loading is not None:
            await asyncio.wait([self._loading])

    async def check(self) -> Status:
        """Say which model sorts, or why none does."""
        if self._loading is None or not self._loading.done():
            return Status(ready=False, detail="loading")
        if (error := self._loading.exception()) is not None:
            return Status(ready=False, detail=str(error))
        model = self._loading.result().model
        return Status(ready=True, detail=f"model {model.version}" if model else "rules alone")


def _whole(found: "Suggestions") -> dict[str, Any]:
    parts = {"kind": found.kind, "topic": found.topic, "danger": found.danger}
    parts |= {"department": found.department, "tenant": found.tenant}
    return {"model": found.model} | {name: _part(part) for name, part in parts.items()}


def _part(found: "Suggestion") -> dict[str, Any]:
    return {
        "value": found.value,
        "confidence": round(found.confidence, DIGITS),
        "reasons": [
            {"name": reason.name, "because": reason.because, "words": reason.words} for reason in found.reasons
        ],
        "others": [{"value": value, "confidence": round(odd, DIGITS)} for value, odd in found.others],
    }
