"""What leaves the service over HTTP about files that came with petitions."""

from collections.abc import Sequence
from dataclasses import asdict

from chassis.api.models import View
from pydantic import Field

from petition.attachments.attachment import Attachment


class AttachmentView(View):
    """A file that came with a petition."""

    number: int = Field(description="下载时的序号 · Which one it is, for downloading it")
    name: str
    media_type: str
    size: int = Field(description="字节 · Bytes")
    sha256: str


def shown(attachments: Sequence[Attachment], first: int = 1) -> tuple[AttachmentView, ...]:
    """Show files, counted from a number on."""
    return tuple(
        AttachmentView.model_validate({"number": number, **asdict(each)})
        for number, each in enumerate(attachments, first)
    )
