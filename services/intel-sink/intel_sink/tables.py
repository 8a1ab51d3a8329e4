"""The tables. Those in the schema ``projections`` can be dropped and made again from the others at any time.

Plain tables instead of mapped classes: what is done here is COPY, bulk inserts and joins, never one object at a time.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

PROJECTIONS: Final = "projections"

_metadata = MetaData()
_moment = DateTime(timezone=True)

mirror_logs = Table(  # one partition of one incarnation of a topic, and the frontier of its Merkle tree
    "mirror_logs",
    _metadata,
    Column("log", Integer, primary_key=True),
    Column("topic", Text),
    Column("topic_uuid", Uuid),
    Column("partition", Integer),
    Column("base_offset", BigInteger),
    Column("size", BigInteger),
    Column("frontier", LargeBinary),
)

mirror_records = Table(  # each record as the broker held it; nothing in it is ever parsed by the database
    "mirror_records",
    _metadata,
    Column("log", Integer, primary_key=True),
    Column("offset", BigInteger, primary_key=True),
    Column("event_id", Uuid),
    Column("status", Text),
    Column("timestamp_ms", BigInteger),
    Column("key", LargeBinary),
    Column("headers", LargeBinary),
    Column("value", LargeBinary),
    Column("leaf_hash", LargeBinary),
    Column("stored_at", _moment),
)

mirror_arrivals = Table(  # the journal: each stored batch, in the order in which the mirror took it in
    "mirror_arrivals",
    _metadata,
    Column("ordinal", BigInteger, primary_key=True),
    Column("log", Integer),
    Column("first_offset", BigInteger),
    Column("records", Integer),
    Column("stored_at", _moment),
)

checkpoints = Table(  # signed heads; also in their topic and in the file outside the database
    "checkpoints",
    _metadata,
    Column("ordinal", BigInteger, primary_key=True),
    Column("body", LargeBinary),
    Column("key_id", Text),
    Column("signature", LargeBinary),
    Column("signed_at", _moment),
)

alerts = Table(  # alerts that left through the outbox; rebuilding the projections never touches them
    "alerts",
    _metadata,
    Column("id", Uuid, primary_key=True),
    Column("rule", Text),
    Column("tenant", Text),
    Column("kind", Text),
    Column("matter", Text),
    Column("window_start", _moment),
    Column("window_end", _moment),
    Column("count", Integer),
    Column("threshold", Integer),
    Column("evidence", JSONB),
    Column("raised_at", _moment),
)

erasures = Table(  # keys that were destroyed, each with its event; every restore of the keyring destroys them again
    "erasures",
    _metadata,
    Column("keyid", Text, primary_key=True),
    Column("ordered_at", _moment),
)

progress = Table(  # how far the journal was followed: one number, which stands for a position in each log
    "progress",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("ordinal", BigInteger),
    schema=PROJECTIONS,
)

counts = (
    Table(  # petitions by what they are classified as now, on the day (Asia/Shanghai) of their first classification
        "counts",
        _metadata,
        Column("tenant", Text, primary_key=True),
        Column("kind", Text, primary_key=True),
        Column("day", Date, primary_key=True),
        Column("audience", Text, primary_key=True),
        Column("total", Integer),
        schema=PROJECTIONS,
    )
)

classifications = Table(  # what each petition counts as
    "classifications",
    _metadata,
    Column("subject", Text, primary_key=True),
    Column("sequence", BigInteger),
    Column("tenant", Text),
    Column("kind", Text),
    Column("matter", Text),
    Column("day", Date),
    Column("log", Integer),
    Column("offset", BigInteger),
    schema=PROJECTIONS,
)

entries = Table(  # the search by id and by subject: where each readable record lies
    "entries",
    _metadata,
    Column("log", Integer, primary_key=True),
    Column("offset", BigInteger, primary_key=True),
    Column("topic", Text),
    Column("event_id", Uuid),
    Column("type", Text),
    Column("subject", Text),
    Column("sequence", BigInteger),
    Column("tenant", Text),
    Column("time", _moment),
    Column("status", Text),
    Column("audience", Text),
    schema=PROJECTIONS,
)

invalid = Table(  # records that their contract refuses: where and why, never what
    "invalid",
    _metadata,
    Column("log", Integer, primary_key=True),
    Column("offset", BigInteger, primary_key=True),
    Column("topic", Text),
    Column("partition", Integer),
    Column("tenant", Text),
    Column("reason", Text),
    Column("stored_at", _moment),
    schema=PROJECTIONS,
)

burst_events = Table(  # events that count for a rule and belong to no burst yet
    "burst_events",
    _metadata,
    Column("rule", Text, primary_key=True),
    Column("tenant", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("matter", Text, primary_key=True),
    Column("time", _moment, primary_key=True),
    Column("log", Integer, primary_key=True),
    Column("offset", BigInteger, primary_key=True),
    Column("event_id", Uuid),
    schema=PROJECTIONS,
)

burst_windows = Table(  # windows that held a burst; what else falls into one is part of it
    "burst_windows",
    _metadata,
    Column("rule", Text, primary_key=True),
    Column("tenant", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("matter", Text, primary_key=True),
    Column("window_start", _moment, primary_key=True),
    Column("window_end", _moment),
    Column("count", Integer),
    schema=PROJECTIONS,
)


def projections() -> list[Table]:
    """All tables that a rebuild makes again."""
    return [table for table in _metadata.sorted_tables if table.schema == PROJECTIONS]
