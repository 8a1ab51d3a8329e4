"""Progress by number and query code, without login."""

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from tests.integration.kit.statements import note_statements

from .conftest import Matters
from .lives import petition_life

NUMBER = "440100-20261102-000000000001-1"

R = TypeVar("R")


async def test_number_and_code_tell_how_far_a_case_has_come_in_citizens_words(matters: Matters) -> None:
    life = matters.case(NUMBER)
    await matters.told(*life[:-2])
    answer = await matters.look_up(NUMBER, matters.code(NUMBER))
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    assert found["stage"] == {"code": "in-review", "zh": "审查中", "en": "Being examined"}
    assert [step["zh"] for step in found["timeline"]] == [
        "您的“往来港澳通行证签注”申请已提交，等待受理",
        "您的“往来港澳通行证签注”申请已受理，开始计算办理时限",
        "已进入审查",
        "审查已完成，进入审批",
    ]
    assert found["due_at"] is not None
    assert found["ticket"]


async def test_a_petition_is_found_the_same_way_and_names_its_department(matters: Matters) -> None:
    number = "440100-20261102-000000000002-2"
    life = petition_life(number)
    await matters.told(*life)
    found = (await matters.look_up(number, matters.code(number).lower())).json()
    assert found["stage"]["code"] == "closed"
    assert found["timeline"][1]["zh"] == "已转交交通警察支队办理"
    assert found["timeline"][1]["unit"]["code"] == "traffic-police"
    assert len(found["timeline"]) == 4


async def test_no_officer_no_content_and_no_pseudonym_leaves(matters: Matters) -> None:
    life = matters.case(NUMBER)
    await matters.told(*life)
    text = (await matters.look_up(NUMBER, matters.code(NUMBER))).text
    for each in life:
        for value in each["data"].values():
            if isinstance(value, str) and value.startswith(("p_", "sealed:")):
                assert value not in text


async def test_an_unknown_number_and_a_wrong_code_get_the_same_answer_byte_for_byte(matters: Matters) -> None:
    life = matters.case(NUMBER)
    await matters.told(*life)
    wrong = await matters.look_up(NUMBER, "AAAAAAAAAA")
    unknown = await matters.look_up("440100-20261102-999999999999-9", matters.code(NUMBER))
    assert wrong.status_code == unknown.status_code == 404
    assert without_ids(wrong) == without_ids(unknown)


async def test_an_unknown_number_and_a_wrong_code_take_the_same_work_and_the_database_none(
    matters: Matters, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = matters.case(NUMBER)
    await matters.told(*life)
    work: list[str] = []
    note_statements(monkeypatch, work, about="FROM matters")  # what follows the changes asks at any time
    with monkeypatch.context() as patch:
        patch.setattr("casework.codes.code_of", noting(work, "code", "BBBBBBBBBB"))
        patch.setattr("casework.codes.hmac.compare_digest", noting(work, "compare", False))  # noqa: FBT003  its result
        await matters.look_up(NUMBER, "AAAAAAAAAA")
        of_wrong, work[:] = list(work), []
        await matters.look_up("440100-20261102-999999999999-9", "AAAAAAAAAA")
    assert of_wrong == work == ["code", "compare"]
    await matters.look_up(NUMBER, matters.code(NUMBER))
    assert work[2:], "statements are noted"


async def test_after_too_many_wrong_codes_a_number_has_to_wait_known_or_not(matters: Matters) -> None:
    life = matters.case(NUMBER)
    await matters.told(*life)
    for number in (NUMBER, "440100-20261102-999999999999-9"):
        for _ in range(10):
            assert (await matters.look_up(number, "AAAAAAAAAA")).status_code == 404
        refused = await matters.look_up(number, "AAAAAAAAAA")
        assert refused.status_code == 429
        assert refused.json()["type"] == "urn:yiwangban:problem:too-many-attempts"
        assert 0 < int(refused.headers["retry-after"]) <= 600
    assert (await matters.look_up(NUMBER, matters.code(NUMBER))).status_code == 429


async def test_a_client_that_tries_many_numbers_has_to_wait_and_another_one_has_not(matters: Matters) -> None:
    for each in range(60):
        await matters.look_up(f"440100-20261102-{each:012}-9", "AAAAAAAAAA", **{"x-forwarded-for": "203.0.113.7"})
    here, there = [
        await matters.look_up(NUMBER, "AAAAAAAAAA", **{"x-forwarded-for": f"198.51.100.1, {address}"})
        for address in ("203.0.113.7", "203.0.113.8")
    ]
    assert (here.status_code, there.status_code) == (429, 404)


def without_ids(answer: Any) -> bytes:
    content: bytes = answer.content
    return content.replace(answer.json()["request_id"].encode(), b"")


def noting(work: list[str], what: str, result: R) -> Callable[..., R]:
    """Stand in for a function: note that it was called, and give the result."""

    def called(*_: object) -> R:
        work.append(what)
        return result

    return called
