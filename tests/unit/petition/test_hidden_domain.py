"""What may report a crime or complain about police: told in a circle of its own, and moved in and out of it."""

import pytest
from casework.roles import Actor, Role
from casework.workflow import WrongRole
from petition import domain
from petition.domain import place_of
from petition.handling import jurisdiction
from petition.kinds import Classification, Danger, Ground, Kind, Matter
from petition.petition import Involved, Outcome, Petition, begin, replay

from contracts.events import PetitionClosed, PetitionReceived, ReportClassified, ReportClosed, ReportReceived

from .test_domain import CONTENT, GUANGZHOU, ID, NOW, SENDER, TRIAGE, elsewhere, handler, received

REPORT = Classification(
    kind=Kind.REPORT, topic="clue/gambling", matter=Matter.PUBLIC_ORDER, danger=Danger.NONE, confidence=0.9,
    reasons=("clue.gambling", "model.kind"), suggestion='{"words": ["赌博"]}',
)  # fmt: skip
WANG = Involved(handlers=frozenset({"p_wang"}))


def hidden(ground: Ground = Ground.CRIME) -> Petition:
    return received(classified=REPORT, ground=ground).after


def moved(petition: Petition, to: Ground | None, kind: Kind = Kind.COMPLAIN) -> tuple[Petition, Petition]:
    ended, begun = domain.move(petition, kind, CONTENT, elsewhere(to), sender=SENDER, by=TRIAGE, now=NOW)
    return ended.after, begun.after


def test_a_report_is_told_in_its_own_words_from_the_first_event_on() -> None:
    first, second = received(classified=REPORT, ground=Ground.CRIME).events
    assert isinstance(first, ReportReceived)
    assert isinstance(second, ReportClassified)
    assert (first.informant, first.sender, first.ground) == ("p_informant", "p_author", "crime")
    assert {"sender", "title", "text", "linked", "reply_to", "attachments"} == set(first.PERSONAL)
    assert {"suggestion"} == set(second.PERSONAL)
    clear = second.to_data() | {"suggestion": None}
    assert "clue" not in str(clear), "what exactly it is about is sealed"


def test_whose_it_is_is_known_by_a_name_that_no_ordinary_petition_uses() -> None:
    assert hidden().author == "p_informant"
    assert received().after.author == "p_author"


@pytest.mark.parametrize(
    ("ground", "received_by", "whose"),
    [
        (None, "440100", "440100"),
        (Ground.CRIME, "440100", "440100"),
        (Ground.POLICE, "440100", "440000"),
        (Ground.POLICE, "440106", "440100"),
        (Ground.POLICE, "440000", "440000"),
    ],
)
def test_a_complaint_about_police_goes_one_tier_up_before_any_queue_shows_it(
    ground: Ground | None, received_by: str, whose: str
) -> None:
    assert place_of(ground, received_by) == whose


def test_it_goes_to_handlers_who_are_named_whatever_kind_it_is_said_to_be() -> None:
    consultation = received(ground=Ground.CRIME).after
    with pytest.raises(jurisdiction.NobodyEntrusted):
        jurisdiction.transfer(consultation, "criminal", by=TRIAGE, now=NOW)
    assert jurisdiction.transfer(consultation, "criminal", WANG, by=TRIAGE, now=NOW).after.handlers == ("p_wang",)


def test_a_complaint_about_police_says_whom_it_is_about_once() -> None:
    complaint = hidden(Ground.POLICE)
    with pytest.raises(jurisdiction.NobodyAccused):
        jurisdiction.transfer(complaint, "criminal", WANG, by=TRIAGE, now=NOW)
    about = Involved(accused=frozenset({"fire"}), handlers=WANG.handlers)
    there = jurisdiction.transfer(complaint, "criminal", about, by=TRIAGE, now=NOW).after
    assert jurisdiction.transfer(there, "household", WANG, by=TRIAGE, now=NOW).after.accused == ("fire",)


def test_only_of_a_report_of_crime_a_case_is_filed_or_not() -> None:
    for ground, outcome, ends in (
        (Ground.CRIME, Outcome.FILED, True),
        (Ground.POLICE, Outcome.FILED, False),
        (None, Outcome.NOT_FILED, False),
        (Ground.CRIME, Outcome.MOVED, False),
    ):
        petition = received(classified=REPORT, ground=ground).after
        involved = Involved(accused=frozenset({"fire"}), handlers=WANG.handlers)
        there = jurisdiction.transfer(petition, "criminal", involved, by=TRIAGE, now=NOW).after
        there = jurisdiction.sign_for(there, by=handler("criminal")).after
        there = domain.reply(there, "好", by=handler("criminal")).after
        if ends:
            assert isinstance(domain.close(there, outcome, by=handler("criminal")).events[0], ReportClosed)
            continue
        with pytest.raises(domain.WrongOutcome):
            domain.close(there, outcome, by=handler("criminal"))


def test_what_is_found_to_be_a_report_ends_in_the_open_and_begins_in_the_small_circle() -> None:
    petition = received().after
    ended, begun = domain.move(
        petition, Kind.REPORT, CONTENT, elsewhere(Ground.CRIME), sender=SENDER, by=TRIAGE, now=NOW
    )
    (closed,), (first, second) = ended.events, begun.events
    assert isinstance(closed, PetitionClosed)
    assert (closed.outcome, begun.after.id in str(closed)) == ("moved", False)
    assert isinstance(first, ReportReceived)
    assert isinstance(second, ReportClassified)
    assert (first.linked, second.by, second.kind) == (petition.id, "staff", "report")
    assert (ended.after.hidden, begun.after.hidden) == (Ground.MOVED, Ground.CRIME)
    assert begun.after.received_at == petition.received_at, "the clock runs on"
    assert (ended.after.author, begun.after.author) == ("p_author", "p_informant")


def test_out_of_the_small_circle_nothing_leads_back() -> None:
    ended, begun = domain.move(hidden(), Kind.CONSULT, CONTENT, elsewhere(None), sender=SENDER, by=TRIAGE, now=NOW)
    first = begun.events[0]
    assert isinstance(first, PetitionReceived)
    assert ID not in str(first.to_data())
    assert "p_informant" not in str(first.to_data())
    assert isinstance(ended.events[0], ReportClosed)
    assert ended.events[0].linked == begun.after.id
    assert begun.after.author == "p_author"


def test_who_is_complained_about_stays_away_wherever_it_goes_on() -> None:
    involved = Involved(accused=frozenset({"fire"}), named=frozenset({"p_zhao"}))
    petition = jurisdiction.transfer(received().after, "household", involved, by=TRIAGE, now=NOW).after
    _, begun = moved(petition, Ground.POLICE)
    assert (begun.accused, begun.named, begun.handlers) == (("fire",), ("p_zhao",), ())


def test_nothing_is_moved_to_where_it_is_and_a_report_never_leaves_as_one() -> None:
    for petition, to, kind in (
        (received().after, None, Kind.COMPLAIN),
        (hidden(), Ground.CRIME, Kind.REPORT),
        (hidden(), None, Kind.REPORT),
        (hidden(), Ground.MOVED, Kind.COMPLAIN),
    ):
        with pytest.raises(domain.SameCircle):
            moved(petition, to, kind)


def test_what_was_erased_can_not_begin_anew() -> None:
    with pytest.raises(domain.ContentErased):
        domain.move(hidden(), Kind.CONSULT, None, elsewhere(None), sender=SENDER, by=TRIAGE, now=NOW)


def test_a_handler_moves_nothing() -> None:
    with pytest.raises(WrongRole):
        domain.move(
            received().after, Kind.REPORT, CONTENT, elsewhere(Ground.CRIME), sender=SENDER,
            by=Actor(pseudonym="p", roles=frozenset({Role.HANDLER})), now=NOW,
        )  # fmt: skip


def test_events_alone_rebuild_both_ends_of_a_move() -> None:
    petition = received()
    ended, begun = domain.move(
        petition.after, Kind.REPORT, CONTENT, elsewhere(Ground.CRIME), sender=SENDER, by=TRIAGE, now=NOW
    )
    for events, id_, after in (
        ((*petition.events, *ended.events), ID, ended.after),
        (begun.events, begun.after.id, begun.after),
    ):
        read = [type(event).from_data(event.to_data()) for event in events]
        again = begin(read[0], id=id_, tenant=GUANGZHOU)
        for event in read[1:]:
            again = replay(again, event)
        assert again == after
