"""Whatever happens to a petition in whatever order, the table holds, and events alone rebuild the state."""

from contextlib import nullcontext

import pytest
from casework.roles import Actor, Role
from casework.workflow import WrongRole
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from petition import domain
from petition.channels.domain import Edit, revise
from petition.departments import DEPARTMENTS
from petition.kinds import Ground, Kind
from petition.petition import Involved, Outcome, Petition
from petition.replies import answering
from petition.replies.answering import Sure
from petition.workflow import TABLE, Action, State

from tests.unit.kit.life import ROLES, TEXTS, Life, live, rows_of

from .test_domain import CONTENT, LIBRARY, SENDER, classified, elsewhere, rebuilt, received

GROUNDS = st.sampled_from([None, Ground.CRIME, Ground.POLICE])
AFTER_ALL = (Action.ASK_A_PERSON, Action.TRANSFER, Action.ANSWER, Action.CLOSE, Action.MOVE)
WAYS = (
    (Action.CLOSE,),
    (Action.MOVE,),
    (Action.ANSWER, Action.CLOSE),
    (Action.TRANSFER, Action.MOVE),
    (Action.TRANSFER, Action.TRANSFER, Action.REPLY, Action.CLOSE),
    (Action.TRANSFER, Action.ANSWER, Action.CLOSE),
    (Action.TRANSFER, Action.DRAFT_REPLY, Action.SIGN),
    (Action.TRANSFER, Action.DRAFT_REPLY, Action.REJECT),
    (Action.TRANSFER, Action.DRAFT_REPLY, Action.MOVE),
    *((Action.AUTO_ANSWER, action) for action in AFTER_ALL),
)
"""How ordinary petitions may begin."""


class PetitionLife(Life):
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
            lambda: domain.transfer(self.case, department, involved, by=actor),
            besides=department in DEPARTMENTS
            and department not in stays
            and not same
            and (entrusted or not self.case.hidden),
        )

    @rule(roles=ROLES)
    def ask_a_person(self, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(Action.ASK_A_PERSON, roles, lambda: answering.ask_a_person(self.case, by=actor), besides=True)

    @rule(to=GROUNDS, roles=ROLES)
    def move(self, to: Ground | None, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.MOVE,
            roles,
            lambda: domain.move(self.case, Kind.COMPLAIN, CONTENT, elsewhere(to), sender=SENDER, by=actor)[0],
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
        self.tries(Action.REPLY, roles, lambda: domain.reply(self.case, text, by=actor), besides=True)

    @property
    def ordinary(self) -> bool:
        return self.case.hidden is None and self.case.kind != Kind.REPORT

    @rule(text=TEXTS, roles=ROLES, version=st.integers(1, 9))
    def answer(self, text: str, *, roles: frozenset[Role], version: int) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.ANSWER,
            roles,
            lambda: answering.answer(self.case, text, LIBRARY, version, by=actor),
            besides=self.ordinary,
        )

    @rule(text=TEXTS, roles=ROLES, version=st.integers(1, 9))
    def draft_reply(self, text: str, *, roles: frozenset[Role], version: int) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(
            Action.DRAFT_REPLY,
            roles,
            lambda: answering.draft_reply(self.case, text, LIBRARY, version, by=actor),
            besides=self.ordinary,
        )

    @rule(text=st.one_of(st.none(), TEXTS), roles=ROLES)
    def sign(self, text: str | None, *, roles: frozenset[Role]) -> None:
        actor = Actor(pseudonym="p", roles=roles)
        self.tries(Action.SIGN, roles, lambda: answering.sign(self.case, text, by=actor), besides=text is not None)

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
            lambda: domain.close(self.case, outcome, by=actor),
            besides=(answered or outcome is not Outcome.ANSWERED)
            and outcome is not Outcome.MOVED
            and (not filed or self.case.hidden is Ground.CRIME),
        )

    def goes_on(self, action: Action) -> None:
        desk, spokesperson = frozenset({Role.TRIAGE, Role.HANDLER}), frozenset({Role.SPOKESPERSON})
        match action:
            case Action.TRANSFER:
                self.transfer("fire" if self.case.department is None else "household", desk, entrusted=True)
            case Action.ASK_A_PERSON:
                self.ask_a_person(frozenset({Role.CITIZEN}))
            case Action.REPLY:
                self.reply("您好。", roles=desk)
            case Action.ANSWER:
                self.answer("请到大厅办理。", roles=desk, version=1)
            case Action.DRAFT_REPLY:
                self.draft_reply("改过。", roles=desk, version=1)
            case Action.SIGN:
                self.sign("改过。", roles=spokesperson)
            case Action.REJECT:
                self.reject("请修改。", roles=spokesperson)
            case Action.MOVE:
                self.move(Ground.CRIME, desk)
            case Action.CLOSE:
                self.close(Outcome.ANSWERED if self.case.state is State.REPLIED else Outcome.SPAM, roles=desk)


def test_whatever_is_tried_the_table_holds_and_every_row_of_it_is_walked() -> None:
    assert live(PetitionLife, *WAYS) >= rows_of(TABLE)
