"""An edit is a new version beside the original; wherever the petition stands, there it stays."""

import json
from dataclasses import replace
from functools import reduce

import pytest
from casework.roles import Actor, Role
from casework.workflow import WrongRole
from petition import domain
from petition.channels.domain import Edit, carried_over, revise
from petition.domain import Place
from petition.kinds import Classification, Danger, Ground, Kind, Matter
from petition.petition import Channel, Message, Petition, Sender, begin, replay
from petition.workflow import State

from tests.unit.petition.test_domain import NOW

FORUM = Actor(pseudonym="p_forum", roles=frozenset({Role.CONNECTOR}))
SENDER = Sender(author="p_author", informant="p_informant")
EDIT = Edit(title="红绿灯", text="两处都坏了", revision=4)
DANGER = Classification(
    kind=Kind.HELP,
    topic="service/general",
    matter=Matter.OTHER,
    danger=Danger.LIFE,
    confidence=0.9,
    reasons=("danger.life",),
    suggestion="{}",
)


def received(ground: Ground | None = None, **message: object) -> domain.Decision:
    return domain.receive(
        replace(Message(channel=Channel.FORUM, title="红绿灯", text="坏了", origin="p_o", reply_to="{}"), **message),  # type: ignore[arg-type]
        replace(DANGER, danger=Danger.NONE),
        Place(id="01", tenant="440100", number="440100-20260302-000000000001-0", ground=ground),
        sender=SENDER,
        by=FORUM,
        now=NOW,
    )


@pytest.mark.parametrize("ground", [None, Ground.CRIME, Ground.POLICE])
def test_what_nobody_has_handed_out_is_sorted_anew_and_events_alone_rebuild_it(ground: Ground | None) -> None:
    first = received(ground, revision=3)
    edited = revise(first.after, EDIT, DANGER, by=FORUM)
    assert (edited.after.state, edited.after.danger, edited.after.revision) == (State.CLASSIFIED, "life", 4)
    assert all(event.TOPIC == first.events[0].TOPIC for event in edited.events)
    beginning, *others = (
        type(event).from_data(json.loads(json.dumps(event.to_data()))) for event in (*first.events, *edited.events)
    )
    rebuilt = reduce(replay, others, begin(beginning, id="01", tenant="440100"))
    assert rebuilt == edited.after
    assert (rebuilt.origin, rebuilt.sequence) == ("p_o", 4)


@pytest.mark.parametrize("state", [State.TRANSFERRED, State.DRAFTED, State.REPLIED, State.CLOSED])
def test_what_is_in_hand_or_over_stays_as_it_was_sorted(state: State) -> None:
    petition = replace(received().after, state=state)
    edited = revise(petition, EDIT, DANGER, by=FORUM)
    assert [type(event).__name__ for event in edited.events] == ["PetitionRevised"]
    assert (edited.after.state, edited.after.danger) == (state, "none")


@pytest.mark.parametrize("revision", [0, 3])
def test_an_older_version_and_the_same_one_are_refused(revision: int) -> None:
    petition: Petition = received(revision=3).after
    with pytest.raises(ValueError, match="later version"):
        revise(petition, replace(EDIT, revision=revision), DANGER, by=FORUM)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CONNECTOR])
def test_nobody_but_its_channel_says_that_it_was_edited(role: Role) -> None:
    with pytest.raises(WrongRole):
        revise(received().after, EDIT, DANGER, by=Actor(pseudonym="p", roles=frozenset({role})))


def test_what_goes_on_elsewhere_goes_on_in_its_last_version() -> None:
    content = {"revised_title": "红绿灯", "revised_text": "两处都坏了", "revised_suggestion": "{}"}
    begun = carried_over(received(Ground.CRIME), 4, content)
    assert [type(event).__name__ for event in begun.events] == ["ReportReceived", "ReportClassified", "ReportRevised"]
    assert (begun.after.revision, begun.after.sequence) == (4, 3)
    assert carried_over(begun, 4, {"title": "红绿灯"}) is begun
