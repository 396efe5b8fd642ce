"""Walking a vault and naming everything that is not as it should be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from openhotline.errors import Damaged, NotFound
from openhotline.vault.layout import KINDS, is_in_place
from openhotline.vault.locking import exclusive
from openhotline.vault.reading import named
from openhotline.vault.sealing import Kind, unseal
from openhotline.vault.shelf import Shelf
from openhotline.vault.staging import list_abandoned


class ProblemKind(StrEnum):
    """What is wrong, as a code."""

    DAMAGED = "damaged"
    ORPHAN_KEY = "orphan_key"
    MISSING_KEY = "missing_key"
    LEFTOVER = "leftover"


@dataclass(frozen=True, slots=True)
class Problem:
    """``sha256`` is empty where no object is concerned; ``what`` says what was found and what to do."""

    kind: ProblemKind
    sha256: str
    what: str


def check_all(shelf: Shelf, *, contents: bool) -> Iterator[Problem]:
    """Yield problems in the order of names. Without ``contents`` only keys are opened."""
    for kind in KINDS:
        for path in shelf.layout.list_files(kind):
            if not is_in_place(path):
                what = f"A file among the {kind} does not belong there. Move it out of the vault."
                yield Problem(ProblemKind.LEFTOVER, "", what)
    for sha256 in _names(shelf):
        if list(_examine(shelf, sha256, contents=contents)):
            # A writer may have been half-way through naming it: look again when none is.
            with exclusive(shelf.layout.lock):
                found = list(_examine(shelf, sha256, contents=contents))
            yield from found
    with exclusive(shelf.layout.lock):
        abandoned = len(list_abandoned(shelf.layout))
    for _ in range(abandoned):
        what = "A writer left unfinished files. Opening the vault again removes them."
        yield Problem(ProblemKind.LEFTOVER, "", what)


def _names(shelf: Shelf) -> Iterator[str]:
    """Every name that has a key, an object or a preview; memory holds one of 256 folders at a time."""
    for number in range(256):
        folders = (shelf.layout.root / kind / f"{number:02x}" for kind in KINDS if kind != "tombstones")
        paths = {path for folder in folders if folder.is_dir() for path in folder.iterdir()}
        yield from sorted({path.name for path in paths if is_in_place(path)})


def _examine(shelf: Shelf, sha256: str, *, contents: bool) -> Iterator[Problem]:
    layout = shelf.layout
    has_key, has_object = layout.key(sha256).exists(), layout.object(sha256).exists()
    if shelf.is_destroyed(sha256):
        what = "Files of a destroyed object are here, perhaps from a backup. Destroy it again."
        yield Problem(ProblemKind.LEFTOVER, sha256, what)
    elif has_key and not has_object:
        what = "The key is here, the object is not. Restore the object from a backup."
        yield Problem(ProblemKind.ORPHAN_KEY, sha256, what)
    elif not has_key and (has_object or layout.preview(sha256).exists()):
        what = "The object is here, its key is not. Restore the key file from a backup."
        yield Problem(ProblemKind.MISSING_KEY, sha256, what)
    elif has_key:
        yield from _open_all(shelf, sha256, contents=contents)


def _open_all(shelf: Shelf, sha256: str, *, contents: bool) -> Iterator[Problem]:
    try:
        key = shelf.get_key(sha256)
        if contents:
            _read_through(shelf, sha256, key)
    except (Damaged, NotFound) as error:
        yield Problem(ProblemKind.DAMAGED, sha256, error.message)


def _read_through(shelf: Shelf, sha256: str, key: bytes) -> None:
    layout = shelf.layout
    with layout.object(sha256).open("rb") as stream:
        for _ in named(unseal(stream, key=key, kind=Kind.OBJECT), sha256):
            pass
    if layout.preview(sha256).exists():
        with layout.preview(sha256).open("rb") as stream:
            try:
                for _ in unseal(stream, key=key, kind=Kind.PREVIEW):
                    pass
            except Damaged:
                raise Damaged("The preview is damaged. Make it anew from the object.") from None
