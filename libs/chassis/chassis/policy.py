"""Who may do what to which rows: a table of rules, evaluated here and nowhere else. What no rule allows is refused.

A rule names a resource, an action, roles, a scope, and conditions besides. Scope and conditions are of one kind: each
says how a row relates to whoever asks. They become part of a query (``Reach.where``), and hold for a row in hand
(``Reach.admits``) exactly if that query would find it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from contracts.tenants import span
from sqlalchemy import ARRAY, ColumnElement, and_, between, false, func, literal, not_, or_, true

Facts = Mapping[str, Collection[str]]
"""What is known of whoever asks: ``owners`` (their pseudonyms as owners), ``actor``, ``tenant``, ``department``, and
``seats``, which name them as somebody of their office, or as themselves."""
Columns = Mapping[str, ColumnElement[Any]]
"""The columns, or expressions, that hold a row's attributes; only those that its rules name are looked up."""
Attribute = str | Collection[str] | None
Attributes = Callable[[str], Attribute]
"""Gives an attribute of a row in hand."""


class Relation(StrEnum):
    """How an attribute of a row relates to what is known of whoever asks."""

    MEETS = "meets"
    """It is one of theirs, or holds one of theirs."""
    AVOIDS = "avoids"
    """It is none of theirs, and holds none of theirs."""
    LIES_WITHIN = "lies within"
    """It is the code of their tenant, or of one below."""
    IS_EMPTY = "is empty"
    """It names nobody and nothing."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What has to hold between a row and whoever asks.

    Attributes:
        name: By which refusals and documents know it.
        attribute: Of the row.
        relation: Between the two.
        fact: What of whoever asks is meant.
        values: What is meant instead, whoever asks.
    """

    name: str
    attribute: str
    relation: Relation
    fact: str = ""
    values: tuple[str, ...] = ()

    def where(self, column: ColumnElement[Any], theirs: Collection[str]) -> ColumnElement[bool]:
        """Give it as part of a query."""
        several = isinstance(column.type, ARRAY)
        match self.relation:
            case Relation.IS_EMPTY:
                return func.coalesce(func.cardinality(column), 0) == 0 if several else column.is_(None)
            case Relation.LIES_WITHIN:
                return or_(false(), *(between(column, *span(tenant)) for tenant in theirs))
            case Relation.MEETS:
                return _meeting(column, theirs, several=several) if theirs else false()
            case Relation.AVOIDS:
                return or_(column.is_(None), not_(_meeting(column, theirs, several=several))) if theirs else true()

    def holds(self, attribute: Attribute, theirs: Collection[str]) -> bool:
        """Tell whether it holds for a row in hand."""
        named = _texts(attribute)
        match self.relation:
            case Relation.IS_EMPTY:
                return not named
            case Relation.LIES_WITHIN:
                spans = [span(tenant) for tenant in theirs]
                return any(first <= text <= last for text in named for first, last in spans)
            case Relation.MEETS:
                return not named.isdisjoint(theirs)
            case Relation.AVOIDS:
                return named.isdisjoint(theirs)


class Scope(StrEnum):
    """Whose rows."""

    OWN = "own"
    DEPARTMENT = "department"
    TENANT = "tenant"
    TENANTS_BELOW = "tenants-below"
    ALL = "all"


_OWN = Condition(Scope.OWN, "owner", Relation.MEETS, "owners")
_DEPARTMENT = Condition(Scope.DEPARTMENT, "department", Relation.MEETS, "department")
_TENANT = Condition(Scope.TENANT, "tenant", Relation.MEETS, "tenant")
_TENANTS_BELOW = Condition(Scope.TENANTS_BELOW, "tenant", Relation.LIES_WITHIN, "tenant")
SCOPES: Final[Mapping[Scope, tuple[Condition, ...]]] = {
    Scope.OWN: (_OWN,),
    Scope.DEPARTMENT: (_TENANT, _DEPARTMENT),
    Scope.TENANT: (_TENANT,),
    Scope.TENANTS_BELOW: (_TENANTS_BELOW,),
    Scope.ALL: (),
}
"""What each scope asks of a row; tenants-below includes the tenant itself."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: these roles may do this to rows within the scope for which all conditions hold."""

    resource: str
    actions: tuple[str, ...]
    roles: tuple[str, ...]
    scope: Scope
    besides: tuple[Condition, ...] = ()

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All that it asks of a row."""
        return SCOPES[self.scope] + self.besides


@dataclass(frozen=True, slots=True)
class Demand:
    """A condition together with what whoever asks brings to it."""

    condition: Condition
    theirs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """The rows to which somebody may do something: for each, all demands of at least one way hold."""

    ways: tuple[tuple[Demand, ...], ...]

    def where(self, columns: Columns) -> ColumnElement[bool]:
        """Give it as part of a query."""
        return or_(false(), *(and_(true(), *_queried(way, columns)) for way in self.ways))

    def admits(self, row: Attributes) -> bool:
        """Tell whether a row in hand is one of them."""
        return any(not _failing(way, row) for way in self.ways)

    def refusal(self, row: Attributes) -> Condition | None:
        """Give a condition that keeps a row out, of the way that comes nearest; None where there is no way at all."""
        failing = [_failing(way, row) for way in self.ways]
        return min(failing, key=len)[0].condition if all(failing) and failing else None

    def __or__(self, other: "Reach") -> "Reach":
        """Give the rows of either."""
        return Reach(self.ways + other.ways)


EVERYTHING: Final = Reach(((),))
"""For the service itself: its reactions, its clocks."""
NOTHING: Final = Reach(())


class Policy:
    """The table, and the questions that are asked of it.

    Attributes:
        rules: In the order in which they were written.
    """

    def __init__(self, *rows: tuple[str, tuple[str, ...], tuple[str, ...], Scope, tuple[Condition, ...]]) -> None:
        """Make the table, once."""
        self.rules = tuple(Rule(*row) for row in rows)

    def rules_for(self, resource: str, action: str) -> tuple[Rule, ...]:
        """Give the rules about an action.

        Raises:
            LookupError: There is none, so nobody could ever do it: it was mistyped.
        """
        found = tuple(rule for rule in self.rules if rule.resource == resource and action in rule.actions)
        if not found:
            raise LookupError(f"the policy knows no {action} of {resource}")
        return found

    def roles(self, resource: str, action: str) -> frozenset[str]:
        """Name the roles that may do it to some row at least.

        Raises:
            LookupError: The policy doesn't know it.
        """
        return frozenset(role for rule in self.rules_for(resource, action) for role in rule.roles)

    def reach(self, resource: str, action: str, roles: Collection[str], facts: Facts) -> Reach:
        """Give the rows to which somebody may do it.

        Raises:
            LookupError: The policy doesn't know it.
        """
        granting = (rule for rule in self.rules_for(resource, action) if not set(rule.roles).isdisjoint(roles))
        return Reach(tuple(tuple(_demands(rule.conditions, facts)) for rule in granting))


def _demands(conditions: Iterable[Condition], facts: Facts) -> Iterable[Demand]:
    return (Demand(each, each.values or tuple(facts.get(each.fact, ()))) for each in conditions)


def _queried(way: Iterable[Demand], columns: Columns) -> Iterable[ColumnElement[bool]]:
    return (demand.condition.where(columns[demand.condition.attribute], demand.theirs) for demand in way)


def _failing(way: Iterable[Demand], row: Attributes) -> list[Demand]:
    return [each for each in way if not each.condition.holds(row(each.condition.attribute), each.theirs)]


def _meeting(column: ColumnElement[Any], theirs: Collection[str], *, several: bool) -> ColumnElement[bool]:
    if several:
        return column.bool_op("&&")(literal(list(theirs), column.type))
    return column.in_(theirs) if len(theirs) > 1 else column == next(iter(theirs))


def _texts(attribute: Attribute) -> frozenset[str]:
    if attribute is None:
        return frozenset()
    return frozenset((attribute,) if isinstance(attribute, str) else attribute)
