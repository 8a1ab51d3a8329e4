"""In which words a bulletin goes out to those who follow an account or are in a group (通报用语). Pure."""

from datetime import date
from typing import Final

from petition.bulletins.bulletin import Bulletin, Category
from petition.bulletins.workflow import State

HEADS: Final = {
    Category.WARNING: "【警方预警 · Police warning】",
    Category.NOTICE: "【警方通告 · Police notice】",
}
WITHDRAWN: Final = "【已撤回 · Withdrawn】"


def published(bulletin: Bulletin, on: date) -> str | None:
    """Say what it says; None: it isn't to be said any more, because it was withdrawn, or its last day is over."""
    content = bulletin.content
    if bulletin.state is not State.PUBLISHED or bulletin.over(on):
        return None
    until = content.effective_until
    end = f"\n\n有效期至 {until.isoformat()} · Until {until.isoformat()}" if until else ""
    return f"{HEADS[content.category]}{content.title}\n{content.text}{end}"


def withdrawn(bulletin: Bulletin) -> str:
    """Say that it was taken back, and why."""
    return f"{WITHDRAWN}{bulletin.content.title}\n{bulletin.reason}"
