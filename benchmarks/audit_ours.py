"""The product's side of the comparisons: ``openhotline audit`` as anybody runs it, in processes of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.audit_collections import PROCESSES
from benchmarks.audit_processes import Run, run

ENDINGS = (0, 1, 4)
"""Exit codes of an audit that ran to its end: nothing, hits, and something that could not be read."""


@dataclass(frozen=True)
class Done:
    """A finished audit: what it cost, and the folder that it wrote."""

    run: Run
    out: Path

    @property
    def pictures(self) -> int:
        """How many members were hashed."""
        return int(sum(self._column("shards", "hashed")))

    @property
    def errors(self) -> int:
        """How many rows of what could not be read there are."""
        return len(self._column("errors", "key"))

    @property
    def found(self) -> list[str]:
        """The keys of members that are on the list."""
        return sorted(set(self._column("hits", "key")))

    def hits(self) -> Iterator[dict[str, Any]]:
        """Yield a row for each hit."""
        import pyarrow.parquet as pq

        for batch in pq.ParquetFile(self.out / "hits.parquet").iter_batches():
            yield from batch.to_pylist()

    def _column(self, table: str, name: str) -> list[Any]:
        import pyarrow.parquet as pq

        column: list[Any] = pq.read_table(self.out / f"{table}.parquet", columns=[name])[name].to_pylist()
        return column


def audit(folder: Path, known: Path, out: Path, *more: object) -> Done:
    """Audit a folder with a list, or with one that was prepared; ``more`` are further options of the command."""
    command = [
        "openhotline",
        "audit",
        folder,
        "--list",
        known,
        "--out",
        out,
        "--workers",
        PROCESSES,
        "--json",
    ]
    kept = {"XDG_DATA_HOME": str(out.parent)}  # where the command makes its signing key
    return Done(run(*command, *more, endings=ENDINGS, environment=kept), out)
