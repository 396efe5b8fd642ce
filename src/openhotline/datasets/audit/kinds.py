"""Kinds of rows in the table of errors that are nobody's but the audit's own."""

from __future__ import annotations

from collections.abc import Mapping

FAILED_SHARD, LOOK_AGAIN, NOT_KEPT = "failed_shard", "look_again", "addresses_not_kept"

WORDS: Mapping[str, str] = {
    FAILED_SHARD: "The shard gave nothing, and nothing is known of its members. Its row says why. Run the audit again.",
    LOOK_AGAIN: "The stored hash is a quick one and lies so near an entry that only the picture decides. "
    "Look at it again.",
    NOT_KEPT: "The list holds addresses, and an audit keeps none of the data set's. Run the audit itself again.",
}

HARMLESS = ("duplicate_key",)
"""Where everything was looked at all the same: such rows alone do not keep an audit from being clean."""
