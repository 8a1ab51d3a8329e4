"""What comes in over HTTP about the handling of petitions."""

from typing import Annotated

from chassis.api.models import VISIBLE, Body
from pydantic import Field

from petition.departments import DEPARTMENTS
from petition.handling.basis import BASES, Basis

Department = Annotated[str, Field(max_length=64, json_schema_extra={"enum": list(DEPARTMENTS)})]
Reason = Annotated[
    str, Field(min_length=1, max_length=500, pattern=VISIBLE, description="理由，不写个人信息 · Why; nothing personal")
]
GIVEN = "；".join(f"{basis}：{laid.zh}（{laid.source}）" for basis, laid in BASES.items())
On = Annotated[Basis, Field(description=f"依据 · On what basis. {GIVEN}")]


class ReturnBody(Body):
    """On what basis it is given back."""

    basis: On
    reason: Reason


class DisputeBody(Body):
    """Whose it is instead, and on what basis."""

    to: Annotated[Department, Field(description="应由其承办的部门 · Whose it is")]
    basis: On
    reason: Reason


class DecisionBody(Body):
    """Whose it is."""

    department: Annotated[Department, Field(description="承办部门 · Department")]
    reason: Reason


class RequestBody(Body):
    """What whoever wrote in is asked for."""

    text: Annotated[str, Field(min_length=1, max_length=2_000, pattern=VISIBLE, description="需补充的内容 · What")]


class SupplementBody(Body):
    """What they send."""

    text: Annotated[str, Field(min_length=1, max_length=20_000, pattern=VISIBLE, description="补充内容 · More")]


class ExtensionBody(Body):
    """How much more time, and why."""

    days: Annotated[int, Field(ge=1, le=366, description="延长的工作日数，以时限规则为限 · Working days")]
    reason: Reason


class ReasonBody(Body):
    """Why."""

    reason: Reason
