"""The rules read messages as a person at the desk would; the messages here are made up."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from petition.classification import BY_DEFAULT, IN_TEXT, IN_TITLE, KINDS, MATTERS, Kind, Matter, classify


@pytest.mark.parametrize(
    ("title", "text", "kind", "matter", "because"),
    [
        ("请问护照过期怎么换", "需要带什么材料", Kind.CONSULT, Matter.EXIT_ENTRY, "a question about a passport"),
        ("建议路口增设红绿灯", "上学路上车很多", Kind.SUGGEST, Matter.TRAFFIC, "a suggestion about a crossing"),
        ("投诉楼下烧烤店扰民", "每晚到凌晨两点", Kind.COMPLAIN, Matter.PUBLIC_ORDER, "noise at night"),
        (
            "我被骗了",
            "刷单平台提不出钱",
            Kind.REPORT,
            Matter.FRAUD,
            "an offence, though it doesn't call itself a report",
        ),
        ("举报小区有人赌博", "三号楼一层", Kind.REPORT, Matter.PUBLIC_ORDER, "a report of gambling"),
        ("求助", "身份证丢了，明天要坐飞机", Kind.HELP, Matter.HOUSEHOLD, "help with a lost identity card"),
        ("疏散通道被堵", "希望查一查", Kind.HELP, Matter.FIRE, "fire safety, asked for in the text"),
        ("有人盗用我的个人信息", "在网站上", Kind.CONSULT, Matter.NETWORK, "no rule for the kind: a consultation"),
        ("公园的花开了", "很好看", Kind.CONSULT, Matter.OTHER, "no rule at all"),
        ("How to renew my passport", "please tell", Kind.CONSULT, Matter.EXIT_ENTRY, "English is read, too"),
        ("请问，我举报的案子怎么样了", "诈骗", Kind.REPORT, Matter.FRAUD, "a possible crime goes before a question"),
    ],
)
def test_a_message_is_read_as_a_person_would(title: str, text: str, kind: str, matter: str, because: str) -> None:
    suggested = classify(title, text)
    assert (suggested.kind, suggested.matter) == (kind, matter), because


@pytest.mark.parametrize(
    ("title", "text", "confidence"),
    [
        ("投诉交警", "无", IN_TITLE),
        ("您好", "投诉交警", IN_TEXT),
        ("投诉", "交警", IN_TEXT),
        ("您好", "您好", BY_DEFAULT),
    ],
)
def test_the_title_weighs_more_than_the_text_and_the_weaker_of_two_counts(
    title: str, text: str, confidence: float
) -> None:
    assert classify(title, text).confidence == confidence


def test_rules_have_names_of_their_own_that_a_contract_accepts() -> None:
    names = [rule.name for rule in (*KINDS, *MATTERS)]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9._:-]{0,63}", name) for name in names)


def test_every_rule_gives_its_reason() -> None:
    assert all(rule.because for rule in (*KINDS, *MATTERS))


@given(st.text(), st.text())
def test_any_text_gets_a_suggestion_whose_reasons_are_rules_and_never_words_of_it(title: str, text: str) -> None:
    known = {rule.name for rule in (*KINDS, *MATTERS)} | {"kind.default", "matter.default"}
    assert set(classify(title, text).reasons) <= known
