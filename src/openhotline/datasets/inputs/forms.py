"""Which files hold members of their own, told by their names, and how large one may be before it is cut."""

from __future__ import annotations

FOLDER, TAR, ZIP, PARQUET, ARROW = "folder", "tar", "zip", "parquet", "arrow"

TABLES = (PARQUET, ARROW)

LARGE = 2**30
"""Bytes. A larger file is cut into parts, so that several processes share it and little is lost with one."""

PART = 2**28
"""Bytes that a part has at least, except the last."""

_forms = {
    ".tar": TAR,
    ".tar.gz": TAR,
    ".tgz": TAR,
    ".tar.bz2": TAR,
    ".tbz2": TAR,
    ".tar.xz": TAR,
    ".txz": TAR,
    ".tar.zst": TAR,
    ".zip": ZIP,
    ".parquet": PARQUET,
    ".arrow": ARROW,
    ".feather": ARROW,
}
_endings = tuple(_forms)


def form_of(name: str) -> str:
    """Return the form of a file that holds members, or ``folder`` for a file that is a member itself."""
    lowered = name.lower()
    if not lowered.endswith(_endings):
        return FOLDER
    return next(form for ending, form in _forms.items() if lowered.endswith(ending))
