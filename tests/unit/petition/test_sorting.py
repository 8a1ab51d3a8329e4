"""Messages are sorted as a person at the desk would; the messages here are made up."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from petition.departments import DEPARTMENTS
from petition.sorting import MODELS
from petition.sorting.labelled import corpus
from petition.sorting.labels import LABELS
from petition.sorting.measuring import measure
from petition.sorting.model_file import Models
from petition.sorting.places import named
from petition.sorting.rules import BrokenRules, parse, shipped
from petition.sorting.suggest import Sorter
from petition.sorting.text import LONGEST, Message, fold
from petition.sorting.topics import TOPICS

SORTER = Sorter(shipped(), Models(MODELS).current())
RULES_ALONE = Sorter(shipped())

FLOORS = {"recall.together": 0.95, "recall.report": 0.95, "recall.danger": 0.95, "recall.fraud": 0.95}


def test_the_corpus_is_large_hard_and_parted() -> None:
    development, held_out = corpus("development"), corpus("held_out")
    both = [*development, *held_out]
    assert len(both) >= 300
    assert sum(bool(each.hard) for each in both) * 3 >= len(both)
    assert len({each.key for each in both}) == len(both)
    assert {each.topic for each in both} == set(TOPICS)


@pytest.mark.parametrize(
    ("title", "text", "kind", "topic", "danger", "department"),
    [
        ("请问护照过期怎么换", "需要带什么材料？", "consult", "exit-entry/passport", "none", "exit-entry"),
        ("建议路口增设红绿灯", "上学路上车很多", "suggest", "traffic/signals", "none", "traffic-police"),
        ("投诉楼下烧烤店扰民", "每晚噪音到凌晨两点", "complain", "public-order/noise", "none", "public-order"),
        ("我被骗了", "刚才给假客服转账两万，快帮我止付", "report", "clue/fraud", "money", "anti-fraud"),
        ("我被騙咗", "啱啱過咗兩萬蚊畀個騙子，點算", "report", "clue/fraud", "money", "anti-fraud"),
        ("匿名举报", "三号楼一层有人聚众赌博，抽水", "report", "clue/gambling", "none", "public-order"),
        ("她要跳楼", "在楼顶，快来人救命", "help", "service/general", "life", "liaison-12345"),
        ("民警态度恶劣", "投诉窗口民警骂人", "complain", "conduct/attitude", "none", None),
    ],
)
def test_a_message_is_read_as_a_person_would(
    title: str, text: str, kind: str, topic: str, danger: str, department: str | None
) -> None:
    found = SORTER.suggest(Message(title, text))
    assert (found.kind.value, found.danger.value) == (kind, danger)
    if topic != "service/general":
        assert (found.topic.value, found.department.value) == (topic, department)


def test_reasons_are_words_of_the_message_and_names_that_a_contract_accepts() -> None:
    message = Message("我被骗了", "刚才给假客服转账两万，快帮我止付")
    found = SORTER.suggest(message)
    reasons = [*found.kind.reasons, *found.topic.reasons, *found.danger.reasons]
    assert {reason.name for reason in reasons} >= {"clue.fraud.named", "danger.money.sent"}
    assert all(word in fold(message).whole for reason in reasons for word in reason.words)
    assert all(re.fullmatch(r"[a-z][a-z0-9._:-]{0,63}", reason.name) for reason in reasons)


def test_rules_speak_alone_where_there_is_no_model() -> None:
    found = RULES_ALONE.suggest(Message("举报传销", "他们拉人头"))
    assert (found.kind.value, found.topic.value, found.model) == ("report", "clue/pyramid", None)
    assert (RULES_ALONE.suggest(Message("您好", "您好")).kind.value) == "consult"


@pytest.mark.parametrize(
    ("text", "tenant"),
    [
        ("东莞虎门的工厂", "441900"),
        ("我在广州，去东莞厚街找东莞的亲戚", "441900"),
        ("人在東莞", "441900"),
        ("中山路堵车", "440100"),
        ("广州路12号", "440100"),
        ("湛江大道中间", "440100"),
        ("顺德区大良", "440600"),
    ],
)
def test_the_place_that_is_named_most_says_whose_city_it_is_and_a_street_is_no_city(text: str, tenant: str) -> None:
    assert SORTER.suggest(Message("您好", text), received_by="440100").tenant.value == tenant


def test_the_title_counts_twice() -> None:
    assert [each.tenant for each in named(Message("佛山", "东莞"))] == ["440600", "441900"]


@given(st.text(max_size=300), st.text(max_size=3000))
def test_any_text_gets_suggestions_that_are_labels_with_probabilities(title: str, text: str) -> None:
    found = SORTER.suggest(Message(title, text))
    for aspect in ("kind", "topic", "danger"):
        suggestion = getattr(found, aspect)
        assert suggestion.value in LABELS[aspect]
        assert 0 <= suggestion.confidence <= 1
        assert sum((suggestion.confidence, *(odd for _, odd in suggestion.others))) <= 1 + 1e-6
    assert found.department.value in {*DEPARTMENTS, None}


@pytest.mark.parametrize(
    "text", ["", "😀" * 5000, "\u202e举报诈骗", "举\u200b报诈\u200b骗", "ＡＢＣ" * 9000, "\ud800 lone"]
)
def test_strange_text_is_read_all_the_same(text: str) -> None:
    found = SORTER.suggest(Message("", text))
    assert found.kind.value
    if "报" in text:
        assert (found.kind.value, found.topic.value) == ("report", "clue/fraud")


def test_of_a_long_text_beginning_and_end_are_read() -> None:
    filler = "的一是在有和这中大为上个国我以要他时来用们" * LONGEST
    assert RULES_ALONE.suggest(Message("", filler + "有人要跳楼，救命")).danger.value == "life"


@pytest.mark.parametrize(
    ("rules", "because"),
    [
        ("[[rule]]\nname='a'\ngives=['kind:joke']\nweight=1\nwords=['x']\nbecause=''", "no label"),
        ("[[rule]]\nname='a'\ngives=['kind:help']\nweight=1\nwords=['(']\nbecause=''", "unterminated"),
        ("[[rule]]\nname='a'", "gives"),
        ("rule = 3", "int"),
        ("[[", "Invalid"),
        ("[[rule]]\nname='a'\ngives=[]\nweight=1\nwords=['x']\nbecause=''\n" * 2, "twice"),
    ],
)
def test_a_table_of_rules_that_says_what_cannot_be_is_refused(rules: str, because: str) -> None:
    with pytest.raises(BrokenRules, match=because):
        parse(rules)


def test_every_rule_gives_its_reason_and_every_topic_its_names() -> None:
    assert all(rule.because for rule in shipped())
    assert all(topic.name_zh.count("/") == 1 and topic.name_en for topic in TOPICS.values())
    assert Counter(topic.department for topic in TOPICS.values() if topic.field == "conduct") == {None: 3}


def test_what_is_grave_is_hardly_ever_missed_on_messages_that_no_model_learned_from() -> None:
    figures = measure(SORTER, corpus("held_out"))
    assert {name: figures[name] for name, floor in FLOORS.items() if figures[name] < floor} == {}
    assert figures["precision.together"] >= 0.6
