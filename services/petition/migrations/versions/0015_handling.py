"""Handling: by when each petition is answered, with timers; whose it is; what is asked meanwhile."""

import sqlalchemy as sa
from alembic import op
from chassis import schema
from workdays.calendar import packaged
from workdays.clock import begin
from workdays.counting import day_of
from workdays.rules import rules

revision = "0015"
down_revision = "0014"

STARTS = sa.text(
    """
    SELECT DISTINCT ON (day, crime) (received_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
                                    hidden IS NOT DISTINCT FROM 'crime' AS crime, received_at
    FROM petitions
    """
)
COMPUTED = sa.text(
    """
    UPDATE petitions
    SET due_at = :due_at, warn_at = :warn_at, provisional = :provisional,
        open = state IN ('classified', 'auto-answered', 'transferred', 'drafted'),
        urgency = CASE WHEN state NOT IN ('classified', 'auto-answered', 'transferred') THEN 3
                       WHEN danger = 'life' THEN 0 WHEN danger = 'crime' THEN 1 WHEN danger = 'money' THEN 2 ELSE 3 END
    WHERE (received_at AT TIME ZONE 'Asia/Shanghai')::date = :day AND (hidden IS NOT DISTINCT FROM 'crime') = :crime
    """
)
# Whose time has passed gets its card at once.
TIMED = sa.text(
    """
    INSERT INTO timers (subject, clock, version, due_at, next_at, correlationid)
    SELECT id::text, 'warning', 1, warn_at, warn_at, gen_random_uuid()::text FROM petitions WHERE open
    """
)


MOMENT, COUNT, FLAG, NAMES = sa.DateTime(timezone=True), sa.BigInteger(), sa.Boolean(), sa.ARRAY(sa.String(64))
GIVEN = (
    ("open", FLAG, "true"),
    ("urgency", sa.SmallInteger(), "3"),
    ("due_at", MOMENT, "now() + interval '21 days'"),  # of what the release before still adds
    ("warn_at", MOMENT, "now() + interval '14 days'"),
    ("provisional", FLAG, "true"),
    ("deadline", COUNT, "1"),
    ("warned", FLAG, "false"),
    ("overdue", FLAG, "false"),
    ("assignment", COUNT, "0"),
    ("late", FLAG, "false"),
    ("returned_by", NAMES, "'{}'"),
    ("disputed_by", NAMES, "'{}'"),
    ("bound", FLAG, "false"),
    ("extended_by", COUNT, "0"),
    ("urged", COUNT, "0"),
)
"""Columns that every petition has a value in, and what it is until somebody says otherwise."""
EMPTY = (
    ("again_at", MOMENT),
    ("escalated_to", sa.String(6)),
    ("card", sa.String(8)),
    ("internal_by", MOMENT),
    ("first_receiver", sa.String(64)),
    ("contender", sa.String(64)),
    ("stopped_at", MOMENT),
    ("resumed_at", MOMENT),
    ("supplement_request_keyid", sa.Text()),
    ("supplement_request", sa.Text()),
    ("supplement_keyid", sa.Text()),
    ("supplement", sa.Text()),
    ("extension", sa.String(16)),
    ("extension_asked_by", sa.String(128)),
    ("extended_at", MOMENT),
    ("urged_on", sa.Date()),
    ("watched_on", sa.Date()),
)


def upgrade() -> None:
    schema.upgrade_timers_v1(op)
    for name, type_, value in GIVEN:
        op.add_column("petitions", sa.Column(name, type_, nullable=False, server_default=sa.text(value)))
    for name, kind in EMPTY:
        op.add_column("petitions", sa.Column(name, kind))
    op.execute("UPDATE petitions SET first_receiver = department WHERE department IS NOT NULL")
    compute()
    for name, columns in (
        ("petitions_queue", ["tenant", "urgency", "due_at", "id"]),
        ("petitions_queue_of_all", ["urgency", "due_at", "id"]),
    ):
        op.create_index(name, "petitions", columns, postgresql_where=sa.text("open"))
    for name in ("supplement_request", "supplement"):
        key = f"{name}_keyid"
        op.create_index(f"petitions_by_{name}_key", "petitions", [key], postgresql_where=sa.text(f"{key} IS NOT NULL"))


def compute() -> None:
    """Give what is there its time limit, by the day on which it came in."""
    connection = op.get_bind()
    for day, crime, received_at in connection.execute(STARTS).all():
        kind, clock = ("crime-report", "filing-review") if crime else ("petition", "answer")
        running = begin(rules().find(kind, clock, on=day_of(received_at)), received_at)
        due, warned = running.due(packaged()), running.reached(-(-2 * running.days // 3), packaged())
        if due and warned:  # nothing has stopped them yet
            found = {"due_at": due.at, "warn_at": warned.at, "provisional": due.provisional}
            connection.execute(COMPUTED, found | {"day": day, "crime": crime})
    connection.execute(TIMED)
