"""The audit of a chain of checkpoints: signatures, numbers, predecessors, and heads that only ever grow."""

from collections.abc import Iterable, Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from intel_sink.checkpoints import SignedCheckpoint, is_authentic
from intel_sink.domain import FIRST, Head
from intel_sink.findings import Findings, Kind


class ChainAudit:
    """Reads checkpoints in order and gives the heads that are worth comparing.

    Args:
        public: The key that must have signed.
        source: Where they come from, for the findings.
        findings: Where to report.
    """

    def __init__(self, public: Ed25519PublicKey, source: str, findings: Findings) -> None:
        self.count = 0
        self._public = public
        self._source = source
        self._findings = findings
        self._last: SignedCheckpoint | None = None
        self._heads: dict[tuple[str, int], Head] = {}

    def heads(self, checkpoints: Iterable[SignedCheckpoint]) -> Iterator[tuple[SignedCheckpoint, list[Head]]]:
        """Check each checkpoint; give those that are authentic, each with the heads that changed since the last."""
        for checkpoint in checkpoints:
            self.count += 1
            if not is_authentic(checkpoint, self._public):
                self._report(checkpoint, "the signature isn't the signing key's")
                continue
            last = self._last
            expected = (last.ordinal + 1, last.digest) if last else (1, FIRST)
            if (checkpoint.ordinal, checkpoint.previous) != expected:
                after = f"checkpoint {last.ordinal}" if last else "the beginning"
                self._report(checkpoint, f"doesn't continue {after}")
            self._last = checkpoint
            yield checkpoint, self._changed(checkpoint)

    def _changed(self, checkpoint: SignedCheckpoint) -> list[Head]:
        changed = []
        for head in checkpoint.heads:
            log = (head.topic_uuid, head.partition)
            known = self._heads.get(log)
            if head == known:
                continue
            if known is not None and head.size <= known.size:
                self._report(checkpoint, f"{head.topic}/{head.partition} shrank from {known.size} to {head.size}")
            self._heads[log] = head
            changed.append(head)
        return changed

    def _report(self, checkpoint: SignedCheckpoint, what: str) -> None:
        self._findings.add(Kind.CHECKPOINT, f"checkpoint {checkpoint.ordinal} ({self._source}): {what}")
