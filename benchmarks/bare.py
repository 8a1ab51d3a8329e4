"""The bare service that intake is compared with: FastAPI, SQLModel, one INSERT. Nothing else that a promise needs.

It inserts into the same table, with the same indexes, a row of the same bytes as petition's own.
"""

import os
import secrets
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from petition.api import Submission
from petition.tables import PetitionRow
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession
from uuid_utils import uuid7

engine = create_async_engine(os.environ["BARE_DATABASE_URL"], pool_size=10, max_overflow=0)
template: dict[str, Any] = {}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:  # noqa: ARG001
    """Take the bytes of a row from what petition wrote."""
    async with AsyncSession(engine) as session:
        template.update((await session.exec(select(PetitionRow).limit(1))).one().model_dump())
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.post("/v1/petitions", status_code=201)
async def submit(body: Submission) -> dict[str, str]:  # noqa: ARG001  validated like petition's
    """Insert a row and commit."""
    id_ = uuid.UUID(str(uuid7()))
    async with AsyncSession(engine) as session:
        number = f"{template['number'][:16]}{secrets.randbelow(10**12):012}{template['number'][-2:]}"
        session.add(PetitionRow(**template | {"id": id_, "number": number}))
        await session.commit()
    return {"id": str(id_)}
