"""What is alike is so from either side and in any order; links are symmetric, and never of the small circle."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from petition.alike import reasons
from petition.alike.domain import (
    MOST_LINKS,
    AnsweredAlone,
    LinkedEnough,
    LinkedToItself,
    NotLinked,
    OtherDraft,
    OtherTenants,
    Side,
    StaysApart,
    link,
    may_be_answered_with_others,
    may_be_signed_with,
    unlink,
)
from petition.alike.likeness import ONE_MATTER, Sketches
from petition.alike.link import Basis, Link, SuggestedBy, links_in, text_of
from petition.alike.matter import Member, hottest, matter_of
from petition.alike.sketch import ALIKE, BYTES, likeness, sketch, words_of
from petition.domain import Decision
from petition.kinds import Danger, Ground, Kind
from petition.petition import Petition, replay

from .test_domain import NOW, TRIAGE, classified, received

SECRET = b"s" * 32
MINE = "建设路口的红绿灯坏了三天，晚高峰车辆行人混在一起非常危险，请尽快修好"
THEIRS = "请问建设路口坏了三天的红绿灯什么时候修好？晚高峰行人过街非常危险"
OTHERS = "我想咨询小孩户口随父落户需要带什么材料，谢谢"
MESSAGES = st.lists(st.lists(st.sampled_from("甲乙丙丁戊己庚辛壬癸子丑寅卯"), max_size=12), max_size=25)


def words(*texts: str) -> list[bytes]:
    return [sketch(words_of("", text), SECRET).words for text in texts]


def other(**changes: object) -> Petition:
    return replace(received().after, **{"id": str(UUID(int=7)), **changes})  # type: ignore[arg-type]


def linked(one: Side, there: Side) -> tuple[Decision, Decision]:
    return link(one, there, Basis.SAME_MATTER, suggested_by=SuggestedBy.OFFICER, likeness=None, by=TRIAGE)


def test_other_words_about_the_same_are_alike_and_other_matters_are_not() -> None:
    mine, theirs, others = words(MINE, THEIRS, OTHERS)
    assert likeness(mine, theirs) > ALIKE > likeness(mine, others)


@given(MESSAGES)
def test_likeness_is_symmetric_and_what_the_index_says(messages: list[list[str]]) -> None:
    sketches = [sketch(message, SECRET).words for message in messages]
    together = Sketches(sketches)
    for one in sketches:
        for there, near in zip(sketches, together.near(one), strict=True):
            assert likeness(one, there) == likeness(there, one) == pytest.approx(near, abs=1e-6)
            assert not one or likeness(one, one) == 1


@given(MESSAGES, st.randoms(use_true_random=False))
def test_groups_are_the_same_in_whatever_order_messages_come(messages: list[list[str]], random: object) -> None:
    sketches = [sketch(message, SECRET).words for message in messages]
    order = list(range(len(sketches)))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = Sketches([sketches[at] for at in order]).groups()
    found = {frozenset(order[place] for place in group) for group in shuffled}
    assert found == {frozenset(group) for group in Sketches(sketches).groups()}
    # Whoever is that much alike is of one group, and nobody else.
    for one in range(len(sketches)):
        for there in range(one):
            if likeness(sketches[one], sketches[there]) >= ONE_MATTER + 1e-6:
                assert any({one, there} <= group for group in found)


def test_copies_share_a_band_and_other_matters_do_not() -> None:
    mine, copy, others = (sketch(words_of("", text), SECRET) for text in (MINE, f"{MINE}！", OTHERS))
    assert set(mine.bands) & set(copy.bands)
    assert not set(mine.bands) & set(others.bands)


def test_without_the_secret_a_word_is_not_found_in_a_sketch() -> None:
    mine = words_of("", MINE)
    with_it, without = sketch(mine, SECRET).words, sketch(mine, b"another").words
    numbers = [{each[at : at + BYTES] for at in range(0, len(each), BYTES)} for each in (with_it, without)]
    assert not numbers[0] & numbers[1]


def test_of_a_campaign_in_real_messages_most_find_each_other(pytestconfig: pytest.Config) -> None:
    """Letters about one estate (伊景园) among a thousand others, in everybody's own words."""
    path = pytestconfig.rootpath.parent / "shared" / "data" / "replay_messages.jsonl"
    if not path.exists():
        pytest.skip("the data isn't here")
    texts = [f"{each['title']}\n{each['body']}" for each in map(json.loads, path.read_text("utf-8").splitlines())]
    campaign = [text for text in texts if "伊景园" in text]
    rest = [text for text in texts if "伊景园" not in text][:1_000]
    groups = Sketches(words(*campaign, *rest)).groups()
    largest = max(groups, key=len)
    of_it = [place for place in largest if place < len(campaign)]
    assert len(of_it) > 0.75 * len(campaign)
    assert len(of_it) == len(largest)


def test_shared_words_passage_and_places_are_the_same_from_either_side() -> None:
    mine, theirs = reasons.read("广州天河", MINE), reasons.read("天河", f"转发：{MINE}")
    assert reasons.shared_words(mine, theirs) == reasons.shared_words(theirs, mine)
    assert reasons.shared_passage(mine, theirs) == reasons.shared_passage(theirs, mine)
    assert "红绿灯坏了三天" in str(reasons.shared_passage(mine, theirs))
    assert "天河" in mine.places & theirs.places
    assert reasons.shared_passage(mine, reasons.read("", OTHERS)) is None
    assert reasons.common_words([mine, theirs, reasons.read("", OTHERS)])[0] in mine.words


def test_two_are_linked_and_unlinked_together_and_nothing_else_of_them_changes() -> None:
    one, there = received().after, other()
    first, second = linked(Side(petition=one), Side(petition=there))
    assert (first.after.linked_to, second.after.linked_to) == ((there.id,), (one.id,))
    for before, decision in ((one, first), (there, second)):
        assert replace(decision.after, sequence=before.sequence, linked_to=()) == before
        assert reduce(replay, decision.events, before) == decision.after
        (event,) = decision.events
        (link_,) = links_in(event.links)  # type: ignore[union-attr]
        assert (link_.basis, link_.by) == (Basis.SAME_MATTER, TRIAGE.pseudonym)
    again = unlink(Side(petition=first.after), Side(petition=second.after), by=TRIAGE)
    assert [each.after.linked_to for each in again] == [(), ()]
    with pytest.raises(NotLinked):
        unlink(Side(petition=one), Side(petition=there), by=TRIAGE)


@pytest.mark.parametrize(
    "report", [{"ground": Ground.CRIME}, {"ground": Ground.POLICE}, {"classified": classified(Kind.REPORT)}]
)
def test_nothing_of_the_small_circle_is_linked_or_answered_with_others(report: dict[str, Any]) -> None:
    hidden = received(**report).after
    sides = Side(petition=hidden), Side(petition=other(tenant=hidden.tenant))
    for one, there in (sides, sides[::-1]):
        with pytest.raises(StaysApart):
            linked(one, there)
    with pytest.raises(AnsweredAlone):
        may_be_answered_with_others(hidden)


@pytest.mark.parametrize("danger", [each for each in Danger if each is not Danger.NONE])
def test_what_cannot_wait_is_answered_by_itself(danger: Danger) -> None:
    petition = replace(received().after, danger=danger.value)
    with pytest.raises(AnsweredAlone):
        may_be_answered_with_others(petition)
    may_be_answered_with_others(replace(petition, danger=Danger.NONE.value))


def test_a_link_stays_in_its_tenant_leads_elsewhere_and_is_one_of_few() -> None:
    one = received().after
    with pytest.raises(OtherTenants):
        linked(Side(petition=one), Side(petition=other(tenant="440300")))
    with pytest.raises(LinkedToItself):
        linked(Side(petition=one), Side(petition=one))
    full = other(linked_to=tuple(str(UUID(int=number)) for number in range(10, 10 + MOST_LINKS)))
    for sides in ((Side(petition=one), Side(petition=full)), (Side(petition=full), Side(petition=one))):
        with pytest.raises(LinkedEnough):
            linked(*sides)


def test_links_are_read_as_they_were_written() -> None:
    link_ = Link(to=str(UUID(int=1)), basis=Basis.COPY, suggested_by=SuggestedBy.SERVICE, likeness=0.5, by="p")
    assert links_in(text_of([link_])) == (link_,)
    assert links_in(None) == ()


def test_one_look_stands_only_for_the_same_words_of_the_same_version() -> None:
    read = replace(received().after, answer="a", answer_version=1)
    may_be_signed_with(read, "已报修。", read, "已报修。")
    for there, words_ in ((read, "不同。"), (read, None), (replace(read, answer_version=2), "已报修。")):
        with pytest.raises(OtherDraft):
            may_be_signed_with(read, "已报修。", there, words_)


def member(number: int, at: datetime, **changes: object) -> Member:
    known = {"id": str(UUID(int=number)), "number": str(number), "version": 2, "state": "classified", "author": "p"}
    known |= {"channel": "portal", "topic": "traffic/signal", "department": None, "received_at": at, "open": True}
    return Member(**{**known, **changes})  # type: ignore[arg-type]


@given(st.permutations([0, 0, 1, 30, 50, 100]))
def test_a_matter_is_added_up_alike_in_whatever_order_its_petitions_come(hours: list[int]) -> None:
    members = [member(1_000 - age, NOW - timedelta(hours=age), author=f"p{age}") for age in hours]
    matter = matter_of(members, now=NOW, days=7)
    assert (matter.last_day, matter.a_day_before, matter.growth, matter.senders) == (3, 0.5, 6.0, 5)
    assert (matter.channels, matter.topics, matter.departments) == ({"portal": 6}, {"traffic/signal": 6}, {})


def test_what_grows_comes_first_and_one_source_is_named_as_such() -> None:
    old = matter_of([member(number, NOW - timedelta(days=3)) for number in range(9)], now=NOW, days=7)
    new = matter_of([member(20 + number, NOW, author=str(number)) for number in range(2)], now=NOW, days=7)
    assert hottest([old, new]) == [new, old]
    assert (old.one_source, new.one_source, new.growth) == (True, False, None)
