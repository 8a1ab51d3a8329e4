"""The part of a petition's life in which it is linked to another one, wherever it stands, and goes its own way."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from casework.roles import Actor, Role
from hypothesis import strategies as st
from hypothesis.stateful import rule
from petition.alike.domain import Side, link, unlink
from petition.alike.link import Basis, SuggestedBy, links_in
from petition.kinds import Danger
from petition.petition import Petition
from petition.workflow import Action

from contracts.events import PetitionLinked, PetitionUnlinked
from tests.unit.kit.life import ROLES

from .spam import SpamLife
from .test_domain import received

OTHER = replace(received().after, id=str(UUID(int=7)))


class LinkedLife(SpamLife):
    """Anybody, with a petition and another one that is like it."""

    @property
    def sides(self) -> tuple[Side, Side]:
        """The two, with the links that events tell of."""
        told = [event for event in self.events if isinstance(event, PetitionLinked | PetitionUnlinked)]
        there: Petition = replace(OTHER, tenant=self.case.tenant, linked_to=())
        if OTHER.id in self.case.linked_to:
            there = replace(there, linked_to=(self.case.id,))
        return Side(petition=self.case, links=links_in(told[-1].links if told else None)), Side(petition=there)

    @rule(roles=ROLES, near=st.booleans())
    def link(self, roles: frozenset[Role], *, near: bool) -> None:
        by, (one, other) = Actor(pseudonym="p", roles=roles), self.sides
        suggested_by = SuggestedBy.SERVICE if near else SuggestedBy.OFFICER
        self.tries(
            Action.LINK,
            roles,
            lambda: link(
                one, other, Basis.SAME_MATTER, suggested_by=suggested_by, likeness=0.5 if near else None, by=by
            )[0],
            besides=self.ordinary and OTHER.id not in self.case.linked_to,
        )

    @rule(roles=ROLES)
    def unlink(self, roles: frozenset[Role]) -> None:
        by, (one, other) = Actor(pseudonym="p", roles=roles), self.sides
        self.tries(
            Action.UNLINK,
            roles,
            lambda: unlink(one, other, by=by)[0],
            besides=self.ordinary and OTHER.id in self.case.linked_to,
        )

    def about_links_and_danger(self, desk: frozenset[Role]) -> dict[Action, Callable[[], None]]:
        """Give the steps that are possible, also what is done about spam."""
        return {
            Action.PAGE: lambda: self.its_words_tell_of(Danger.LIFE),
            Action.TAKE: lambda: self.take(desk, other=False),
            Action.LINK: lambda: self.link(desk, near=True),
            Action.UNLINK: lambda: self.unlink(desk),
            **self.about_spam(desk),
        }
