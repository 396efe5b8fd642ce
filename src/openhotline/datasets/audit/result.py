"""What one shard gave, on its way from the process that read it to the one that keeps the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa


@dataclass(frozen=True)
class ShardResult:
    """``counts`` are the numbers of :data:`tables.SHARDS` by column; ``failure`` says why the shard gave nothing.

    ``fingerprints`` is None where nobody asked for them; the tables are of the schemas in ``tables``.
    """

    shard: str
    counts: Mapping[str, int]
    digest: str
    seconds: float
    hits: pa.Table
    errors: pa.Table
    fingerprints: pa.Table | None = None
    claims: Mapping[str, int] = field(default_factory=dict)
    failure: str = ""
