"""Bases of what comes in and what leaves over HTTP."""

from typing import Final

from pydantic import BaseModel, ConfigDict

VISIBLE: Final = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"
"""A text of nothing but spaces is no text, and PostgreSQL has none with a NUL."""


class Body(BaseModel):
    """Base of all request bodies: unknown fields are refused, so that a typing error isn't lost in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class View(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(frozen=True)
