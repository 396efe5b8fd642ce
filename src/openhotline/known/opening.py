"""Opening a folder that can be asked as it is."""

from __future__ import annotations

from pathlib import Path

from openhotline.errors import BadInput, NotFound, NotInitialised
from openhotline.known.lists import BareIndex, Known, PreparedList
from openhotline.known.preparing import ROWS


def open_list(folder: Path, *, name: str, verify: bool = True) -> Known:
    """Open a prepared list, after reading every byte of it once, or the directory of an index as it is.

    Without ``verify`` a prepared list is mapped and not read: for one of many processes, after another verified it.
    """
    if (folder / ROWS).is_file():
        found = PreparedList(folder, name=name)
        if verify:
            found.verify()
        return found
    try:
        return BareIndex(folder, name=name)
    except (NotFound, NotInitialised):
        raise BadInput(
            "This folder is neither a prepared list nor an index. Name the list file in it.",
            details=str(folder),
        ) from None
