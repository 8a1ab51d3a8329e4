"""What the policy's table means, in words of the test's own: no code of the policy's decides here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from casework.policy import POLICY
from chassis.policy import Rule

PROVINCE, CITY, DISTRICT, OTHER_CITY, OTHER_PROVINCE = "440000", "440100", "440106", "440300", "450000"
TENANTS = (PROVINCE, CITY, DISTRICT, OTHER_CITY, OTHER_PROVINCE)
BELOW: Mapping[str, frozenset[str]] = {
    CITY: frozenset({CITY, DISTRICT}),
    PROVINCE: frozenset({PROVINCE, CITY, DISTRICT, OTHER_CITY}),
}
"""Where askers belong, and what lies there and below. To a city its province is the superior, the other a sibling."""
DEPARTMENT, OTHER_DEPARTMENT = "traffic-police", "fire"


@dataclass(frozen=True)
class Asker:
    """Somebody of one role, of the traffic police.

    Attributes:
        role: As in the token.
        tenant: One of ``BELOW``.
    """

    role: str
    tenant: str


@dataclass(frozen=True)
class Row:
    """A row, described by what it is to the asker.

    Attributes:
        key: By which lists name it.
        tenant: One of ``TENANTS``.
        own: The asker handed it in.
        department: Where it lies.
        kind: What it is; None where there is but one kind.
        hidden: In which circle it is: ``crime``, ``police``, ``moved`` away; None where it is ordinary.
        audience: Of the topic that it came from.
        accused: The asker's department is complained about.
        named: The asker is complained about.
        entrusted: To whom: to the ``asker``, to an ``other``, or to nobody in particular.
        examined: The asker examined it.
        made: What of it the asker did that somebody else has to check: ``written``, ``proposed``, ``drafted``,
            ``answered``, ``asked`` for, or ``doubted`` as
            spam.
        awaiting: It waits for a signature.
        rated: Whoever wrote it rated the answer.
        consented: Whoever wrote it agrees that it is published.
        disputed: Two departments say that it is the other one's.
        contending: The asker's department is the other one.
        extension: What became of an extension; ``made`` says whether the asker asked for it.
        card: That it was given.
        paged: Something in it can't wait, and ``theirs``, the asker's, was paged, or only the duty desk ``elsewhere``.
        invited: ``theirs``, the asker's department, was asked for its opinion, or only one ``elsewhere``.
        reviewing: Whose supervision desk is asked to review the answer, by its tenant; nobody's, unless somebody asked.
        taken: Who took it: the ``asker``, an ``other``, or nobody yet.
        secret: Part of its content; empty if it has none.
    """

    key: str
    tenant: str
    own: bool = False
    department: str | None = None
    kind: str | None = None
    hidden: str | None = None
    audience: str = "service"
    accused: bool = False
    named: bool = False
    entrusted: str | None = None
    examined: bool = False
    made: str | None = None
    awaiting: bool = False
    rated: bool = False
    consented: bool = False
    disputed: bool = False
    contending: bool = False
    extension: str | None = None
    card: str | None = None
    paged: str | None = None
    reviewing: str | None = None
    taken: str | None = None
    invited: str | None = None
    secret: str = ""


Meaning = Callable[[Asker, Row], bool]


def _in_their_tenant(asker: Asker, row: Row) -> bool:
    return asker.tenant == row.tenant


SCOPES: Mapping[str, Sequence[Meaning]] = {
    "own": (lambda _, row: row.own,),
    "department": (_in_their_tenant, lambda _, row: row.department == DEPARTMENT),
    "tenant": (_in_their_tenant,),
    "tenants-below": (lambda asker, row: row.tenant in BELOW[asker.tenant],),
    "all": (),
}
"""What each asks of a row, all of it."""
CONDITIONS: Mapping[str, Meaning] = {
    "not-their-own": lambda _, row: not row.own,
    "not-examined-by-them": lambda _, row: not row.examined,
    "not-the-accused-unit": lambda _, row: not row.accused,
    "not-a-person-named": lambda _, row: not row.named,
    "named-as-handler": lambda _, row: row.entrusted == "asker",
    "no-handler-named": lambda _, row: row.entrusted is None,
    "not-a-report": lambda _, row: row.kind != "report",
    "not-hidden": lambda _, row: row.hidden is None,
    "may-report-a-crime": lambda _, row: row.hidden == "crime",
    "may-complain-about-police": lambda _, row: row.hidden == "police",
    "not-moved-away": lambda _, row: row.hidden != "moved",
    "not-restricted": lambda _, row: row.audience != "restricted",
    "no-department-in-charge": lambda _, row: row.department is None,
    "a-case": lambda _, row: row.kind == "case",
    "the-provinces": lambda _, row: row.tenant == PROVINCE,
    "not-written-by-them": lambda _, row: row.made != "written",
    "not-proposed-by-them": lambda _, row: row.made != "proposed",
    "not-drafted-by-them": lambda _, row: row.made != "drafted",
    "not-answered-by-them": lambda _, row: row.made != "answered",
    "rated": lambda _, row: row.rated,
    "with-consent": lambda _, row: row.consented,
    "awaiting-a-signature": lambda _, row: row.awaiting,
    "in-dispute": lambda _, row: row.disputed,
    "the-other-side-of-a-dispute": lambda _, row: row.contending,
    "not-taken-for-spam-by-them": lambda _, row: row.made != "doubted",
    "extension-asked-for": lambda _, row: row.extension == "asked",
    "extension-not-asked-for-by-them": lambda _, row: row.made != "asked",
    "has-a-card": lambda _, row: row.card is not None,
    "paged": lambda _, row: row.paged is not None,
    "paged-to-their-desk": lambda _, row: row.paged == "theirs",
    "theirs-to-review": lambda asker, row: row.reviewing == asker.tenant,
    "not-taken-yet": lambda _, row: row.taken is None,
    "taken-by-them": lambda _, row: row.taken == "asker",
    "invited-to-help": lambda _, row: row.invited == "theirs",
    "of-a-tier-below": lambda asker, row: row.tenant != asker.tenant,
    "a-petition": lambda _, row: row.kind == "petition",
}


def rules_of(resource: str, action: str) -> list[Rule]:
    """Give the rows of the table that speak of an action."""
    return [rule for rule in POLICY.rules if rule.resource == resource and action in rule.actions]


def meanings_of(rule: Rule) -> Iterator[Meaning]:
    """Give what a row of the table asks, its scope's and its conditions' part."""
    yield from SCOPES[rule.scope]
    yield from (CONDITIONS[condition.name] for condition in rule.besides)


def telling_apart(resource: str, action: str, asker: Asker) -> Callable[[Row], tuple[bool, ...]]:
    """Give how the rules that let somebody of a role do something to a resource, and see it, look at its rows.

    Rows of which all of them say the same are one row to each of these rules, and to each without a part of it.

    Returns:
        What each part of a scope, and each condition, says of a row.
    """
    rules = [rule for name in (action, "read", "expand") for rule in rules_of(resource, name)]
    theirs = [rule for rule in rules if asker.role in rule.roles]
    meanings = tuple(dict.fromkeys(means for rule in theirs for means in meanings_of(rule)))
    return lambda row: tuple(means(asker, row) for means in meanings)


def granting(resource: str, action: str, asker: Asker, row: Row) -> list[Rule]:
    """Give the rows of the table that let somebody do something to a row."""
    return [
        rule
        for rule in rules_of(resource, action)
        if asker.role in rule.roles and all(means(asker, row) for means in meanings_of(rule))
    ]
