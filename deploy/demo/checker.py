"""The history checker: decides from outside whether the suite kept its promises.

It compares what the client saw (`demo.journal`) with what topics, mirror and read model hold, and knows nothing of
how the services work. The idea is Jepsen's: lost writes, aborted reads, duplicates and order, over HTTP answer, log
record, mirror row, effect and view.

Allowed, and therefore no violation: a record that is repeated in a log with the same id and the same bytes (a relay
that was stopped and wakes up does that), and a record that overtook its predecessor, if the predecessor comes
(consumers park it until then). What counts is the effect.
"""

from demo import reactions, readmodel, rules
from demo.history import History, Verdict
from demo.journal import promised

RULES = (
    rules.lost,
    rules.mirror_differs,
    rules.not_fed_again,
    rules.double_place,
    rules.double_effect,
    rules.unclaimed,
)


def check(history: History) -> Verdict:
    """Judge the history."""
    verdict = Verdict(promised=sum(1 for _ in promised(history.requests)))
    for rule in RULES:
        verdict.violations.extend(rule(history))
    rules.order(history, verdict)
    verdict.violations.extend(reactions.broken(history.records))
    if history.model is not None:
        verdict.violations.extend(readmodel.differs(history.records, history.model))
    return verdict
