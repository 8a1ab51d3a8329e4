"""Questions find the answers that were written for them; all of them are made up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from petition.replies import search
from petition.replies.search import Entry, Index
from petition.replies.terms import LONGEST, terms

PASSPORT = Entry(
    id="passport",
    answer="普通护照有效期满前可以申请换发。请携带本人身份证、旧护照和照片，到出入境接待大厅办理，七个工作日内签发。",
    variants=("护照快过期了怎么办", "换护照要带什么材料"),
)
ENDORSEMENT = Entry(
    id="endorsement",
    answer="赴港澳个人旅游签注用完后可以再次签注，在自助机上刷通行证即可办理，当场取证。",
    variants=("港澳签注用完了怎么续",),
)
PLATE = Entry(
    id="plate", answer="电动自行车上牌请携带购车发票、合格证和本人身份证，到车管所或者社区登记点办理，可用App预约。"
)
KEYS = Entry(id="keys", answer="丽景苑小区门口的消防通道由街道牵头清理，违停车辆由交警拖离。")
LIBRARY = (PASSPORT, ENDORSEMENT, PLATE, KEYS)


@pytest.fixture(scope="module")
def index() -> Index:
    return Index(LIBRARY)


def found(index: Index, question: str) -> list[str]:
    return [hit.id for hit in index.find(question)]


@pytest.mark.parametrize(
    ("question", "answer", "because"),
    [
        ("我的护照下个月到期，换发去哪里", "passport", "it shares the answer's words"),
        ("签注次数用完，想再去一次香港", "endorsement", "it shares them with the answer and a variant"),
        ("给新买的电瓶车上牌", "plate", "no variant was written, the answer alone says it"),
        ("丽景苑门口总被占", "keys", "no dictionary holds the name of the estate"),
        ("ａＰＰ", "plate", "width and case are folded"),
    ],
)
def test_a_question_finds_its_answer_first(index: Index, question: str, answer: str, because: str) -> None:
    assert found(index, question)[0] == answer, because


def test_a_variant_finds_what_the_answer_does_not_say(index: Index) -> None:
    asked = "出国的小本本到日子了"
    colloquial = Entry(id=PASSPORT.id, answer=PASSPORT.answer, variants=("小本本到日子了咋整",))
    best = Index((*LIBRARY[1:], colloquial)).find(asked)[0]
    assert best.id == "passport"
    assert best.likeness > 2 * max(hit.likeness for hit in index.find(asked))


def test_variants_of_one_answer_do_not_push_another_off_the_page() -> None:
    many = Entry(id="many", answer="护照换发须知", variants=tuple(f"护照换发须知第{number}问" for number in range(30)))
    hits = Index((many, PASSPORT)).find("护照换发须知")
    assert [hit.id for hit in hits] == ["many", "passport"]
    assert all(hit.likeness < 1.001 for hit in hits), "thirty variants are no better than the best of them"


def test_a_long_answer_about_everything_stands_behind_a_short_one_about_the_matter() -> None:
    everything = Entry(id="everything", answer="".join(entry.answer for entry in LIBRARY) * 3)
    assert found(Index((everything, *LIBRARY)), "港澳签注用完再次签注")[0] == "endorsement"


def test_only_what_may_be_found_is_found(index: Index) -> None:
    asked = "护照换发去哪里"
    allowed = np.array([id_ != "passport" for id_ in index.ids])
    assert found(index, asked)[0] == "passport"
    assert "passport" not in [hit.id for hit in index.find(asked, among=allowed)]
    assert index.find(asked, among=np.zeros(len(index.ids), np.bool_)) == []


@pytest.mark.parametrize("question", ["", " \n", "？！……", "😀😀", "天气真好", "\x00", "\ud800", "𠮷"])
def test_a_question_that_says_nothing_of_the_library_finds_nothing(index: Index, question: str) -> None:
    assert found(index, question) == []


def test_an_empty_library_has_no_answer() -> None:
    assert Index(()).find("护照") == []


def test_the_nearest_come_first_and_equals_in_the_order_of_the_library() -> None:
    alike = [Entry(id=str(number), answer=PASSPORT.answer) for number in range(50)]
    hits = Index((*alike, PLATE)).find(PASSPORT.answer, limit=5)
    assert [hit.id for hit in hits] == ["0", "1", "2", "3", "4"]
    assert all(hit.likeness == pytest.approx(1, abs=1e-3) for hit in hits)


def test_a_question_is_read_to_a_bound() -> None:
    assert list(terms("护照" * LONGEST)) == list(terms("护照" * (LONGEST // 2)))


def test_whatever_a_question_can_not_afford_is_its_commonest_terms(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = "身份证换发"
    assert set(found(index, asked)) == {"passport", "plate"}, "both name the identity card"
    monkeypatch.setattr(search, "EFFORT", 3)
    assert found(index, asked) == ["passport"], "only one of them renews anything"


@given(question=st.text(max_size=200), limit=st.integers(1, 6))
def test_whatever_is_asked_the_answers_are_ranked_and_of_the_library(question: str, limit: int) -> None:
    hits = HELD.find(question, limit=limit)
    nearness = [hit.likeness for hit in hits]
    assert len(hits) <= limit
    assert nearness == sorted(nearness, reverse=True)
    assert all(0 < likeness <= 1.0001 for likeness in nearness)
    assert len({hit.id for hit in hits}) == len(hits)


HELD = Index(LIBRARY)
