"""What leaves the service over HTTP about rosters and the register."""

from collections.abc import Mapping
from datetime import datetime
from typing import Self

from casework.content import Access
from chassis.api.models import View
from chassis.api.pages import Next
from pydantic import Field

from petition.petition import Channel
from petition.rosters.shift import Post, Shift
from petition.rosters.spokesperson import Spokesperson


class ShiftChanged(View):
    """A shift after a change."""

    id: str
    tenant: str
    version: int = Field(description="版本号，与 ETag 相同 · Version, the same as the ETag")
    post: Post
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None = Field(description="提前结束的时间 · When somebody ended it early")

    @classmethod
    def of(cls, shift: Shift) -> Self:
        """Tell how it stands now."""
        return cls(**_shift(shift))


class ShiftView(ShiftChanged):
    """A shift, with who has it."""

    access: Access = Field(description="账号：可见、已删除 · Accounts: open or erased")
    running: bool = Field(description="正在值班 · It is theirs now")
    officer: str | None = Field(description="值班人员账号 · Account of who has it")
    deputy: str | None = Field(description="副班账号 · Account of who stands in")

    @classmethod
    def of(cls, shift: Shift, access: Access, content: Mapping[str, str], *, now: datetime) -> Self:  # type: ignore[override]
        """Put the opened accounts beside it."""
        officer, deputy = content.get("officer_account"), content.get("deputy_account")
        return cls(**_shift(shift), access=access, running=shift.runs(now), officer=officer, deputy=deputy)


class ShiftPage(View):
    """One page of a roster, newest entry first."""

    items: tuple[ShiftView, ...]
    next: Next


class SpokespersonView(View):
    """Under which title an office speaks, and where."""

    id: str
    tenant: str
    office: str = Field(description="单位名称 · Name of the office")
    title: str = Field(description="对外名称 · Title under which it speaks")
    channels: tuple[Channel, ...] = Field(description="渠道 · Where it does")
    hours: str | None = Field(description="服务时间 · When it answers")
    registered_at: datetime

    @classmethod
    def of(cls, spokesperson: Spokesperson) -> Self:
        """Show it."""
        entry = spokesperson.entry
        return cls(
            id=spokesperson.id,
            tenant=spokesperson.tenant,
            office=entry.office,
            title=entry.title,
            channels=entry.channels,
            hours=entry.hours,
            registered_at=spokesperson.registered_at,
        )


class SpokespersonPage(View):
    """One page of the register, newest place first."""

    items: tuple[SpokespersonView, ...]
    next: Next


def _shift(shift: Shift) -> dict[str, object]:
    return {
        "id": shift.id,
        "tenant": shift.tenant,
        "version": shift.sequence,
        "post": shift.post,
        "starts_at": shift.starts_at,
        "ends_at": shift.ends_at,
        "ended_at": shift.ended_at,
    }
