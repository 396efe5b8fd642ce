"""Reading a result that ``openhotline examine --json`` wrote, to compare a new one with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from openhotline.errors import BadInput

LARGEST = 1 << 30  # bytes; an entry has some kilobytes

_FORM = BadInput(
    "The saved result is not of the form that examine --json writes. Name the file that it wrote."
)


def read_result(path: Path) -> dict[str, dict[str, Any]]:
    """Return the entries of a saved result by the paths of their files, in their order."""
    try:
        if path.stat().st_size > LARGEST:
            raise _FORM
        read = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise _FORM from None
    if not isinstance(read, list) or not all(_is_entry(entry) for entry in read):
        raise _FORM
    return {entry["file"]: entry for entry in read}


def _is_entry(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("file"), str)
        and {"evidence", "contradictions"} <= set(entry)
    )
