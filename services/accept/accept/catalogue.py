"""The catalogue of service items (事项): one file an item in ``service_items``, read and checked once, at start.

What several items share is written once: fields of forms in ``shared/fields.yaml``, to which a form refers by
``$ref: fields.yaml#/<name>``, and reasons for refusals in ``shared/reasons.yaml``. Here it is put in its place, so that
whoever reads an item over HTTP has all of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

import yaml
from contracts.tenants import PROVINCE, load_tenants
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from accept.forms import PLACE, Form

ITEMS = Path(__file__).parent / "service_items"
FIELDS_REF = "fields.yaml#/"

Slug = Annotated[str, Field(pattern="^[a-z][a-z0-9-]*$", max_length=64)]


class BrokenCatalogue(RuntimeError):
    """The catalogue can't be offered as it is written; the message names the file and what is wrong in it."""


class Branch(StrEnum):
    """Branches of police work that offer items (出入境, 治安, 交管, 消防, 网监, 技防, 户政)."""

    EXIT_ENTRY = "exit-entry"
    PUBLIC_ORDER = "public-order"
    TRAFFIC = "traffic"
    FIRE = "fire"
    NETWORK_SECURITY = "network-security"
    TECHNICAL_PREVENTION = "technical-prevention"
    HOUSEHOLD = "household"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Part):
    """A text in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class TimeLimit(_Part):
    """A time limit of the decision, in working days from acceptance, and where it is laid down."""

    workdays: int = Field(ge=1, le=366)
    source: str = Field(min_length=1, description="依据 · Legal basis")
    verified: bool = Field(description="是否已核对原文 · Whether the primary text was read")


class Fee(_Part):
    """What is to be paid for what, and where it is laid down."""

    what: Words
    yuan: int = Field(ge=0)
    source: str = Field(min_length=1, description="依据 · Legal basis")
    verified: bool = Field(description="是否已核对原文 · Whether the primary text was read")


class Material(_Part):
    """Something to bring or to send."""

    name: Words
    kind: Literal["original", "copy", "photo", "electronic"]
    required: bool = True


class ServiceItem(_Part):
    """A service item as it is offered."""

    slug: Slug
    name: Words
    branch: Branch
    modes: tuple[Literal["consult", "accept", "approve", "warn", "complain", "report"], ...] = Field(
        min_length=1, description="办理方式 · What can be done online"
    )
    legal: TimeLimit = Field(description="法定时限 · Legal time limit")
    promised: TimeLimit = Field(description="承诺时限 · Promised time limit")
    fees: tuple[Fee, ...]
    materials: tuple[Material, ...] = Field(min_length=1)
    offered_in: tuple[str, ...] = Field(min_length=1, description="办理地区代码 · GB/T 2260 codes")
    reasons: Mapping[str, Words] = Field(min_length=1, description="不予受理的理由 · Reasons for not accepting")
    guide: Words
    form: dict[str, Any] = Field(description="申请表（JSON Schema 2020-12）· The application form")
    example: dict[str, Any] = Field(description="填写示例 · A form as filled in")


class Catalogue(Mapping[str, ServiceItem]):
    """All service items by slug, in its order, and their forms ready to check."""

    def __init__(self, items: Sequence[ServiceItem]) -> None:
        self._items = MappingProxyType({item.slug: item for item in sorted(items, key=lambda item: item.slug)})
        self._forms = {item.slug: Form(item.form) for item in items}

    def __getitem__(self, slug: str) -> ServiceItem:
        return self._items[slug]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def form(self, slug: str) -> Form:
        """Give the form of an item.

        Raises:
            KeyError: There is no such item.
        """
        return self._forms[slug]


def load_catalogue(directory: Path = ITEMS) -> Catalogue:
    """Read a folder of service items.

    Raises:
        BrokenCatalogue: See there.
        BrokenContracts: The list of cities can't be read.
    """
    shared = directory / "shared"
    fields, reasons = _read(shared / "fields.yaml"), _read(shared / "reasons.yaml")
    items = [_item(path, fields, reasons) for path in sorted(directory.glob("*.yaml"))]
    if not items:
        raise BrokenCatalogue(f"{directory}: no service item in it")
    return Catalogue(items)


catalogue = cache(load_catalogue)
"""The catalogue of this process, read once, at start."""


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BrokenCatalogue(f"{path.name}: {error}") from error
    if not isinstance(content, dict):
        raise BrokenCatalogue(f"{path.name}: not a list of names and values")
    return content


def _item(path: Path, fields: Mapping[str, Any], reasons: Mapping[str, Any]) -> ServiceItem:
    written = _read(path)
    try:
        item = ServiceItem.model_validate(
            written
            | {
                "offered_in": _tenants(written.get("offered_in")),
                "reasons": {code: reasons[code] for code in written.get("reasons", ())},
                "form": _resolved(written.get("form"), fields),
            }
        )
        faults = list(_faults(item, path.stem))
    except ValidationError as error:
        faults = [f"{'/'.join(map(str, wrong['loc']))}: {wrong['msg']}" for wrong in error.errors()]
    except LookupError as error:
        faults = [f"{error.args[0]} is nowhere defined"]
    except ValueError as error:
        faults = [f"form: {error}"]
    if faults:
        raise BrokenCatalogue(f"{path.name}: " + "; ".join(faults))
    return item


def _tenants(offered_in: Any) -> tuple[str, ...]:
    """Read where an item is offered: ``province``, ``cities``, or a list of codes."""
    known = tuple(load_tenants())
    if offered_in == "province":
        return (PROVINCE,)
    if offered_in == "cities":
        return tuple(code for code in known if code != PROVINCE)
    codes = tuple(offered_in or ())
    for code in codes:
        if code not in known:
            raise LookupError(f"offered_in: {code}")
    return codes


def _resolved(node: Any, fields: Mapping[str, Any]) -> Any:
    """Put shared fields in the place of the references to them; what stands beside a reference goes before."""
    if isinstance(node, list):
        return [_resolved(child, fields) for child in node]
    if not isinstance(node, dict):
        return node
    beside = {name: _resolved(child, fields) for name, child in node.items() if name != "$ref"}
    reference = node.get("$ref")
    if reference is None:
        return beside
    name = str(reference).removeprefix(FIELDS_REF)
    if name not in fields:
        raise LookupError(f"form: {reference}")
    return {**fields[name], **beside}


def _faults(item: ServiceItem, file_name: str) -> Iterator[str]:
    if item.slug != file_name:
        yield "slug: a file is named after its item"
    if item.promised.workdays > item.legal.workdays:
        yield "promised: longer than the legal time limit"
    yield from _lax("form", item.form)
    for error in Form(item.form).errors(item.example):
        yield f"example/{'/'.join(map(str, error.location[len(PLACE) :]))}: {error.reason_en}"


def _lax(place: str, schema: Mapping[str, Any]) -> Iterator[str]:
    """Find what a form must not leave open: unknown fields, texts without end, fields without a bilingual title."""
    match schema.get("type"):
        case "object":
            if schema.get("additionalProperties") is not False:
                yield f"{place}: has to refuse unknown fields"
        case "string":
            if not schema.keys() & {"maxLength", "enum", "const", "format"}:
                yield f"{place}: has to limit the length"
        case "array":
            if "maxItems" not in schema:
                yield f"{place}: has to limit the number"
            yield from _lax(f"{place}/items", schema.get("items", {}))
        case None:
            yield f"{place}: has to name its type"
    for name, field in schema.get("properties", {}).items():
        if " · " not in field.get("title", ""):
            yield f"{place}/{name}: has to have a title, Chinese · English"
        yield from _lax(f"{place}/{name}", field)
