"""Open311 GeoReport v2, inbound: applications of others hand over what their users send, and ask how far it is.

What is published by others who speak this protocol isn't here: a request is shown to nobody but who has its id, and of
it only how far it is.
"""

import hmac
from collections.abc import Sequence
from typing import Annotated, Any, Final

from casework.codes import code_of
from casework.numbers import is_human_number
from chassis.api.errors import INVALID, NOT_FOUND, Problem
from chassis.api.route import PublicRoute, Work
from chassis.api.webhooks import FormRoute, webhook_route
from chassis.unit import Unit
from fastapi import APIRouter, Path, Query, Response
from fastapi import Form as InForm
from workdays.counting import day_of

from petition import store
from petition.channels import georeport
from petition.channels.config import AppSettings
from petition.channels.georeport import Form, Service, ServiceRequest, Status, Taken, Token, written
from petition.channels.intake import take_in
from petition.channels.secrets import senders
from petition.petition import Channel, Petition

MOST_ASKED: Final = 10
"""Requests that are asked about at once."""

SourceName = Annotated[
    str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", description="应用 · Name of the application here")
]
AsForm = Annotated[Form, Path(description="格式 · How the answer is written")]
RequestId = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9-]{1,64}$", description="诉求的编号与查询码 · Number and query code")
]


def routers(apps: Sequence[AppSettings]) -> tuple[APIRouter, APIRouter]:
    """Make the way in and the way out; without applications nobody has a key.

    Raises:
        OSError: A key can't be read.
        WeakSecretError: See there.
    """
    way_in = APIRouter(
        prefix="/v1/open311/{source}", route_class=webhook_route(senders(Channel.OPEN311, apps), FormRoute)
    )
    way_out = APIRouter(prefix="/v1/open311/{source}", route_class=PublicRoute)
    known = {each.source for each in apps}

    def require_known(source: str) -> None:
        if source not in known:
            raise Problem(NOT_FOUND)

    @way_in.post("/requests.{form}", summary="提交诉求 · Send a request", **_answers(Taken))
    async def send(source: SourceName, form: AsForm, body: Annotated[ServiceRequest, InForm()], work: Work) -> Response:
        """Open311 GeoReport v2，POST Service Request；密钥在表单的 api_key 中。The key is in the form's api_key."""
        if body.service_code not in georeport.SERVICES:
            raise Problem(INVALID, pointer="/body/service_code", extensions={"known": list(georeport.SERVICES)})
        message = georeport.message_of(body, source, day_of(work.now))
        _, petition = await take_in(message, work)
        return _written(form, "service_requests", "request", [georeport.taken(_id_of(petition, work))])

    @way_out.get("/services.{form}", summary="可选事项 · What may be asked for", **_answers(Service))
    async def services(source: SourceName, form: AsForm) -> Response:
        """Open311 GeoReport v2，GET Service List；公安事项的两级主题。The topics of police work."""
        require_known(source)
        return _written(form, "services", "service", georeport.services())

    @way_out.get("/tokens/{token}.{form}", summary="凭证换编号 · The id for a token", **_answers(Token))
    async def token(source: SourceName, token: RequestId, form: AsForm, work: Work) -> Response:
        """Open311 GeoReport v2；诉求即时受理，凭证即编号。Each is taken in at once, so its token is its id."""
        require_known(source)
        await _found([token], work)
        return _written(form, "service_requests", "request", [Token(token=token, service_request_id=token)])

    @way_out.get("/requests/{request_id}.{form}", summary="办理进度 · How far a request is", **_answers(Status))
    async def one(source: SourceName, request_id: RequestId, form: AsForm, work: Work) -> Response:
        """Open311 GeoReport v2，GET Service Request；内容不在此公开。What it says isn't told here."""
        require_known(source)
        return _written(form, "service_requests", "request", await _found([request_id], work))

    @way_out.get("/requests.{form}", summary="多件进度 · How far some requests are", **_answers(Status))
    async def some(
        source: SourceName,
        form: AsForm,
        service_request_id: Annotated[
            str,
            Query(pattern=r"^[A-Za-z0-9,-]{1,600}$", description="编号，以逗号分隔 · Ids, with commas between them"),
        ],
        work: Work,
    ) -> Response:
        """只查给出的编号，不列出他人的诉求。Only those that are named: nobody's requests are listed."""
        require_known(source)
        ids = list(dict.fromkeys(service_request_id.split(",")))[:MOST_ASKED]
        return _written(form, "service_requests", "request", await _found(ids, work))

    return way_in, way_out


def _answers(model: type) -> dict[str, Any]:
    as_xml = {"application/xml": {"schema": {"type": "string"}}}
    return {"response_class": Response, "responses": {200: {"model": list[model], "content": as_xml}}}  # type: ignore[valid-type]


def _written(form: Form, whole: str, each: str, found: Sequence[Any]) -> Response:
    content, media_type = written(form, whole, each, found)
    return Response(content, media_type=media_type)


def _id_of(petition: Petition, unit: Unit) -> str:
    return f"{petition.number}-{code_of(petition.number, unit.outbox)}"


async def _found(ids: Sequence[str], unit: Unit) -> list[Status]:
    """Tell how far these are, in their order; the database is asked for none whose code doesn't hold.

    Raises:
        Problem: 404: one of them isn't there.
    """
    numbers = {}
    for id_ in ids:
        number, _, code = id_.rpartition("-")
        right = is_human_number(number) and hmac.compare_digest(code_of(number, unit.outbox).encode(), code.encode())
        if not right:
            raise Problem(NOT_FOUND)
        numbers[number] = id_
    found = {petition.number: petition for petition in await store.of_numbers(unit.session, numbers)}
    if found.keys() != numbers.keys():
        raise Problem(NOT_FOUND)
    return [georeport.status_of(found[number], id_) for number, id_ in numbers.items()]
