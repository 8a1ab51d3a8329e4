"""What tests of the reply library do again and again."""

from typing import Any

from petition.replies.library import Library

from tests.integration.kit.answers import ANSWER

from .conftest import PROVINCE, Petitions

PASSPORT = "普通护照有效期不足六个月可以申请换发。请带居民身份证、现持护照和照片，到出入境大厅办理。"
HOUSEHOLD = "新生儿落户请带出生医学证明和父母的户口簿，到父亲或母亲户籍所在地派出所办理。"


def content(text: str = PASSPORT, **changes: Any) -> dict[str, Any]:
    return ANSWER | {"text": text} | changes


async def done(petitions: Petitions, path: str, body: Any, role: str, **who: Any) -> dict[str, Any]:
    response = await petitions.post(path, body, role, **who)
    assert response.status_code in {200, 201}, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def drafted(petitions: Petitions, tenant: str = PROVINCE, **changes: Any) -> str:
    answer = await done(petitions, "/v1/answers", content(**changes), "handler", tenant=tenant)
    return str(answer["id"])


async def published(petitions: Petitions, tenant: str = PROVINCE, **changes: Any) -> str:
    id_ = await drafted(petitions, tenant, **changes)
    await done(petitions, f"/v1/answers/{id_}/submit", None, "handler", tenant=tenant, version=1)
    await done(petitions, f"/v1/answers/{id_}/publish", None, "spokesperson", tenant=tenant, version=2)
    return id_


async def revised(petitions: Petitions, id_: str, version: int, **changes: Any) -> None:
    """Publish the next version of one of the province's answers."""
    for action, body, role in (
        ("revise", content(**changes), "handler"),
        ("submit", None, "handler"),
        ("publish", None, "spokesperson"),
    ):
        await done(petitions, f"/v1/answers/{id_}/{action}", body, role, tenant=PROVINCE, version=version)
        version += 1


def library_of(petitions: Petitions) -> Library:
    (library,) = (part for part in petitions.service.parts if isinstance(part, Library))
    return library


async def searched(petitions: Petitions, question: str = "护照怎么换发", **who: Any) -> list[str]:
    """Search as the process does once it has read the library again."""
    library_of(petitions).refresh()
    page = await petitions.get(f"/v1/answers/search?question={question}", "handler", **who)
    assert page.status_code == 200, page.text
    return [item["id"] for item in page.json()["answers"]]


def types_of(petitions: Petitions, id_: str) -> list[str]:
    return [event.type.split(".")[-2] for event in petitions.events(id_)]


def slug(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["type"].rpartition(":")[2]
