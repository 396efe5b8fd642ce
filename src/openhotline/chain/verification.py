"""Walk the chain and name the first line that does not fit.

The walk proves, for each line in turn:

1. its number is the next one (nothing removed, inserted, repeated or moved);
2. its ``previous`` is the digest of the line before (it was written for this place);
3. its digest is that of its contents (nothing in it was altered);
4. a checkpoint for it, if there is one, names the same digest and is signed by a known key.

Afterwards no checkpoint is left over: one that vouches for a line beyond the end proves that lines were cut
off. Memory does not grow with the number of lines.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openhotline.chain.checkpoint import Checkpoint, PublicKey, keyring, signature_holds
from openhotline.chain.line import FIRST, GENESIS, Line, body
from openhotline.errors import BadInput, ChainBroken


@dataclass(frozen=True, slots=True)
class Verified:
    """A whole chain. ``signed_to`` is the last line a checkpoint vouches for (0: none)."""

    lines: int
    head: str
    checkpoints: int
    signed_to: int = 0
    key_ids: tuple[str, ...] = ()


def verify(
    lines: Iterable[Line],
    *,
    previous: str = GENESIS,
    checkpoints: Iterable[Checkpoint] = (),
    public_key: PublicKey | Iterable[PublicKey] | None = None,
) -> Verified:
    """Walk ``lines`` in the order given; raise ChainBroken at the first that does not fit.

    With another ``previous`` than GENESIS the walk begins at whatever line comes first. Without a
    ``public_key`` checkpoints are compared but their signatures are not; with one or several, every
    checkpoint must be signed by one of them.
    """
    due: dict[int, list[Checkpoint]] = defaultdict(list)
    for checkpoint in checkpoints:
        due[checkpoint.sequence].append(checkpoint)
    walk = Walk(previous=previous, keys=None if public_key is None else keyring(public_key))
    for line in lines:
        walk.take_line(line, _hashed(line, walk))
        for checkpoint in due.pop(line.sequence, ()):
            walk.take_checkpoint(checkpoint)
    # Only what lies beyond the end is missing; lines before the part that was walked were not handed in.
    for sequence in sorted(sequence for sequence in due if sequence > walk.sequence):
        walk.take_checkpoint(due[sequence][0])
    return walk.result()


class Walk:
    """The state of one pass: the number and digest of the last line that fitted."""

    def __init__(self, *, previous: str = GENESIS, keys: Mapping[str, PublicKey] | None) -> None:
        self.sequence = FIRST - 1
        self._head = previous
        self._lines = 0
        self._from_the_beginning = previous == GENESIS
        self._keys = keys
        self._checkpoints = 0
        self._signed_to = 0
        self._key_ids: dict[str, None] = {}

    def take_line(self, line: Line, hashed: bytes) -> None:
        """Accept the next line, whose canonical body is ``hashed``. Steps 1 to 3."""
        if not self._lines and not self._from_the_beginning:
            self.sequence = line.sequence - 1
        expected = self.sequence + 1
        if line.sequence != expected:
            raise broken(expected, f"it is missing or out of order: line {line.sequence} stands in its place")
        if line.previous != self._head:
            raise broken(expected, "it was not written to follow the line before it")
        if hashlib.sha256(hashed).hexdigest() != line.digest:
            raise broken(expected, "its contents were altered: they do not give the digest beside them")
        self.sequence, self._head = expected, line.digest
        self._lines += 1

    def take_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Accept a checkpoint for the last line. Step 4."""
        self._check_signature(checkpoint)
        if checkpoint.sequence > self.sequence:
            missing = f"it is missing: a checkpoint vouches for {checkpoint.sequence} lines"
            raise broken(self.sequence + 1, missing)
        if checkpoint.sequence < self.sequence:
            raise broken(checkpoint.sequence, "its checkpoint does not stand where it belongs")
        if checkpoint.digest != self._head:
            raise broken(self.sequence, f"its checkpoint vouches for another digest{self._since()}")
        self._checkpoints += 1
        self._signed_to = checkpoint.sequence
        self._key_ids[checkpoint.key_id] = None

    def result(self) -> Verified:
        """Return what was walked."""
        return Verified(self._lines, self._head, self._checkpoints, self._signed_to, tuple(self._key_ids))

    def _check_signature(self, checkpoint: Checkpoint) -> None:
        if self._keys is None:
            return
        key = self._keys.get(checkpoint.key_id)
        if key is None:
            raise broken(checkpoint.sequence, f"its checkpoint is signed by no known key{self._since()}")
        if not signature_holds(checkpoint, key):
            raise broken(checkpoint.sequence, f"the signature of its checkpoint does not hold{self._since()}")

    def _since(self) -> str:
        return f" (lines up to {self._signed_to} are vouched for)" if self._signed_to else ""


def broken(sequence: int, why: str) -> ChainBroken:
    """Return the error for line ``sequence``."""
    return ChainBroken(
        f"The ledger is broken at line {sequence}: {why}. "
        "Keep this copy unchanged and compare it with an earlier one.",
        sequence=sequence,
    )


def _hashed(line: Line, walk: Walk) -> bytes:
    try:
        return body(line)
    except (BadInput, TypeError, ValueError):
        # A row read back from a damaged database may hold what was never a ledger line.
        raise broken(walk.sequence + 1, "its contents are of a kind that no ledger line holds") from None
