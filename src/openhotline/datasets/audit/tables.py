"""The tables that an audit writes. None has a column for a picture, a thumbnail or a caption."""

from __future__ import annotations

import pyarrow as pa

HITS = pa.schema(
    [
        ("shard", pa.string()),
        ("key", pa.string()),
        ("size", pa.int64()),
        ("md5", pa.string()),
        ("sha1", pa.string()),
        ("sha256", pa.string()),
        ("pdq", pa.string()),
        ("pdq_quality", pa.int16()),
        ("matched", pa.string()),  # md5, sha1, sha256, pdq, url or domain
        ("distance", pa.int16()),
        ("threshold", pa.int16()),
        ("variant", pa.string()),
        ("confirmed", pa.bool_()),
        ("list", pa.string()),
        ("edition", pa.string()),
        ("entry_line", pa.int64()),
        ("entry_reference", pa.string()),
        ("entry_quality", pa.int16()),
        ("ai", pa.string()),
        ("tags", pa.list_(pa.string())),
        ("grades", pa.string()),  # JSON, as the list states them
    ]
)

ERRORS = pa.schema(
    [("shard", pa.string()), ("key", pa.string()), ("kind", pa.string()), ("words", pa.string())]
)

FINGERPRINTS = pa.schema(
    [
        ("shard", pa.dictionary(pa.int32(), pa.string())),
        ("key", pa.string()),
        ("state", pa.uint8()),  # bulk.record.State
        ("size", pa.int64()),
        ("md5", pa.binary(16)),
        ("sha1", pa.binary(20)),
        ("sha256", pa.binary(32)),
        ("pdq", pa.binary(32)),
        ("pdq_quality", pa.int16()),
        ("pdq_mode", pa.uint8()),  # bulk.record.Mode
    ]
)
"""A row a member, in the order of the shards; what is not known is null."""

SHARDS = pa.schema(
    [
        ("shard", pa.string()),
        ("bytes", pa.int64()),
        ("seen", pa.int64()),
        ("hashed", pa.int64()),
        ("too_poor", pa.int64()),  # of those hashed: quality below what the lists are matched from
        ("unreadable", pa.int64()),
        ("other", pa.int64()),
        ("labels", pa.int64()),
        ("unread", pa.int64()),
        ("stated", pa.int64()),
        ("addresses", pa.int64()),
        ("hit_members", pa.int64()),
        ("hits", pa.int64()),
        ("errors", pa.int64()),
        ("digest", pa.string()),  # SHA-256 over the shard's members, see audit.digest
        ("seconds", pa.float64()),
        ("claims", pa.map_(pa.string(), pa.int64())),  # pictures by claim, where a census was asked for
    ]
)
