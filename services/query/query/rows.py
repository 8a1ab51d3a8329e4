"""A matter and a step as rows of their tables, and back."""

from typing import Any

from query.domain import Kind, Matter, Reached, Stage, Step


def columns_of(matter: Matter) -> dict[str, Any]:
    """Give the matter's columns."""
    return {
        "id": matter.id,
        "kind": matter.kind.value,
        "tenant": matter.tenant,
        "number": matter.number,
        "owner": matter.owner,
        "item": matter.item,
        "opened_at": matter.opened_at,
        "due_at": matter.due_at,
        "updated_at": matter.updated_at,
        **_reached("own", matter.own),
        **_reached("review", matter.review),
        "accused": sorted(matter.accused),
        "named": sorted(matter.named),
    }


def matter_of(row: Any) -> Matter:
    """Read a row with the columns of ``matters``."""
    return Matter(
        id=str(row.id),
        kind=Kind(row.kind),
        tenant=row.tenant,
        number=row.number,
        owner=row.owner,
        item=row.item,
        opened_at=row.opened_at,
        due_at=row.due_at,
        updated_at=row.updated_at,
        own=_reached_of(row.own_subject, row.own_sequence, row.own_stage),
        review=_reached_of(row.review_subject, row.review_sequence, row.review_stage),
        accused=frozenset(row.accused),
        named=frozenset(row.named),
    )


def step_of(row: Any) -> Step:
    """Read a row with the columns of ``timeline``."""
    return Step(
        matter=str(row.matter),
        topic=row.topic,
        subject=str(row.subject),
        sequence=row.sequence,
        type=row.type,
        time=row.time,
        wording=row.wording,
        unit=row.unit,
    )


def _reached(name: str, reached: Reached) -> dict[str, Any]:
    stage = reached.stage.value if reached.stage else None
    return {f"{name}_subject": reached.subject, f"{name}_sequence": reached.sequence, f"{name}_stage": stage}


def _reached_of(subject: str, sequence: int, stage: str | None) -> Reached:
    return Reached(subject, sequence, Stage(stage) if stage else None)
