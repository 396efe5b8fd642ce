"""What an audit says of a data set, after its signature and every file of it were checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from openhotline.chain.checkpoint import PublicKey
from openhotline.datasets.audit.finishing import SHARDS_FILE
from openhotline.datasets.cleaning.sources import Planned
from openhotline.datasets.inputs.shard import Reading, Shard
from openhotline.datasets.sealed.sealing import Sealed, verify_sealed
from openhotline.datasets.sealed.signing import AUDIT
from openhotline.errors import BadInput, Conflict, Refused

FAILED = "The audit could not look at every shard. Run it again until none fails, and then clean."
OTHER_FILES = (
    "The data set does not have the files that the audit looked at, or not in that order. "
    "Run the audit again, and clean by the new one."
)


OTHER_VERSION = (
    "The audit was made by another version, or again from fingerprints. Audit the data set itself."
)


@dataclass(frozen=True)
class Audited:
    """``folder`` is the audit's, ``sealed`` its summary."""

    folder: Path
    sealed: Sealed

    @property
    def summary(self) -> Mapping[str, Any]:
        """Return what was signed."""
        return self.sealed.summary

    def reading(self, store: Mapping[str, Any]) -> Reading:
        """Return how the audit read tables. Where the object store is stands in no summary, and is to be said again."""
        try:
            return Reading(**{**self.summary["asked"]["reading"], "store": dict(store)})
        except (KeyError, TypeError):
            raise BadInput(OTHER_VERSION) from None

    @property
    def min_quality(self) -> int:
        """Return the least quality of a PDQ hash that was compared."""
        return int(self.summary["asked"]["rule"]["min_quality"])

    @property
    def fetched(self) -> bool:
        """Say whether pictures were fetched that the data set only names."""
        return bool(self.summary["asked"].get("fetch"))

    @property
    def size(self) -> int:
        """Return the bytes of the data set."""
        return int(self.summary["counts"].get("bytes", 0))

    def planned(self, plan: Iterable[Shard]) -> Iterator[Planned]:
        """Put the audit's digests beside the shards of a plan, which must be the same ones; else raise Conflict."""
        for shard, row in zip_longest(plan, self._shards()):
            if shard is None or row is None or shard.name != row[0]:
                raise Conflict(OTHER_FILES, details=shard.name if shard else str(row))
            yield Planned(shard, row[1])

    def _shards(self) -> Iterator[tuple[str, str]]:
        with pq.ParquetFile(self.folder / SHARDS_FILE) as file:
            for batch in file.iter_batches(columns=["shard", "digest"]):
                yield from zip(batch["shard"].to_pylist(), batch["digest"].to_pylist(), strict=True)


def read_audit(folder: Path, keys: Iterable[PublicKey] = ()) -> Audited:
    """Verify an audit, by its own key where no other is named. Raises what ``verify_sealed`` does, or Refused."""
    sealed = verify_sealed(folder, keys, what=AUDIT)
    if sealed.summary["counts"].get("failed_shards"):
        raise Refused(FAILED)
    return Audited(folder, sealed)
