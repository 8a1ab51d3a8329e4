"""Whatever happens to a petition in whatever order, the table holds, and events alone rebuild the state."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta

import pytest
from casework.roles import APPLICANTS, Actor, Role
from casework.workflow import WrongRole
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from petition import domain
from petition.channels.domain import Edit, revise
from petition.departments import DEPARTMENTS
from petition.domain import Decision
from petition.feedback import domain as feedback
from petition.feedback.rating import CallBack, Level
from petition.handling import jurisdiction
from petition.handling.basis import Basis
from petition.kinds import Ground, Kind
from petition.petition import Involved, Outcome, Petition
from petition.publishing import domain as publishing
from petition.publishing.domain import Public
from petition.replies import answering
from petition.replies.answering import Sure
from petition.review.domain import open_to_objections
from petition.workflow import SECOND_LOOK, TABLE, Action, State

from tests.unit.kit.life import ROLES, TEXTS, live, rows_of

from .reviewed import UP_THE_TIERS, ReviewedLife
from .spam import AS_SPAM
from .test_domain import CONTENT, LIBRARY, NOW, SENDER, classified, elsewhere, rebuilt, received
from .together import TOGETHER

GROUNDS = st.sampled_from([None, Ground.CRIME, Ground.POLICE])
AFTER_ALL = (Action.ASK_A_PERSON, Action.TRANSFER, Action.ANSWER, Action.CLOSE, Action.MOVE)
IN_HAND = (Action.TRANSFER, Action.SIGN_FOR)
HEADS = (Action.EXTEND, Action.REFUSE_TIME)
WAYS = (
    *((action,) for action in (Action.CLOSE, Action.MOVE)),
    *AS_SPAM,
    (Action.ANSWER, Action.CLOSE),
    *((Action.TRANSFER, action) for action in (Action.MOVE, Action.TRANSFER)),
    (Action.TRANSFER, Action.RETURN, Action.TRANSFER),
    (Action.TRANSFER, Action.RETURN, Action.DECIDE),
    (Action.TRANSFER, Action.DISPUTE, Action.DISPUTE, Action.DECIDE, Action.SIGN_FOR),
    (Action.TRANSFER, Action.DISPUTE, Action.MOVE),
    *((*IN_HAND, action) for action in (Action.TRANSFER, Action.MOVE)),
    (*IN_HAND, Action.ASK_MORE, Action.SUPPLEMENT),
    (*IN_HAND, Action.ASK_MORE, Action.MOVE),
    *((*IN_HAND, Action.ASK_TIME, action) for action in HEADS),
    *((*IN_HAND, Action.ASK_TIME, Action.DRAFT_REPLY, action) for action in (*HEADS, Action.URGE)),
    *((*steps, Action.URGE) for steps in ((), (Action.TRANSFER,), (Action.TRANSFER, Action.DISPUTE), IN_HAND)),
    (*IN_HAND, Action.REPLY, Action.CLOSE),
    *((*IN_HAND, *steps) for steps in TOGETHER),
    (*IN_HAND, Action.ANSWER, Action.CLOSE),
    *((*IN_HAND, Action.DRAFT_REPLY, action) for action in (Action.SIGN, Action.REJECT, Action.MOVE)),
    *((Action.AUTO_ANSWER, action) for action in (*AFTER_ALL, Action.URGE)),
    (Action.ANSWER, Action.RATE, Action.CALL_BACK),
    (Action.ANSWER, Action.CLOSE, Action.RATE, Action.CALL_BACK),
    (Action.ANSWER, Action.RATE, Action.CALL_BACK, Action.REOPEN),
    (Action.ANSWER, Action.CONSENT, Action.PUBLISH, Action.CORRECT, Action.PUBLISH, Action.UNPUBLISH),
    (Action.ANSWER, Action.CONSENT, Action.PUBLISH, Action.RETRACT),
    (Action.ANSWER, Action.CONSENT, Action.PUBLISH, Action.REOPEN),
    (Action.ANSWER, Action.CLOSE, Action.CORRECT, Action.CONSENT, Action.PUBLISH, Action.RETRACT),
    (Action.ANSWER, Action.CLOSE, Action.CONSENT, Action.PUBLISH, Action.UNPUBLISH),
    (*IN_HAND, Action.REPLY, Action.CLOSE, Action.REOPEN, *IN_HAND, Action.REPLY),
    *((*IN_HAND, Action.REPLY, *steps) for steps in UP_THE_TIERS),
    *(
        (*steps, Action.PAGE, Action.TAKE, Action.LINK, Action.UNLINK)
        for steps in (
            *((), (Action.AUTO_ANSWER,), (Action.TRANSFER,), (Action.TRANSFER, Action.DISPUTE), IN_HAND),
            *((*IN_HAND, Action.ASK_MORE), (*IN_HAND, Action.DRAFT_REPLY), (Action.ANSWER,), (Action.CLOSE,)),
        )
    ),
)
"""How ordinary petitions may begin."""


def settled(decision: Decision) -> Decision:
    return open_to_objections(decision, now=NOW)


class PetitionLife(ReviewedLife):
    """Anybody, of any department, with a petition in any circle."""

    table = TABLE
    rebuild = rebuilt
    case: Petition

    @initialize(title=TEXTS, text=TEXTS, ground=GROUNDS, likeness=st.sampled_from([0.1, 0.9]))
    def receive(self, title: str, text: str, ground: Ground | None, likeness: float) -> None:
        come_in = received(title=title, text=text, ground=None if self.begins else ground)
        sure = Sure(confidence=0.5, likeness=0.5)
        if self.begins:
            likeness = float(Action.AUTO_ANSWER in self.begins)
        decision = answering.auto_answer(come_in, "请到大厅办理。", LIBRARY, 1, likeness=likeness, sure=sure)
        self.took(Action.RECEIVE, decision)
        for action in self.begins:
            self.goes_on(action)

    @rule(department=st.sampled_from([*DEPARTMENTS, "post-office"]), roles=ROLES, entrusted=st.booleans())
    def transfer(self, department: str, roles: frozenset[Role], *, entrusted: bool) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        accused = frozenset({"household" if department != "household" else "fire"} if self.case.hidden else ())
        handlers = frozenset({"p_1"} if entrusted else ())
        involved = Involved(accused=accused, handlers=handlers)
        stays = {*accused, *self.case.accused}
        same = (department, tuple(sorted(stays)), tuple(handlers)) == (
            self.case.department, self.case.accused, self.case.handlers
        )  # fmt: skip
        self.tries(
            Action.TRANSFER,
            roles,
            lambda: jurisdiction.transfer(self.case, department, involved, by=actor, now=NOW),
            besides=department in DEPARTMENTS
            and department not in stays
            and not same
            and (entrusted or not self.case.hidden)
            and (department not in self.case.course.returned_by or not self.ordinary)
            and (department == self.case.department or not self.case.course.bound),
        )

    @rule(roles=ROLES)
    def ask_a_person(self, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.ASK_A_PERSON, roles, lambda: answering.ask_a_person(self.case, by=actor, now=NOW), besides=True
        )

    @rule(to=GROUNDS, roles=ROLES)
    def move(self, to: Ground | None, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.MOVE,
            roles,
            lambda: domain.move(self.case, Kind.COMPLAIN, CONTENT, elsewhere(to), sender=SENDER, by=actor, now=NOW)[0],
            besides=to is not self.case.hidden,
        )

    @rule(text=TEXTS, roles=ROLES, newer=st.integers(0, 2))
    def its_sender_edits_it(self, text: str, *, roles: frozenset[Role], newer: int) -> None:
        """Wherever it stands, there it stays."""
        edit = Edit(title=text, text=text, revision=self.case.revision + newer)
        refused = WrongRole if Role.CONNECTOR not in roles else None if newer else ValueError
        with pytest.raises(refused) if refused else nullcontext():
            edited = revise(self.case, edit, classified(), by=Actor(pseudonym="p", roles=roles))
            assert edited.after.state is self.case.state
            self.took(Action.CLASSIFY, edited)

    @rule(text=TEXTS, roles=ROLES)
    def reply(self, text: str, *, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.REPLY,
            roles,
            lambda: settled(domain.reply(self.case, text, contributed=self.contributed, by=actor)),
            besides=self.answerable,
        )

    @rule(text=TEXTS, roles=ROLES, version=st.integers(1, 9))
    def answer(self, text: str, *, roles: frozenset[Role], version: int) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.ANSWER,
            roles,
            lambda: settled(answering.answer(self.case, text, LIBRARY, version, by=actor)),
            besides=self.ordinary and self.answerable,
        )

    @rule(text=TEXTS, roles=ROLES, version=st.integers(1, 9))
    def draft_reply(self, text: str, *, roles: frozenset[Role], version: int) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.DRAFT_REPLY,
            roles,
            lambda: answering.draft_reply(self.case, text, LIBRARY, version, contributed=self.contributed, by=actor),
            besides=self.ordinary and self.answerable,
        )

    @rule(text=st.one_of(st.none(), TEXTS), roles=ROLES)
    def sign(self, text: str | None, *, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.SIGN, roles, lambda: settled(answering.sign(self.case, text, by=actor)), besides=text is not None
        )

    @rule(reason=TEXTS, roles=ROLES)
    def reject(self, reason: str, *, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(Action.REJECT, roles, lambda: answering.reject(self.case, reason, by=actor), besides=True)

    @rule(outcome=st.sampled_from(Outcome), roles=ROLES)
    def close(self, outcome: Outcome, *, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        answered = self.case.state is State.REPLIED
        filed = outcome in {Outcome.FILED, Outcome.NOT_FILED}
        self.tries(
            Action.CLOSE,
            roles,
            lambda: settled(domain.close(self.case, outcome, by=actor)),
            besides=(answered or outcome is not Outcome.ANSWERED)
            and outcome not in {Outcome.MOVED, Outcome.SPAM}
            and (outcome is not Outcome.FINALLY_DECIDED or self.ordinary)
            and (not filed or self.case.hidden is Ground.CRIME),
        )

    @rule(level=st.sampled_from(Level), solved=st.none() | st.booleans(), roles=ROLES)
    def rate(self, level: Level, *, solved: bool | None, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.RATE,
            roles,
            lambda: feedback.rate(self.case, level, solved=solved, comment=None, by=actor, now=NOW),
            besides=self.ordinary
            and self.case.rating is None
            and (self.case.state is not State.CLOSED or self.case.outcome is Outcome.ANSWERED),
        )

    @rule(result=st.sampled_from([each for each in CallBack if each is not CallBack.WAITING]), roles=ROLES)
    def call_back(self, result: CallBack, *, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.CALL_BACK,
            roles,
            lambda: feedback.call_back(self.case, result, None, by=actor),
            besides=self.case.rating is not None and self.case.rating.call_back is CallBack.WAITING,
        )

    @rule(days=st.sampled_from([0, 15, 16]), roles=ROLES)
    def reopen(self, days: int, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.REOPEN,
            roles.intersection(APPLICANTS),
            lambda: feedback.reopen(self.case, "仍未解决", by=actor, now=NOW + timedelta(days=days)),
            besides=self.ordinary
            and days <= 15
            and self.case.review is None
            and self.case.reopened < feedback.MOST_REOPENED,
        )

    @rule(roles=ROLES)
    def reopen_unsolved(self, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.REOPEN,
            roles.intersection(SECOND_LOOK),
            lambda: feedback.reopen_unsolved(self.case, "仍未解决", by=actor, now=NOW),
            besides=self.ordinary
            and self.case.rating is not None
            and self.case.rating.call_back is CallBack.NOT_SOLVED
            and self.case.review is None
            and self.case.reopened < feedback.MOST_REOPENED,
        )

    @property
    def answered_openly(self) -> bool:
        return self.ordinary and (self.case.state is not State.CLOSED or self.case.outcome is Outcome.ANSWERED)

    @rule(text=TEXTS, roles=ROLES)
    def correct(self, text: str, *, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.CORRECT,
            roles,
            lambda: publishing.correct(self.case, text, "写错了", by=actor),
            besides=self.answered_openly,
        )

    @rule(roles=ROLES, agrees=st.booleans())
    def consent(self, *, roles: frozenset[Role], agrees: bool) -> None:
        """Say so, or say so no longer; whoever has said it before says nothing new."""
        actor = Actor(pseudonym="p", roles=roles)
        if self.case.publication.consent is agrees:
            return
        action, decide = (
            (Action.CONSENT, publishing.consent) if agrees else (Action.RETRACT, publishing.withdraw_consent)
        )
        self.tries(action, roles, lambda: decide(self.case, by=actor), besides=not agrees or self.answered_openly)

    @rule(roles=ROLES, personal=st.booleans(), corrected=st.booleans())
    def publish(self, *, roles: frozenset[Role], personal: bool, corrected: bool) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        public = Public(
            title="请问",
            question="电话13800138000" if personal else "怎么办",
            answer="请到大厅办理。",
            correction="请到二楼办理。" if corrected else None,
        )
        self.tries(
            Action.PUBLISH,
            roles,
            lambda: publishing.publish(self.case, public, by=actor, now=NOW),
            besides=self.answered_openly
            and self.case.publication.consent
            and not personal
            and (corrected or not self.case.publication.corrected),
        )

    @rule(roles=ROLES)
    def unpublish(self, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        public = self.case.publication.published_at is not None
        self.tries(Action.UNPUBLISH, roles, lambda: publishing.unpublish(self.case, by=actor), besides=public)

    def goes_on(self, action: Action) -> None:
        """Take a step that is possible."""
        desk, spokesperson = frozenset({Role.TRIAGE, Role.HANDLER}), frozenset({Role.SPOKESPERSON})
        citizen, head = frozenset({Role.CITIZEN}), frozenset({Role.AGENCY_HEAD})
        first = self.case.state is State.TRANSFERRED
        department = "fire" if not self.case.course.first_receiver else "household"
        outcome = Outcome.ANSWERED if self.case.state is State.REPLIED else Outcome.DUPLICATE
        steps: dict[Action, Callable[[], None]] = {
            Action.TRANSFER: lambda: self.transfer(department, desk, entrusted=True),
            Action.ASK_A_PERSON: lambda: self.ask_a_person(citizen),
            Action.SIGN_FOR: lambda: self.sign_for(desk),
            Action.RETURN: lambda: self.give_back(Basis.RECUSAL, desk),
            Action.DISPUTE: lambda: self.dispute("household" if first else "fire", desk, others=not first),
            Action.DECIDE: lambda: self.decide("household", desk),
            Action.ASK_MORE: lambda: self.request_supplement("请补充地址。", roles=desk),
            Action.SUPPLEMENT: lambda: self.supply("东风路三号。", roles=citizen),
            **self.about_time(desk, head),
            Action.URGE: lambda: self.urge(citizen, 0, own=True),
            Action.REPLY: lambda: self.reply("您好。", roles=desk),
            Action.ANSWER: lambda: self.answer("请到大厅办理。", roles=desk, version=1),
            Action.DRAFT_REPLY: lambda: self.draft_reply("改过。", roles=desk, version=1),
            Action.SIGN: lambda: self.sign("改过。", roles=spokesperson),
            Action.REJECT: lambda: self.reject("请修改。", roles=spokesperson),
            Action.MOVE: lambda: self.move(Ground.CRIME, desk),
            Action.CLOSE: lambda: self.close(outcome, roles=desk),
            Action.RATE: lambda: self.rate(Level.DISSATISFIED, solved=False, roles=citizen),
            Action.CALL_BACK: lambda: self.call_back(CallBack.NOT_SOLVED, roles=desk),
            Action.CORRECT: lambda: self.correct("请到二楼办理。", roles=desk),
            Action.CONSENT: lambda: self.consent(roles=citizen, agrees=True),
            Action.RETRACT: lambda: self.consent(roles=citizen, agrees=False),
            Action.PUBLISH: lambda: self.publish(roles=spokesperson, personal=False, corrected=True),
            Action.UNPUBLISH: lambda: self.unpublish(spokesperson),
            **self.steps_together(desk),
            **self.about_links_and_danger(desk),
            **self.about_reviews(citizen),
            Action.REOPEN: lambda: self.reopen_unsolved(desk) if self.case.rating else self.reopen(0, citizen),
        }
        if action in steps:  # what the service does by itself happens as it comes in
            steps[action]()


def test_whatever_is_tried_the_table_holds_and_every_row_of_it_is_walked() -> None:
    assert live(PetitionLife, *WAYS) >= rows_of(TABLE)
