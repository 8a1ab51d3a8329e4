"""What was asked and said about a petition between departments, as it lies in its row. Pure.

One text holds all of it, because a row has one place for each, and a petition several opinions.
"""

from collections.abc import Mapping
from typing import Final

import orjson

from contracts.events import PetitionCollaborationRequested, PetitionContributed

QUESTION: Final = "question"
OPINION: Final = "opinion"
Said = Mapping[int, Mapping[str, str]]
"""By the number of the invitation: the question, and the opinion if there is one."""
Saying = PetitionCollaborationRequested | PetitionContributed


def said_in(text: str | None) -> Said:
    """Read it."""
    return {int(number): texts for number, texts in orjson.loads(text).items()} if text else {}


def words_of(event: Saying) -> tuple[str, str]:
    """Give the field of an event that holds its words, and them: sealed in one that was received."""
    match event:
        case PetitionCollaborationRequested(question=words):
            return QUESTION, words
        case PetitionContributed(opinion=words):
            return OPINION, words


def saying(text: str | None, event: Saying, words: str, *, sequence: int) -> str:
    """Put what an event says into the text.

    Args:
        text: As it was.
        event: That asks, or says.
        words: In the open; those in the event may be sealed.
        sequence: Of the event; by it an invitation is known that begins.
    """
    said = dict(said_in(text))
    if isinstance(event, PetitionContributed):
        said[event.invitation] = {**said.get(event.invitation, {}), OPINION: words}
    else:
        said[sequence] = {QUESTION: words}
    return orjson.dumps({str(each): said[each] for each in sorted(said)}, option=orjson.OPT_SORT_KEYS).decode()
