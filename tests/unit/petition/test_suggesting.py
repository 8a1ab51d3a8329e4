"""What comes in is sorted by rules and the shipped model; their names travel in clear, the words that decided don't."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from petition import suggesting
from petition.kinds import Danger, Kind, Matter
from petition.sorting.model_file import BrokenModel
from petition.sorting.rules import shipped
from petition.sorting.topics import TOPICS
from petition.suggesting import MOST_REASONS, Sorting, classify

NAMES = {rule.name for rule in shipped()} | {"model.kind", "model.danger", "model.field", "model.elsewhere"}


@pytest.mark.parametrize(
    ("title", "text", "kind", "topic", "matter", "danger"),
    [
        ("请问护照过期怎么换", "需要带什么材料？", Kind.CONSULT, "exit-entry/passport", Matter.EXIT_ENTRY, Danger.NONE),
        ("建议路口增设红绿灯", "上学路上车很多", Kind.SUGGEST, "traffic/signals", Matter.TRAFFIC, Danger.NONE),
        ("我被骗了", "刚才给假客服转账两万，快帮我止付", Kind.REPORT, "clue/fraud", Matter.FRAUD, Danger.MONEY),
        ("民警态度恶劣", "投诉窗口民警骂人", Kind.COMPLAIN, "conduct/attitude", Matter.OTHER, Danger.NONE),
    ],
)
def test_a_message_that_comes_in_is_sorted(
    title: str, text: str, kind: Kind, topic: str, matter: Matter, danger: Danger
) -> None:
    found = classify(title, text)
    assert (found.kind, found.topic, found.matter, found.danger) == (kind, topic, matter, danger)
    whole = json.loads(found.suggestion)
    assert found.confidence == min(whole["kind"]["confidence"], whole["topic"]["confidence"])
    assert whole["department"]["value"] == TOPICS[topic].department


def test_who_has_received_it_keeps_what_names_no_other_city() -> None:
    assert json.loads(classify("请问", "护照", received_by="440300").suggestion)["tenant"]["value"] == "440300"
    assert json.loads(classify("请问", "东莞虎门", received_by="440300").suggestion)["tenant"]["value"] == "441900"


@settings(max_examples=50)
@given(st.text(max_size=200), st.text(max_size=2000))
def test_whatever_is_written_what_travels_in_clear_are_names_of_rules_and_never_words_of_it(
    title: str, text: str
) -> None:
    found = classify(title, text)
    assert set(found.reasons) <= NAMES
    assert len(found.reasons) <= MOST_REASONS
    assert all(re.fullmatch(r"[a-z][a-z0-9._:-]{0,63}", name) for name in found.reasons)


def test_every_topic_has_a_matter_by_which_it_is_counted() -> None:
    assert {topic.matter for topic in TOPICS.values()} <= set(Matter)


async def test_a_process_is_ready_once_it_has_what_it_sorts_by() -> None:
    part = Sorting()
    assert not (await part.check()).ready
    await part.start()
    await part.stop()
    status = await part.check()
    assert (status.ready, status.detail) == (True, f"model {suggesting.sorter().model.version}")  # type: ignore[union-attr]


async def test_a_process_whose_model_can_not_be_trusted_says_so_and_is_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "current.json").write_text('{"sha256": "../../etc/passwd"}')
    monkeypatch.setenv("PETITION_SORTING_MODELS", str(tmp_path))
    suggesting.sorter.cache_clear()
    try:
        part = Sorting()
        await part.start()
        await part.stop()
        status = await part.check()
        assert (status.ready, status.detail) == (False, "current.json names no hash")
        with pytest.raises(BrokenModel):
            classify("请问", "护照")
    finally:
        suggesting.sorter.cache_clear()
