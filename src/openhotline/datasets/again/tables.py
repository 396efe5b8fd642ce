"""The tables that come of stored fingerprints alone, beside those of ``tables``."""

from __future__ import annotations

import pyarrow as pa

NEAR = pa.schema(
    [
        ("shard", pa.string()),
        ("key", pa.string()),
        ("sha256", pa.string()),
        ("pdq", pa.string()),  # as it is stored, made of a scaled decode
        ("pdq_quality", pa.int16()),
        ("list", pa.string()),
        ("edition", pa.string()),
        ("distance", pa.int16()),  # to the nearest entry, in bits
        ("threshold", pa.int16()),
    ]
)
"""Members that only their pictures can decide: look at them again."""

PAIRS = pa.schema(
    [
        ("a_shard", pa.string()),
        ("a_key", pa.string()),
        ("b_shard", pa.string()),
        ("b_key", pa.string()),
        ("matched", pa.string()),  # sha256 or pdq
        ("distance", pa.int16()),
        ("sha256", pa.string()),  # where the two are the same
    ]
)
"""A member of one data set and one of another that are the same, or lie near each other."""
