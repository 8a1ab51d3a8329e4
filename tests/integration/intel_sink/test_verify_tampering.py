"""Whoever has the database's password changes something; `verify` says which row.

Three strengths of the same attack: the row alone; the row and its leaf hash; the row, its leaf hash and the log's tree.
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Timer

import pytest
from chassis.testing.events import event
from chassis.worker.batch import Log
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from intel_sink import domain, merkle

from .conftest import MirrorKit, life, records

FORGED = b'{"forged":true}'


@dataclass(frozen=True)
class Attack:
    """Something done to a log of ten records, and what verification names for it: kind and offset."""

    statements: tuple[str, ...]
    named: set[tuple[str, int]]


ATTACKS = {
    "flip": Attack(
        ('UPDATE mirror_records SET value = set_byte(value, 20, get_byte(value, 20) # 1) WHERE "offset" = 4',),
        {("changed", 4)},
    ),
    "flip a key": Attack(('UPDATE mirror_records SET key = NULL WHERE "offset" = 4',), {("changed", 4)}),
    "flip a header": Attack(("UPDATE mirror_records SET headers = '' WHERE \"offset\" = 4",), {("changed", 4)}),
    "flip a time stamp": Attack(
        ('UPDATE mirror_records SET timestamp_ms = timestamp_ms + 1 WHERE "offset" = 4',), {("changed", 4)}
    ),
    "flip a leaf hash": Attack(
        ("UPDATE mirror_records SET leaf_hash = sha256('x') WHERE \"offset\" = 4",), {("changed", 4)}
    ),
    "delete": Attack(('DELETE FROM mirror_records WHERE "offset" = 4',), {("missing", 4)}),
    "truncate": Attack(('DELETE FROM mirror_records WHERE "offset" >= 7',), {("truncated", 7)}),
    "insert at the end": Attack(
        (
            (
                "INSERT INTO mirror_records SELECT log, 10, NULL, 'invalid', timestamp_ms, key, headers, value, "
                'leaf_hash FROM mirror_records WHERE "offset" = 4'
            ),
        ),
        {("inserted", 10)},
    ),
    "insert in the middle": Attack(
        (
            'UPDATE mirror_records SET "offset" = "offset" + 101 WHERE "offset" >= 4',
            'UPDATE mirror_records SET "offset" = "offset" - 100 WHERE "offset" >= 100',
            (
                "INSERT INTO mirror_records SELECT log, 4, gen_random_uuid(), 'ok', timestamp_ms, key, headers, "
                "'\\x7b7d', sha256('x') FROM mirror_records WHERE \"offset\" = 3"
            ),
        ),
        {("changed", 4), *(("moved", offset) for offset in range(5, 10)), ("inserted", 10)},
    ),
    "swap": Attack(
        (
            'UPDATE mirror_records SET "offset" = 100 WHERE "offset" = 3',
            'UPDATE mirror_records SET "offset" = 3 WHERE "offset" = 6',
            'UPDATE mirror_records SET "offset" = 6 WHERE "offset" = 100',
        ),
        {("moved", 3), ("moved", 6)},
    ),
    "swap only the contents": Attack(
        (
            (
                "UPDATE mirror_records AS one SET value = two.value, key = two.key, timestamp_ms = two.timestamp_ms, "
                "event_id = two.event_id FROM mirror_records AS two "
                'WHERE (one."offset", two."offset") IN ((3, 6), (6, 3))'
            ),
        ),
        {("moved", 3), ("moved", 6)},
    ),
    "move to where another one was deleted": Attack(
        (
            'DELETE FROM mirror_records WHERE "offset" = 6',
            'UPDATE mirror_records SET "offset" = 6 WHERE "offset" = 3',
        ),
        {("missing", 3), ("moved", 6)},
    ),
    "mark as invalid": Attack(
        ("UPDATE mirror_records SET status = 'invalid', event_id = NULL WHERE \"offset\" = 4",), {("derived column", 4)}
    ),
    "another event id": Attack(
        ('UPDATE mirror_records SET event_id = gen_random_uuid() WHERE "offset" = 4',), {("derived column", 4)}
    ),
    "mark as duplicate": Attack(
        ("UPDATE mirror_records SET status = 'duplicate' WHERE \"offset\" = 4",), {("duplicate", 4)}
    ),
    "spoil the journal": Attack(
        ("UPDATE mirror_arrivals SET records = records - 1 WHERE first_offset = 5",), {("journal", 10)}
    ),
}


def rebuild_tree(kit: MirrorKit) -> None:
    """Make the log's tree and size fit the rows, as a thorough attacker would."""
    rows = kit.rows('SELECT leaf_hash FROM mirror_records ORDER BY "offset"')
    tree = merkle.Frontier()
    tree.extend(bytes(row["leaf_hash"]) for row in rows)
    kit.tamper(f"UPDATE mirror_logs SET size = {tree.size}, frontier = '\\x{tree.to_bytes().hex()}'")


def rehash(kit: MirrorKit) -> None:
    """Make every row's leaf hash fit its content and place."""
    prefix = domain.leaf_prefix(kit.log.topic, kit.log.topic_uuid, kit.log.partition)
    for row in kit.rows("SELECT * FROM mirror_records"):
        content = domain.leaf_content(row["key"], bytes(row["headers"]), row["value"])
        leaf = domain.leaf_hash(prefix, row["offset"], row["timestamp_ms"], content)
        kit.tamper(f"UPDATE mirror_records SET leaf_hash = '\\x{leaf.hex()}' WHERE \"offset\" = {row['offset']}")


def rehash_all(kit: MirrorKit) -> None:
    """Make everything in the database agree with itself."""
    rehash(kit)
    rebuild_tree(kit)


async def ten_records(kit: MirrorKit) -> None:
    batch = records([*life("p", 6), *life("q", 4)])
    await kit.store(batch[:5])
    await kit.sign()
    await kit.store(batch[5:])
    await kit.sign()


async def test_an_untouched_mirror_passes(kit: MirrorKit) -> None:
    await ten_records(kit)
    result = kit.verify()
    assert result.passed
    assert (
        result.counted.to_json()
        | {"logs": 1, "records": 10, "ok": 10, "subjects": 2, "checkpoints": 2, "signed_heads": 2}
        == result.counted.to_json()
    )


@pytest.mark.parametrize("name", ATTACKS)
async def test_verification_names_the_row(kit: MirrorKit, name: str) -> None:
    await ten_records(kit)
    attack = ATTACKS[name]
    kit.tamper(*attack.statements)
    named = {(kind, offset) for kind, _, offset in kit.named()}
    assert attack.named <= named


@pytest.mark.parametrize("name", ["flip", "swap", "delete", "insert at the end", "insert in the middle"])
@pytest.mark.parametrize("thorough", [rehash, rehash_all], ids=["hashes", "hashes and tree"])
async def test_rows_that_were_made_to_agree_with_each_other_contradict_the_signed_heads(
    kit: MirrorKit, name: str, thorough: Callable[[MirrorKit], None]
) -> None:
    await ten_records(kit)
    kit.tamper(*ATTACKS[name].statements)
    thorough(kit)
    findings = list(kit.verify().findings)
    assert findings
    if name in {"flip", "swap"}:
        (head,) = (finding for finding in findings if finding.kind == "signed head")
        assert (head.offset, head.through) == (0, 4)


async def test_the_interval_between_two_checkpoints_is_named(kit: MirrorKit) -> None:
    await ten_records(kit)
    kit.tamper("UPDATE mirror_records SET value = '{}' WHERE \"offset\" = 8")
    rehash(kit)
    rebuild_tree(kit)
    (head,) = (finding for finding in kit.verify().findings if finding.kind == "signed head")
    assert (head.offset, head.through) == (5, 9)


async def test_a_log_that_was_cut_and_made_to_look_shorter_is_missed_by_the_signed_head(kit: MirrorKit) -> None:
    await ten_records(kit)
    kit.tamper(
        'DELETE FROM mirror_records WHERE "offset" >= 7',
        "UPDATE mirror_arrivals SET records = 2 WHERE first_offset = 5",
    )
    rebuild_tree(kit)
    assert ("truncated", 0, 7) in kit.named()


async def test_a_log_that_is_gone_altogether_is_missed(kit: MirrorKit) -> None:
    await ten_records(kit)
    kit.tamper("DELETE FROM mirror_records", "DELETE FROM mirror_arrivals", "DELETE FROM mirror_logs")
    assert ("truncated", 0, 0) in kit.named()


async def test_rows_of_a_log_that_is_not_there_are_named(kit: MirrorKit) -> None:
    await ten_records(kit)
    kit.tamper('UPDATE mirror_records SET log = 99 WHERE "offset" = 9')
    assert ("inserted", None, 9) in kit.named()


async def test_a_row_that_was_moved_to_another_log_is_recognised(kit: MirrorKit, other_log: Log) -> None:
    await ten_records(kit)
    await kit.store(records([event("r", 1)]), log=other_log)
    kit.tamper(
        'UPDATE mirror_records SET "offset" = 50 WHERE log = 1 AND "offset" = 0',
        'UPDATE mirror_records SET log = 1, "offset" = 0 WHERE log = 2',
        'UPDATE mirror_records SET log = 2, "offset" = 0 WHERE "offset" = 50',
    )
    findings = [finding for finding in kit.verify().findings if finding.kind == "moved"]
    assert [(finding.place and finding.place.partition, finding.offset) for finding in findings] == [(0, 0), (1, 0)]
    assert f"{other_log.topic}/1 offset 0" in findings[0].detail


async def test_a_log_with_wrong_frontier_is_named(kit: MirrorKit) -> None:
    await ten_records(kit)
    kit.tamper("UPDATE mirror_logs SET frontier = set_byte(frontier, 0, get_byte(frontier, 0) # 1)")
    assert ("tree", 0, None) in kit.named()


async def test_a_gap_in_a_subjects_life_is_named_and_a_repeated_event_is_not_one(kit: MirrorKit) -> None:
    first, second, third, fourth = life("p", 4)
    await kit.store(records([first, second, first, second, fourth]))
    findings = list(kit.verify().findings)
    assert [(finding.kind.value, finding.offset) for finding in findings] == [("sequence", 4)]
    assert "from number 2 to 4" in findings[0].detail
    await kit.store(records([third], start=5))
    assert kit.verify().passed


async def test_two_events_with_one_number_are_named(kit: MirrorKit) -> None:
    await kit.store(records([event("p", 1), event("p", 1)]))
    (finding,) = kit.verify().findings
    assert finding.kind == "sequence"
    assert "2 different events" in finding.detail


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE checkpoints SET signature = sha512('x') WHERE ordinal = 1",
        "UPDATE checkpoints SET body = replace(convert_from(body, 'UTF8'), '5', '6')::bytea WHERE ordinal = 1",
        "DELETE FROM checkpoints WHERE ordinal = 1",
        "DELETE FROM checkpoints",
    ],
)
async def test_checkpoints_that_were_touched_in_the_database_are_named(kit: MirrorKit, statement: str) -> None:
    await ten_records(kit)
    kit.tamper(statement)
    assert any("checkpoint 1" in str(finding) for finding in kit.verify().findings)


async def test_a_forged_chain_is_not_the_signing_keys(kit: MirrorKit) -> None:
    await ten_records(kit)
    findings = kit.verify(Ed25519PrivateKey.generate().public_key()).findings
    assert sum("the signature isn't the signing key's" in finding.detail for finding in findings) == 4


async def test_checkpoints_that_the_file_outside_does_not_have_are_named(kit: MirrorKit) -> None:
    await ten_records(kit)
    lines = kit.outside.path.read_bytes().splitlines(keepends=True)
    kit.outside.path.write_bytes(lines[0])
    (finding,) = kit.verify().findings
    assert "checkpoints 2 to 2 aren't in" in finding.detail
    kit.outside.path.write_bytes(b"".join(lines[1:]))
    assert any("doesn't continue the beginning" in finding.detail for finding in kit.verify().findings)
    kit.outside.path.write_bytes(b"rubbish\n")
    assert not kit.verify().passed


async def test_a_checkpoint_that_was_just_signed_is_waited_for_until_it_is_in_the_file(kit: MirrorKit) -> None:
    await ten_records(kit)
    whole = kit.outside.path.read_bytes()
    kit.outside.path.write_bytes(whole.splitlines(keepends=True)[0])
    written = Timer(0.5, kit.outside.path.write_bytes, [whole])
    written.start()
    assert kit.verify().passed
    written.join()


async def test_a_thousand_findings_are_named_and_the_rest_is_counted(kit: MirrorKit) -> None:
    await kit.store(records(life("p", 1_100)))
    kit.tamper("UPDATE mirror_records SET value = ''")
    findings = kit.verify().findings
    assert len(findings.named) == 1_000
    assert findings.total >= 1_100
