"""What each 2xx promises: which event has to be in which topic, in which place."""

from contracts.event import ContractEvent

from contracts.events import (
    CaseSubmitted,
    PetitionAutoAnswered,
    PetitionClassified,
    PetitionLinked,
    PetitionReceived,
    ReportClassified,
    ReportReceived,
)
from demo.gateway import Promise, Reply
from demo.journal import Expected


def begun(*events: type[ContractEvent]) -> Promise:
    """What an accepted intake promises: the first events of a new aggregate, in this order."""

    def promise(reply: Reply) -> tuple[str, tuple[Expected, ...]]:
        subject = str(reply.body.get("id"))
        return subject, tuple(Expected(e.TOPIC, subject, sequence, e.TYPE) for sequence, e in enumerate(events, 1))

    return promise


def changed(event: type[ContractEvent]) -> Promise:
    """What an accepted change promises: one event, whose sequence is the version that the answer shows."""

    def promise(reply: Reply) -> tuple[str, tuple[Expected, ...]]:
        subject = str(reply.body.get("id"))
        return subject, (Expected(event.TOPIC, subject, int(reply.body.get("version", 0)), event.TYPE),)

    return promise


def changed_to(event: type[ContractEvent], subject: str, version: int) -> Promise:
    """What an accepted change promises whose answer shows neither: one event of this subject, in this place."""
    return lambda _reply: (subject, (Expected(event.TOPIC, subject, version, event.TYPE),))


def changed_together(event: type[ContractEvent]) -> Promise:
    """What a confirmation for several promises: one event of the one that was read, and of each other that was done."""

    def promise(reply: Reply) -> tuple[str, tuple[Expected, ...]]:
        others = (each["changed"] for each in reply.body.get("others", ()) if each["done"])
        done = [(str(each.get("id")), int(each.get("version", 0))) for each in (reply.body, *others)]
        return done[0][0], tuple(Expected(event.TOPIC, subject, version, event.TYPE) for subject, version in done)

    return promise


def linked(reply: Reply) -> tuple[str, tuple[Expected, ...]]:
    """Promise that both petitions tell of their link."""
    both = [(str(each.get("id")), int(each.get("version", 0))) for each in (reply.body, reply.body.get("other", {}))]
    return both[0][0], tuple(Expected(PetitionLinked.TOPIC, id_, version, PetitionLinked.TYPE) for id_, version in both)


def received(reply: Reply) -> tuple[str, tuple[Expected, ...]]:
    """Promise what a petition begins with: it is classified in the breath in which it is received, in either circle.

    So is a consultation that the service answers by itself.
    """
    if reply.body.get("confidential"):
        return begun(ReportReceived, ReportClassified)(reply)
    answered = (PetitionAutoAnswered,) if reply.body.get("state") == "auto-answered" else ()
    return begun(PetitionReceived, PetitionClassified, *answered)(reply)


SUBMITTED = begun(CaseSubmitted)
