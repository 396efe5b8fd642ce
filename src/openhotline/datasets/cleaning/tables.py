"""The tables that a cleaning writes: what was removed and why, and which files stand there now."""

from __future__ import annotations

import pyarrow as pa

HIT, NEAR_DUPLICATE, UNREADABLE, SAME_SAMPLE = "hit", "near_duplicate", "unreadable", "same_sample"
WHY = (HIT, NEAR_DUPLICATE, UNREADABLE, SAME_SAMPLE)
"""Why a member is not there any more: on a list; near one that is; not to be decoded or read; beside one removed."""

REMOVED = pa.schema(
    [
        ("shard", pa.string()),
        ("key", pa.string()),
        ("sha256", pa.string()),
        ("why", pa.string()),
        ("list", pa.string()),
        ("edition", pa.string()),
    ]
)
"""A row for a removed member and each list edition that it is on; ``list`` is null for what is on none."""

WRITTEN = pa.schema(
    [
        ("file", pa.string()),  # below the folder of the data, with /
        ("sha256", pa.string()),
        ("size", pa.int64()),
        ("kept", pa.int64()),  # members
        ("removed", pa.int64()),
        ("rewritten", pa.bool_()),  # False: a copy, byte for byte
    ]
)
"""A row for every file of the cleaned data set, in the order of the plan."""
