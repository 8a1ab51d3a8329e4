"""What petitions are to whoever asks, beside the tenant."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .oracle import CITY, OTHER_DEPARTMENT, PROVINCE, Row

INVOLVED: Sequence[Mapping[str, Any]] = (
    {},
    {"own": True},
    {"department": None},
    {"department": OTHER_DEPARTMENT},
    {"accused": True},
    {"named": True},
    {"entrusted": "asker"},
    {"entrusted": "other"},
    {"disputed": True},
    {"disputed": True, "department": OTHER_DEPARTMENT, "contending": True},
    {"disputed": True, "department": OTHER_DEPARTMENT, "contending": True, "own": True},
    {"extension": "asked"},
    {"extension": "asked", "made": "asked"},
    {"card": "yellow"},
    {"department": None, "made": "doubted"},
    {"paged": "theirs"},
    {"paged": "theirs", "taken": "asker"},
    {"paged": "theirs", "taken": "other"},
    {"kind": "report"},
    {"kind": "report", "entrusted": "asker"},
    {"hidden": "crime", "department": None, "paged": "theirs"},
    {"hidden": "crime", "department": None, "made": "doubted"},
    {"hidden": "crime", "own": True},
    {"hidden": "crime", "accused": True},
    {"hidden": "crime", "named": True},
    {"hidden": "crime", "entrusted": "asker"},
    {"hidden": "crime", "entrusted": "other"},
    {"hidden": "police", "department": None, "paged": "theirs"},
    {"hidden": "police", "department": None, "made": "doubted"},
    {"hidden": "police", "own": True},
    {"hidden": "police", "accused": True},
    {"hidden": "police", "entrusted": "asker"},
    {"hidden": "moved"},
    {"hidden": "moved", "own": True},
    {"hidden": "moved", "entrusted": "asker"},
)
"""What petitions of the traffic police are to the asker, beside the tenant."""


DRAFTS: Sequence[Mapping[str, Any]] = ({}, {"own": True}, {"accused": True}, {"named": True}, {"made": "drafted"})
"""What petitions that wait for a signature are to the asker."""
RATED: Sequence[Mapping[str, Any]] = (
    *({}, {"own": True}, {"accused": True}, {"named": True}, {"made": "answered"}),
    *({"hidden": "moved"}, {"hidden": "moved", "own": True}),
)
"""What petitions that were rated are to the asker."""
CONSENTED: Sequence[Mapping[str, Any]] = ({}, {"own": True}, {"accused": True}, {"named": True}, {"hidden": "moved"})
"""What petitions that may be published are to the asker."""
REVIEWED: Sequence[Mapping[str, Any]] = (
    *({}, {"own": True}, {"accused": True}, {"named": True}, {"made": "answered"}, {"reviewing": PROVINCE}),
    *({"hidden": "crime"}, {"hidden": "police"}, {"hidden": "moved"}, {"kind": "report"}),
)
"""What petitions whose answer is reviewed are to the asker."""
PAGED: Sequence[Mapping[str, Any]] = (
    *({}, {"own": True}, {"accused": True}, {"named": True}, {"paged": "elsewhere"}),
    *({"hidden": "crime"}, {"hidden": "police"}, {"hidden": "moved"}),
)
"""What petitions in which something can't wait are to the asker."""
INVITED: Sequence[Mapping[str, Any]] = (
    *({}, {"own": True}, {"accused": True}, {"named": True}, {"invited": "elsewhere"}, {"kind": "report"}),
    *({"hidden": "crime"}, {"hidden": "police"}, {"hidden": "moved"}),
)
"""What petitions on which a department was asked for its opinion are to the asker."""
ASKED_ABOUT: Sequence[Mapping[str, Any]] = (
    *({}, {"own": True}, {"accused": True}, {"named": True}, {"department": OTHER_DEPARTMENT}),
    *({"entrusted": "asker"}, {"entrusted": "other"}, {"kind": "report"}, {"hidden": "crime"}),
)
"""What petitions on which others were asked are to the asker."""
PETITIONS: Sequence[tuple[str, Mapping[str, Any], Sequence[Mapping[str, Any]]]] = (
    ("petition", {}, INVOLVED),
    ("draft", {"awaiting": True}, DRAFTS),
    ("rating", {"rated": True}, RATED),
    ("publication", {"consented": True}, CONSENTED),
    ("petition-review", {"reviewing": CITY}, REVIEWED),
    ("page", {"paged": "theirs"}, PAGED),
    ("collaboration", {"department": OTHER_DEPARTMENT, "invited": "theirs"}, INVITED),
    ("opinion", {"invited": "elsewhere"}, ASKED_ABOUT),
)
"""As what they are seen, and what they have in common."""
PARKED = """
INSERT INTO deliveries (id, tenant, sequence, petition, told, what, channel, source, state)
SELECT id, tenant, 1, id, 1, 'receipt', 'forum', 'zone', 'parked'
FROM petitions
WHERE handlers = '{}' AND kind = 'consult' AND state = 'classified' AND rating IS NULL AND consent IS NULL
RETURNING id
"""
"""Something that couldn't be told of some petitions; it bears its petition's id."""


def of(made: Iterable[Mapping[str, Any]], rows: Sequence[Row]) -> list[Row]:
    """Give those rows of which something was made under their own id."""
    ids = {str(each["id"]) for each in made}
    return [row for row in rows if row.key in ids]
