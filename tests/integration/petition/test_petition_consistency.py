"""What a write's answer says about what it recorded, for whoever wants to read it back elsewhere."""

from chassis import vector
from chassis.api.consistency import CONTEXT, HEADER, token_of

from .conftest import Petitions

PORTAL = {"channel": "portal", "title": "请问护照怎么办", "text": "急用"}


async def recorded(petitions: Petitions, token: str) -> vector.Vector:
    async with petitions.units.begin(read_only=True) as unit:
        return vector.from_text(unit.outbox.signer(CONTEXT).read(token, now=unit.now))


async def test_each_write_names_the_last_event_that_it_recorded(petitions: Petitions) -> None:
    submitted = await petitions.post("/v1/petitions", PORTAL, "citizen")
    id_ = submitted.json()["id"]
    assert await recorded(petitions, submitted.headers[HEADER]) == {id_: 2}
    transferred = await petitions.post(f"/v1/petitions/{id_}/transfer", {"department": "fire"}, "triage", version=2)
    assert await recorded(petitions, transferred.headers[HEADER]) == {id_: 3}


async def test_an_answer_that_is_given_again_names_it_again(petitions: Petitions) -> None:
    first, second = [await petitions.post("/v1/petitions", PORTAL, "citizen", key="once") for _ in range(2)]
    assert second.headers["idempotency-replayed"] == "true"
    assert second.headers[HEADER] == first.headers[HEADER]


async def test_reads_and_refusals_name_nothing(petitions: Petitions) -> None:
    id_ = (await petitions.submitted())["id"]
    assert HEADER not in (await petitions.get(f"/v1/petitions/{id_}", "triage")).headers
    refused = await petitions.post(f"/v1/petitions/{id_}/transfer", {"department": "fire"}, "triage", version=1)
    assert refused.status_code == 412
    assert HEADER not in refused.headers


async def test_a_token_stays_short_whatever_a_unit_records(petitions: Petitions) -> None:
    async with petitions.units.begin(read_only=True) as unit:
        assert token_of(unit) is None
        unit.recorded.update({f"subject-{number}": number for number in range(1, 100)})
        token = token_of(unit)
    assert token is not None
    assert await recorded(petitions, token) == {f"subject-{number}": number for number in range(96, 100)}
