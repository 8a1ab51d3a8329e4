"""Who sees which rows, and whose content opens for them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from casework.access import Asker, Scope
from casework.roles import Actor, Role
from petition.access import DESK, may_read
from petition.domain import Channel, Petition
from petition.workflow import State

PETITION = Petition(
    id="0198a1f2-6b1e-7c53-9a5e-3f0d2c7b8e14",
    tenant="440100",
    number="440100-20260302-000000000001-0",
    channel=Channel.PORTAL,
    author="p_author",
    received_at=datetime(2026, 3, 2, 1, 0, tzinfo=UTC),
    sequence=3,
    state=State.TRANSFERRED,
    department="traffic-police",
)


def asker(role: Role, *, tenant: str = "440100", department: str | None = None, author: str = "p_me") -> Asker:
    roles = frozenset({role})
    return Asker(
        actor=Actor(pseudonym="p", roles=roles, department=department),
        tenant=tenant,
        owner=author,
        scope=DESK.scope(roles, tenant, author),
    )


@pytest.mark.parametrize(
    ("role", "tenant", "scope"),
    [
        (Role.TRIAGE, "440100", Scope("440100")),
        (Role.HANDLER, "440100", Scope("440100")),
        (Role.AUDITOR, "440300", Scope("440300")),
        (Role.TRIAGE, "440000", Scope(None)),
        (Role.AUDITOR, "440000", Scope(None)),
        (Role.HANDLER, "440000", Scope("440000")),
        (Role.CITIZEN, "440100", Scope("440100", owner="p_me")),
        (Role.CITIZEN, "440000", Scope("440000", owner="p_me")),
        (Role.CONNECTOR, "440100", Scope("440100", owner="p_me")),
        (Role.ANALYST, "440000", Scope("440000", owner="p_me")),
    ],
)
def test_a_scope_is_ones_own_ones_city_or_for_few_every_city(role: Role, tenant: str, scope: Scope) -> None:
    assert asker(role, tenant=tenant).scope == scope


@pytest.mark.parametrize(
    ("role", "department", "opens"),
    [
        (Role.TRIAGE, None, True),
        (Role.AUDITOR, None, True),
        (Role.HANDLER, "traffic-police", True),
        (Role.HANDLER, "fire", False),
        (Role.HANDLER, None, False),
        (Role.CITIZEN, "traffic-police", False),
        (Role.ANALYST, None, False),
    ],
)
def test_content_opens_for_triage_audit_and_the_department_in_charge(
    role: Role, *, department: str | None, opens: bool
) -> None:
    assert may_read(asker(role, department=department), PETITION) is opens


def test_content_opens_for_its_author() -> None:
    assert may_read(asker(Role.CITIZEN, author="p_author"), PETITION)


def test_content_of_what_no_department_has_opens_for_no_handler() -> None:
    petition = replace(PETITION, department=None)
    assert not may_read(asker(Role.HANDLER, department=None), petition)
