"""Merkle trees as RFC 6962 defines them, kept as a frontier so that a database row can hold one.

A tree over ``n`` leaves is remembered by the roots of its perfect subtrees, largest first: one 32-byte hash for each
bit set in ``n`` (a *compact range*). Appending needs nothing else: a log of a billion records costs at most 30 hashes.

Why not ``pymerkle`` 7: its tree owns its storage, synchronously, leaf by leaf, and computes a root by reading leaves
back through a lock and a cache; it can neither persist a frontier nor append inside somebody else's (asynchronous)
transaction. Proofs here ask for the root of a range of leaves instead, whoever stores them.

Source: RFC 6962, section 2.1; verification of proofs: RFC 9162, sections 2.1.3.2 and 2.1.4.2.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()

RangeRoot = Callable[[int, int], bytes]
"""The root over the leaves ``[start, end)``, ``end - start >= 1``."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf: ``SHA-256(0x00 || data)``."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: ``SHA-256(0x01 || left || right)``."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: all that is needed to append to it and to know its root.

    Args:
        size: Number of leaves so far.
        state: What :meth:`to_bytes` gave for that size.

    Raises:
        ValueError: the state doesn't fit the size.
    """

    __slots__ = ("_peaks", "size")

    def __init__(self, size: int = 0, state: bytes = b"") -> None:
        if size < 0 or len(state) != HASH_BYTES * size.bit_count():
            raise ValueError(f"a frontier of {len(state)} bytes can't belong to a tree of {size} leaves")
        self.size = size
        self._peaks = [state[at : at + HASH_BYTES] for at in range(0, len(state), HASH_BYTES)]

    def append(self, leaf: bytes) -> None:
        """Add one leaf, given its leaf hash."""
        peaks = self._peaks
        size = self.size
        while size & 1:
            leaf = sha256(b"\x01" + peaks.pop() + leaf).digest()
            size >>= 1
        peaks.append(leaf)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaves in order, given their leaf hashes."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """The tree's root (RFC 6962: MTH)."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root

    def to_bytes(self) -> bytes:
        """The peaks, largest subtree first, 32 bytes each."""
        return b"".join(self._peaks)

    def copy(self) -> "Frontier":
        """An independent frontier of the same tree."""
        return Frontier(self.size, self.to_bytes())


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes, in O(log n) memory."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


def inclusion_proof(index: int, size: int, range_root: RangeRoot) -> list[bytes]:
    """The audit path from leaf ``index`` to the root of the first ``size`` leaves (RFC 6962: PATH).

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(range_root(middle, end))
            end = middle
        else:
            path.append(range_root(start, middle))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, range_root: RangeRoot) -> list[bytes]:
    """The proof that the tree of ``new`` leaves only appended to that of ``old`` (RFC 6962: PROOF).

    Raises:
        ValueError: ``old`` isn't between 1 and ``new``.
    """
    if not 1 <= old <= new:
        raise ValueError(f"no consistency proof from {old} to {new} leaves")
    path: list[bytes] = []
    start, end, known = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(range_root(middle, end))
            end = middle
        else:
            path.append(range_root(start, middle))
            start, known = middle, False
    if not known:
        path.append(range_root(start, end))
    return path[::-1]


def includes(leaf: bytes, index: int, size: int, proof: Iterable[bytes], root: bytes) -> bool:
    """Whether ``proof`` shows that the leaf hash ``leaf`` is number ``index`` of the ``size`` leaves under ``root``."""
    if not 0 <= index < size:
        return False
    at, last, computed = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            computed = node_hash(step, computed)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            computed = node_hash(computed, step)
        at, last = at >> 1, last >> 1
    return last == 0 and computed == root


def extends(old: int, new: int, old_root: bytes, new_root: bytes, proof: Iterable[bytes]) -> bool:
    """Whether ``proof`` shows that the tree under ``new_root`` begins with the leaves under ``old_root``."""
    path = list(proof)
    if not 1 <= old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old_computed = new_computed = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old_computed, new_computed = node_hash(step, old_computed), node_hash(step, new_computed)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new_computed = node_hash(new_computed, step)
        at, last = at >> 1, last >> 1
    return last == 0 and old_computed == old_root and new_computed == new_root


def _split(width: int) -> int:
    """The largest power of two smaller than ``width`` (``width > 1``)."""
    return 1 << ((width - 1).bit_length() - 1)
