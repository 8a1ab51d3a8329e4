"""Whoever looks for what should be gone sees what is there, in whatever form it lies."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from deploy.search import Hit, Needles, Wanted, Whole, distinctive, in_files, names

from deploy import search

NAME = "陈小明住东风路"


@pytest.mark.parametrize(
    "written",
    [
        NAME.encode(),
        json.dumps({"a": NAME}).encode(),
        json.dumps({"a": NAME}, ensure_ascii=False).encode(),
        NAME.encode().hex().encode(),
        f"GET /x?q={quote(NAME)}".encode(),
    ],
    ids=["as it is", "escaped JSON", "JSON", "hexadecimal", "an address"],
)
def test_a_text_is_found_in_every_form(written: bytes) -> None:
    assert Needles(["something else", NAME]).found_in(b"\x00..." + written + b"...\xff") == {1}


def test_bytes_are_found_raw_and_in_hexadecimal() -> None:
    key = bytes(range(60))
    needles = Needles([key])
    assert needles.found_in(b"." + key) == needles.found_in(b"\\x" + key.hex().encode()) == {0}
    assert needles.found_in(key[:-1]) == set()


@pytest.mark.parametrize(
    "written",
    [
        b'{"author":"\xe6\x9d\x8e\xe6\x98\x8e"}',
        json.dumps({"author": "李明"}).encode(),
        json.dumps({"body": json.dumps({"author": "李明"})}).encode(),
        json.dumps({"body": json.dumps({"author": "李明"}, ensure_ascii=False)}, ensure_ascii=False).encode(),
        "\\x" + '{"author":"李明"}'.encode().hex(),
        "\t7\t李明\t",
        f"GET /x?author={quote('李明')} HTTP/1.1",
        b"\x00\x0f\xe6\x9d\x8e\xe6\x98\x8e\x2b",
    ],
    ids=["JSON", "escaped", "in JSON", "in JSON, as it is", "bytea", "a row", "an address", "a database's file"],
)  # fmt: skip
def test_a_short_name_is_found_where_it_is_all_of_a_value(written: str | bytes) -> None:
    needles = Needles(names("李明"))
    assert needles.found_in(written if isinstance(written, bytes) else written.encode()) == {0}


def test_a_short_name_is_not_found_in_the_midst_of_others() -> None:
    assert Needles(names("李明")).found_in('{"author":"李明珠"}\t李明珠\t=李明珠&'.encode()) == set()
    assert len(Needles(names("李"))) == 0


def test_a_text_that_lies_across_two_parts_of_a_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "CHUNK", 32)
    left_out = tmp_path / "cache"
    left_out.mkdir()
    (left_out / "here-too").write_bytes(NAME.encode())
    for at in range(64):
        (tmp_path / f"{at:02}.log").write_bytes(b"." * at + NAME.encode() + b"." * 40)
    (tmp_path / "empty").touch()
    hits, files, size = in_files([tmp_path], Needles([NAME]), besides=[left_out])
    assert hits == [Hit(str(tmp_path / f"{at:02}.log"), 0) for at in range(64)]
    assert (files, size) == (65, sum(at + len(NAME.encode()) + 40 for at in range(64)))


def test_a_text_behind_a_hole_is_found_and_the_hole_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "index").open("wb") as file:
        file.write(b"before")
        file.seek(50_000_000)
        file.write(NAME.encode())
        file.truncate(100_000_000)
    hits, _, size = in_files([tmp_path], Needles([NAME]))
    assert [hit.number for hit in hits] == [0]
    assert size < 1_000_000


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("一行足够长的话", ["一行足够长的话"]),
        ("第一行足够长\n第二行也足够长", ["第一行足够长\n第二行也足够长", "第一行足够长", "第二行也足够长"]),
        (json.dumps({"name": "陈小明和张大同", "place": ["东风路三号院"]}), ["陈小明和张大同", "东风路三号院"]),
        (json.dumps({"mobile": "13800000000", "permit": "C12345678"}), ["13800000000", "C12345678"]),
        (json.dumps({"destination": "hong-kong-and-macao", "day": "2026-11-05", "yes": True, "city": "440300"}), []),
        (json.dumps({"name": "李明", "sex": "男", "reason": "探亲"}), [Whole("李明"), Whole("探亲")]),
        ("短", []),
        ("李明", []),
    ],
)
def test_only_what_says_something_of_a_person_is_looked_for(text: str, parts: list[Wanted]) -> None:
    assert list(dict.fromkeys(distinctive(text))) == parts
