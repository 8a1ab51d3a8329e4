"""The bare services that ours are compared with: FastAPI, SQLModel, one statement. Nothing that a promise needs."""

import os
import secrets
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from fastapi import FastAPI, HTTPException
from query.tables import Colour
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import Field, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession
from uuid_utils import uuid7

from benchmarks.intake import INTAKES


def intake() -> FastAPI:
    """Insert into a service's own table, with its indexes, a row of the same bytes as its own."""
    chosen = INTAKES[os.environ["BARE_INTAKE"]]
    engine = create_async_engine(os.environ["BARE_DATABASE_URL"], pool_size=10, max_overflow=0)
    template: dict[str, Any] = {}

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:  # noqa: ARG001
        """Take the bytes of a row from what the service wrote."""
        async with AsyncSession(engine) as session:
            template.update((await session.exec(select(chosen.row).limit(1))).one().model_dump())
        yield
        await engine.dispose()

    async def submit(body: Any) -> dict[str, str]:  # noqa: ARG001
        """Insert a row and commit."""
        id_ = uuid.UUID(str(uuid7()))
        async with AsyncSession(engine) as session:
            number = f"{template['number'][:16]}{secrets.randbelow(10**12):012}{template['number'][-2:]}"
            session.add(chosen.row(**template | {"id": id_, "number": number}))
            await session.commit()
        return {"id": str(id_)}

    submit.__annotations__["body"] = chosen.body  # validated like the service's
    app = FastAPI(lifespan=lifespan)
    app.post(chosen.path, status_code=201)(submit)
    return app


class MatterRow(SQLModel, table=True):
    """A matter as it lies in the read model."""

    __tablename__ = "matters"
    __table_args__ = {"schema": Colour.BLUE.value}

    id: uuid.UUID = Field(primary_key=True)
    kind: str
    tenant: str
    number: str | None
    owner: str | None
    item: str | None
    opened_at: datetime | None
    due_at: datetime | None
    updated_at: datetime
    own_subject: str
    own_sequence: int
    own_stage: str | None
    review_subject: str
    review_sequence: int
    review_stage: str | None


def progress() -> FastAPI:
    """Answer with a matter's row, by its primary key."""
    engine = create_async_engine(os.environ["BARE_DATABASE_URL"], pool_size=10, max_overflow=0)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:  # noqa: ARG001
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)

    @app.get("/v1/matters/{id_}")
    async def show(id_: uuid.UUID) -> MatterRow:
        async with AsyncSession(engine) as session:
            row = await session.get(MatterRow, id_)
        if row is None:
            raise HTTPException(404)
        return row

    return app
