"""What stands beside pictures: captions and classes, which are counted and not looked at."""

from __future__ import annotations

from openhotline.media import sniff

_endings_of_labels = "txt text transcript caption captions cls cls2 class count index inx id json jsn jsonl"

LABELS = frozenset(_endings_of_labels.split())
"""Endings that the webdataset library decodes to text, numbers or JSON (its ``autodecode`` module, version 1.0), with
``jsonl``, ``caption`` and ``captions``. Arrays and pickles may hold pixels and are no labels."""


def is_label(key: str, untrusted_bytes: bytes | None) -> bool:
    """Tell a label by its name, unless it begins as a picture does: nobody hides one behind an ending.

    Without bytes it was too large to be held, and no label is.
    """
    if key.rpartition(".")[2].lower() not in LABELS or untrusted_bytes is None:
        return False
    return sniff(untrusted_bytes) is None
