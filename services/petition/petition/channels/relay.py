"""The webhook of a group's relay (QQ 群转接): what a member addresses to the police is handed over, signed.

A message is told by its id, so a relay delivers it again until it gets an answer, and any number of times after it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

from casework.codes import code_of
from chassis.api.models import VISIBLE, Body, View
from chassis.api.route import Work
from chassis.api.webhooks import webhook_route
from fastapi import APIRouter
from fastapi import Path as InPath
from pydantic import AwareDatetime, Field

from petition.channels.config import RelaySettings
from petition.channels.intake import Outcome, take_in
from petition.channels.message import LARGEST_REVISION, OLDEST_YEAR, ChannelMessage, answering, headline
from petition.channels.origin import Origin
from petition.channels.secrets import senders
from petition.petition import Channel
from petition.views import EmergencyView

GROUPS_EXIST: Final = datetime(OLDEST_YEAR, 1, 1, tzinfo=UTC)


class GroupMessage(Body):
    """A message of the group."""

    id: Annotated[
        str, Field(min_length=1, max_length=200, pattern=VISIBLE, description="消息编号 · Its id in the group")
    ]
    revision: Annotated[
        int, Field(ge=0, le=LARGEST_REVISION, description="修改次数 · How often it was edited, or any growing number")
    ] = 0
    author: Annotated[
        str | None,
        Field(min_length=1, max_length=200, pattern=VISIBLE, description="群成员，匿名则省略 · Member, if told"),
    ] = None
    text: Annotated[str, Field(min_length=1, max_length=20_000, pattern=VISIBLE, description="正文 · Text")]
    sent_at: Annotated[AwareDatetime | None, Field(ge=GROUPS_EXIST, description="发送时间 · When it was sent")] = None
    reply_to: Annotated[
        str | None,
        Field(min_length=1, max_length=500, pattern=VISIBLE, description="私聊地址 · Where to answer in private"),
    ] = None
    in_reply_to: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=200,
            pattern=VISIBLE,
            description="所回复消息的编号，或所转告内容的 webhook-id · What it answers: a message, or what was told",
        ),
    ] = None


class GroupReceipt(View):
    """What the relay tells the member, in private: in the group anybody could ask with the code."""

    emergency: EmergencyView = Field(default_factory=EmergencyView, description="紧急情况先拨打 · Call first")
    outcome: Outcome = Field(
        description="新件、补充材料、已修改、已收过 · New, what was asked for, edited, or here already"
    )
    number: str = Field(description="办件编号 · Number for people; it can't be guessed")
    query_code: str = Field(description="查询码，请私聊告知 · Query code, to be told in private")


def router(relays: Sequence[RelaySettings]) -> APIRouter:
    """Make the webhook; without relays nobody can sign for it.

    Raises:
        OSError: A secret can't be read.
        WeakSecretError: See there.
    """
    made = APIRouter(prefix="/v1", route_class=webhook_route(senders(Channel.QQ_GROUP, relays)))

    @made.post("/relays/{source}/messages", summary="群消息转入 · Hand over a group's message")
    async def deliver(
        source: Annotated[str, InPath(max_length=64, description="来源 · Name of the group here")],
        body: GroupMessage,
        work: Work,
    ) -> GroupReceipt:
        """按 Standard Webhooks 用共享密钥签名。Signed by Standard Webhooks: webhook-id, -timestamp, -signature."""
        message = ChannelMessage(
            origin=Origin(channel=Channel.QQ_GROUP, source=source, message=body.id, address=body.reply_to),
            revision=body.revision,
            title=headline(body.text),
            text=body.text,
            author=body.author,
            posted_at=body.sent_at,
            answers=answering(body.in_reply_to),
        )
        outcome, petition = await take_in(message, work)
        return GroupReceipt(outcome=outcome, number=petition.number, query_code=code_of(petition.number, work.outbox))

    return made
