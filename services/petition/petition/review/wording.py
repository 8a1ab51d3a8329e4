"""What whoever asked for a review is told of it (告知), in words. Pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from workdays.counting import day_of

from petition.petition import Petition
from petition.review.review import Result, Review, Rung

NAMES: Final[Mapping[Rung, tuple[str, str]]] = MappingProxyType(
    {Rung.FIRST: ("复查", "Review"), Rung.FINAL: ("复核", "Final review")}
)
RESULTS: Final[Mapping[Result, tuple[str, str]]] = MappingProxyType(
    {
        Result.UPHELD: ("维持原答复", "the answer stands"),
        Result.CHANGED: ("变更原答复", "the answer is changed"),
        Result.SENT_BACK: ("责令承办部门重新答复", "the department answers anew"),
    }
)
FINALLY: Final = "\n本意见为终局，同一事项不再受理。\nThis is final: the same matter isn't taken up again."
NEXT: Final = "\n仍不服的，可在 {day} 前请求复核。\nUntil {day} you may ask for a final review."


def asked(review: Review) -> str:
    """Say that a review goes on."""
    zh, en = NAMES[review.rung]
    return f"您的{zh}请求已受理，将在三十日内决定。\n{en}: you asked for it in time; it is decided within thirty days."


def decided(petition: Petition, reasons: str, changed: str | None) -> str | None:
    """Say what a review came to, why, and what may be asked for next; None: the next one goes on already.

    Args:
        petition: As it is now.
        reasons: Why.
        changed: The answer that stands instead, if there is one.
    """
    review = petition.review
    if review is None or review.result is None:
        return None
    (zh, en), (result, so) = NAMES[review.rung], RESULTS[review.result]
    text = f"【{zh}意见 · {en}】{result} · {so}\n{reasons}"
    if review.result is Result.CHANGED:
        text += f"\n{changed}"
    if review.rung is Rung.FINAL:
        return text + FINALLY
    until = petition.reviewable_until
    return text + NEXT.format(day=day_of(until).isoformat()) if until else text
