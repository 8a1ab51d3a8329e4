"""What a storm's findings say of promises that the history doesn't tell."""

import pytest
from demo.disasters import Outage, Restoration
from demo.gateway import Tally
from demo.havoc import Strike
from demo.report import Outcome
from demo.schedule import Act, Fault
from demo.storm import Findings, recoveries


def findings(
    recovered: dict[str, list[float]] | None = None,
    outage: Outage | None = None,
    restoration: Restoration | None = None,
) -> Findings:
    return Findings(
        Outcome(1.0, Tally(), 0, settled=True),
        recovered or {},
        [outage] if outage else [],
        [restoration] if restoration else [],
    )


def test_only_kills_count_as_recoveries() -> None:
    kill, stop = Fault(1, Act.KILL, "accept-api"), Fault(2, Act.STOP, "accept-api", 3.0)
    assert recoveries([Strike(kill, 1.5), Strike(stop, 9.0), Strike(kill, 2.5)]) == {"accept-api": [1.5, 2.5]}


@pytest.mark.parametrize(
    ("found", "broken"),
    [
        (findings(), []),
        (findings({"accept-api": [1.0, 4.9], "kafka-2": [19.0], "postgres": [60.0]}), []),
        (findings({"query-worker": [5.1]}), ["services, p95 ≤ 5 s"]),
        (findings({"kafka-1": [2.0], "kafka-3": [20.1]}), ["brokers, p95 ≤ 20 s"]),
        (findings(outage=Outage(accepted=900, silence_s=2.0)), []),
        (findings(outage=Outage(accepted=1, silence_s=60.0)), ["writes go on without a broker"]),
        (findings(restoration=Restoration(recovering=True, imported=7)), []),
        (
            findings(restoration=Restoration(recovering=True)),
            ["a restored database takes back what its topics know"],
        ),
        (findings(restoration=Restoration(imported=7)), ["a restored database takes back what its topics know"]),
    ],
)
def test_a_broken_promise_is_named(found: Findings, broken: list[str]) -> None:
    assert found.broken == broken
