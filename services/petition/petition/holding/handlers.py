"""Does the input and output around what whoever has number and query code decides."""

from chassis.unit import Unit

from petition.feedback.rating import Level
from petition.holding import domain
from petition.holding.store import held
from petition.petition import Petition
from petition.replies.store import heard
from petition.review.review import Rung
from petition.store import PETITIONS


async def supply(number: str, code: str, text: str, unit: Unit) -> Petition:
    """Send what was asked for.

    Raises:
        Problem: 404.
        Refused: See ``domain.supply``.
    """
    petition = (await held(number, code, unit)).case
    decision = domain.supply(petition, text, pseudonym=unit.actor, now=unit.now)
    return await PETITIONS.save(unit, decision, {"supplement": text})


async def rate(number: str, code: str, level: Level, words: tuple[bool | None, str | None], unit: Unit) -> Petition:
    """Rate the answer.

    Args:
        number: See ``held``.
        code: See ``held``.
        level: One of five.
        words: Whether it is solved, and a comment, if they say so.
        unit: The request's.

    Raises:
        Problem: 404.
        Refused: See ``domain.rate``.
    """
    solved, comment = words
    petition = (await held(number, code, unit)).case
    decision = domain.rate(petition, level, solved=solved, comment=comment, pseudonym=unit.actor, now=unit.now)
    await heard(unit.session, decision.after)
    return await PETITIONS.save(unit, decision, {"comment": comment})


async def reopen(number: str, code: str, objection: str, unit: Unit) -> Petition:
    """Have it taken up again.

    Raises:
        Problem: 404.
        Refused: See ``domain.reopen``.
    """
    petition = (await held(number, code, unit)).case
    decision = domain.reopen(petition, objection, pseudonym=unit.actor, now=unit.now)
    return await PETITIONS.save(unit, decision, {"objection": objection})


async def request_review(number: str, code: str, rung: Rung, objection: str, unit: Unit) -> Petition:
    """Ask for a review.

    Raises:
        Problem: 404.
        Refused: See ``domain.request_review``.
    """
    petition = (await held(number, code, unit)).case
    decision = domain.request_review(petition, rung, objection, pseudonym=unit.actor, now=unit.now)
    return await PETITIONS.save(unit, decision, {"review_objection": objection})
