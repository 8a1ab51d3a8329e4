"""Translates HTTP into files of petitions, and back. Nothing else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import quote
from uuid import UUID

from casework.access import permit
from chassis.api.models import VISIBLE, Body, View
from chassis.api.reads import PURPOSE_OF_USE
from chassis.api.route import QueryRoute, Work
from chassis.api.uploads import received, upload_route
from chassis.files import FileStore
from fastapi import APIRouter, Depends, Path
from fastapi.responses import StreamingResponse
from pydantic import Field

from petition.attachments import queries, uploads
from petition.attachments.attachment import LARGEST, LONGEST_NAME, MOST, TAKEN, Attachment, Kept
from petition.attachments.keeping import keep, show

_FILE: Final = {"schema": {"type": "string", "format": "binary"}}
_DOWNLOAD: Final[dict[int | str, dict[str, Any]]] = {200: {"content": dict.fromkeys(TAKEN, _FILE)}}


class AttachmentBody(Body):
    """A file that was uploaded, and what its sender calls it."""

    upload: Annotated[UUID, Field(description="上传后得到的 id · The id that uploading it gave")]
    name: Annotated[
        str, Field(min_length=1, max_length=LONGEST_NAME, pattern=VISIBLE, description="文件名 · What it is called")
    ]


Attached = Annotated[
    tuple[AttachmentBody, ...], Field(max_length=MOST, description="附件，先上传 · Files, uploaded before")
]


class UploadReceipt(View):
    """A file that waits for its petition."""

    id: str
    media_type: str = Field(description="按内容识别的类型 · What it is, by its content")
    size: int = Field(description="字节 · Bytes")
    sha256: str
    expires_at: datetime = Field(description="逾期未提交即删除 · Forgotten then, unless a petition has it")


@dataclass(frozen=True, slots=True)
class _Received:
    """A file in the store of which nothing has come yet."""

    kept: Kept
    store: FileStore

    @property
    def digest(self) -> bytes:
        return bytes.fromhex(self.kept.sha256)

    async def drop(self) -> None:
        await self.store.delete(self.kept.address)


def routers(store: FileStore) -> tuple[APIRouter, APIRouter]:
    """Make the way in and the way out."""

    async def receive(parts: AsyncIterator[bytes]) -> _Received:
        return _Received(await keep(parts, store), store)

    way_in = APIRouter(prefix="/v1", route_class=upload_route(receive, LARGEST))
    way_out = APIRouter(prefix="/v1", route_class=QueryRoute)

    @way_in.post(
        "/attachments",
        status_code=201,
        summary="上传附件 · Upload a file",
        dependencies=[permit("attachment", "upload")],
    )
    async def upload(file: Annotated[_Received, Depends(received)], work: Work) -> UploadReceipt:
        """请求体即文件；随后在提交诉求时引用其 id。The body is the file; the petition then names its id."""
        waiting = await uploads.add(file.kept, work)
        return UploadReceipt(
            id=str(waiting.id),
            media_type=file.kept.media_type,
            size=file.kept.size,
            sha256=file.kept.sha256,
            expires_at=waiting.expires_at,
        )

    @way_out.get(
        "/attachments/{petition_id}/{number}",
        summary="下载附件 · Download a file",
        dependencies=[permit("petition", "expand"), PURPOSE_OF_USE],
        response_class=StreamingResponse,
        responses=_DOWNLOAD,
    )
    async def download(
        petition_id: Annotated[UUID, Path(description="诉求的 id · The petition's id")],
        number: Annotated[int, Path(ge=1, le=2 * MOST, description="第几个附件 · Which of its files")],
        work: Work,
    ) -> StreamingResponse:
        """能看正文的人才能下载。For whom the petition's text opens."""
        return await _download(await queries.find(petition_id, number, work), store)

    return way_in, way_out


async def _download(attachment: Attachment, store: FileStore) -> StreamingResponse:
    """Send it as something to keep, never to show: its first piece is there before the answer begins."""
    parts = show(attachment, store)
    first = await anext(parts)

    async def whole() -> AsyncIterator[bytes]:
        yield first
        async for part in parts:
            yield part

    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(attachment.name, safe='')}",
        "Content-Length": str(attachment.size),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(whole(), media_type=attachment.media_type, headers=headers)
