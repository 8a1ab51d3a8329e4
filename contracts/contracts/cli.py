"""The command ``contracts``: check the folder, generate what follows from it, release the schemas."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from contracts import asyncapi, generate, release
from contracts.codec import Codec, ContractViolation, Undecodable
from contracts.pages import site
from contracts.registry import RESTRICTED, BrokenContracts, Registry, default_directory
from contracts.tenants import load_tenants

EVENTS_MODULE = Path(__file__).with_name("events.py")
OK, FAILED = 0, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit status: 0 if all is well, 1 if something isn't (said on standard error)."""
    chosen = _parser().parse_args(arguments)
    directory: Path = chosen.directory or default_directory()
    try:
        if chosen.command == "generate":
            return _generate(directory, only_check=chosen.check)
        if chosen.command == "asyncapi":
            (directory / asyncapi.FILE).write_text(asyncapi.text(Registry.load(directory)), "utf-8")
            return OK
        if chosen.command == "pages":
            return _pages(directory, chosen.folder)
        if chosen.command == "release":
            return _release(directory)
        return _check(directory)
    except (BrokenContracts, generate.Ungeneratable) as error:
        return _failed([str(error)])


def check(directory: Path) -> Iterator[str]:
    """Yield a sentence for everything wrong in the folder.

    Raises:
        BrokenContracts: It can't be read at all.
    """
    registry = Registry.load(directory)
    load_tenants(directory)
    codec = Codec(registry)
    for event in registry.types.values():
        if not event.examples:
            yield f"{event.type}: has no example"
        for name in event.examples:
            try:
                example = codec.decode(registry.example(name))
                codec.encode(example)
            except (Undecodable, ContractViolation) as error:
                yield f"examples/{name}: {error}"
                continue
            if example["type"] != event.type:
                yield f"examples/{name}: is a {example['type']}, but {event.topic} lists it under {event.type}"
    yield from _too_open(registry)
    used = {event.schema for event in registry.types.values()} | {"envelope.v1.schema.json"}
    yield from _unused(directory / "events", used)
    yield from _unused(directory / "examples", {name for event in registry.types.values() for name in event.examples})
    yield from release.problems(directory)
    published = directory / asyncapi.FILE
    if not published.is_file() or published.read_text("utf-8") != asyncapi.text(registry):
        yield f"{asyncapi.FILE}: isn't what the contracts say; run `contracts asyncapi`"


def _too_open(registry: Registry) -> Iterator[str]:
    """Find what of a restricted topic somebody could read who shouldn't: in clear, or with keys that they hold."""
    for topic in registry.topics.values():
        if topic.audience != RESTRICTED:
            continue
        for event in topic.events:
            if event.masked:
                yield f"{event.type}: {', '.join(event.masked)} would be in clear on a restricted topic"
        for reader in topic.readers:
            written = registry.written_by(reader) if reader != topic.writer else ()
            if any(event.personal for each in written for event in each.events):
                yield f"{topic.name}: is restricted, and {reader}, which reads it, holds the keys of persons"


def _unused(folder: Path, used: set[str]) -> Iterator[str]:
    for path in sorted(folder.glob("*.json")):
        if path.name not in used:
            yield f"{folder.name}/{path.name}: no topic names it"


def _check(directory: Path) -> int:
    if found := list(check(directory)):
        return _failed(found)
    registry = Registry.load(directory)
    print(f"{len(registry.topics)} topics, {len(registry.types)} event types: all in order")
    if waiting := release.waiting(directory):
        print(f"not released yet in their present form: {', '.join(waiting)}")
    return OK


def _generate(directory: Path, *, only_check: bool) -> int:
    source = generate.generate(Registry.load(directory))
    if not only_check:
        EVENTS_MODULE.write_text(source, "utf-8")
        return OK
    if EVENTS_MODULE.read_text("utf-8") != source:
        return _failed([f"{EVENTS_MODULE.name}: isn't what the schemas say; run `contracts generate`"])
    return OK


def _pages(directory: Path, folder: Path) -> int:
    site.write(folder, directory)
    print(folder / site.HOME)
    return OK


def _release(directory: Path) -> int:
    found = list(check(directory))
    if found:
        return _failed(found)
    added = release.release(directory)
    print("\n".join(added) if added else "every schema is released in its present form")
    return OK


def _failed(sentences: Sequence[str]) -> int:
    print("\n".join(sentences), file=sys.stderr)
    return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="contracts", description="Topics, events and schemas of the suite.")
    parser.add_argument(
        "--directory", type=Path, help="folder of contracts (default: CONTRACTS_DIR, else the one of this package)"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser(
        "check",
        help="is every page, schema and example in order, and compatible with all that was released?",
    )
    generating = commands.add_parser("generate", help="write contracts/events.py from the schemas")
    generating.add_argument("--check", action="store_true", help="write nothing; exit with 1 if it would change")
    commands.add_parser("asyncapi", help=f"write {asyncapi.FILE}, all of it as one AsyncAPI document")
    pages = commands.add_parser("pages", help="write the pages for reading, and the documents that they show")
    pages.add_argument("folder", type=Path)
    commands.add_parser("release", help="add changed schemas and new problem types to released/ (append-only)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
