"""The trees against a naive reading of RFC 6962 and against the vectors of Certificate Transparency."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intel_sink import merkle

INPUTS = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
"""The eight inputs of Certificate Transparency's reference tests, and below their roots by size and proofs."""
LEAVES = [bytes.fromhex(text) for text in INPUTS]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = [
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
]
CONSISTENCY = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


def hashes(data: list[bytes]) -> list[bytes]:
    return [merkle.leaf_hash(item) for item in data]


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if not leaves:
        return merkle.EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return merkle.node_hash(naive_root(leaves[:k]), naive_root(leaves[k:]))


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_subproof(m: int, leaves: list[bytes], *, known: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, section 2.1.2, word for word."""
    if m == len(leaves):
        return [] if known else [naive_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*naive_subproof(m, leaves[:k], known=known), naive_root(leaves[k:])]
    return [*naive_subproof(m - k, leaves[k:], known=False), naive_root(leaves[:k])]


def ranges_of(leaves: list[bytes]) -> merkle.RangeRoot:
    return lambda start, end: merkle.root_of(leaves[start:end])


trees = st.lists(st.binary(max_size=4), min_size=1, max_size=70).map(hashes)


def test_the_roots_of_certificate_transparency_come_out() -> None:
    for size, root in enumerate(ROOTS):
        assert merkle.root_of(hashes(LEAVES[:size])).hex() == root


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_the_audit_paths_of_certificate_transparency_come_out(index: int, size: int, proof: list[str]) -> None:
    leaves = hashes(LEAVES)
    path = merkle.inclusion_proof(index, size, ranges_of(leaves))
    assert [step.hex() for step in path] == proof
    assert merkle.includes(leaves[index], index, size, path, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("old", "new", "proof"), CONSISTENCY)
def test_the_consistency_proofs_of_certificate_transparency_come_out(old: int, new: int, proof: list[str]) -> None:
    path = merkle.consistency_proof(old, new, ranges_of(hashes(LEAVES)))
    assert [step.hex() for step in path] == proof
    assert merkle.extends(old, new, bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new]), path)


@given(trees)
def test_a_frontier_gives_the_root_that_the_definition_gives(leaves: list[bytes]) -> None:
    assert merkle.root_of(leaves) == naive_root(leaves)


@given(trees, st.data())
def test_a_frontier_that_was_written_and_read_back_goes_on_as_if_nothing_happened(
    leaves: list[bytes], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(leaves)))
    before = merkle.Frontier()
    before.extend(leaves[:cut])
    after = merkle.Frontier(before.size, before.to_bytes())
    after.extend(leaves[cut:])
    assert after.root() == naive_root(leaves)
    assert before.root() == naive_root(leaves[:cut])


@given(trees, st.data())
def test_an_audit_path_is_the_definitions_and_proves_its_own_leaf_only(
    leaves: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    size, root = len(leaves), merkle.root_of(leaves)
    path = merkle.inclusion_proof(index, size, ranges_of(leaves))
    assert path == naive_path(index, leaves)
    assert merkle.includes(leaves[index], index, size, path, root)
    assert not merkle.includes(merkle.leaf_hash(b"forged"), index, size, path, root)
    assert not merkle.includes(leaves[index], index, size, [*path, root], root)
    assert not merkle.includes(leaves[index], size, size, path, root)


@given(trees, st.data())
def test_a_consistency_proof_is_the_definitions_and_refuses_a_rewritten_past(
    leaves: list[bytes], data: st.DataObject
) -> None:
    old = data.draw(st.integers(1, len(leaves)))
    new = len(leaves)
    path = merkle.consistency_proof(old, new, ranges_of(leaves))
    assert path == naive_subproof(old, leaves, known=True)
    old_root, new_root = naive_root(leaves[:old]), naive_root(leaves)
    assert merkle.extends(old, new, old_root, new_root, path)
    forged = naive_root([*leaves[: old - 1], merkle.leaf_hash(b"forged")])
    assert not merkle.extends(old, new, forged, new_root, path)
    assert not merkle.extends(old, new, old_root, merkle.leaf_hash(b"forged"), path)


@pytest.mark.parametrize(("size", "state"), [(1, b""), (0, b"x" * 32), (3, b"x" * 32), (-1, b"")])
def test_a_frontier_refuses_a_state_that_does_not_fit_its_size(size: int, state: bytes) -> None:
    with pytest.raises(ValueError, match="can't belong"):
        merkle.Frontier(size, state)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 2)])
def test_there_is_no_audit_path_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        merkle.inclusion_proof(index, size, ranges_of(hashes(LEAVES)))


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3)])
def test_there_is_no_consistency_proof_from_nothing_or_backwards(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="no consistency proof"):
        merkle.consistency_proof(old, new, ranges_of(hashes(LEAVES)))
