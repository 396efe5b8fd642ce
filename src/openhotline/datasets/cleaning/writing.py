"""One source written: copied where nothing of it goes, written again where something does, or its files one by one.

1. Nothing that goes is written: a copy is made only of what nothing goes of, as the audit found it.
2. A copy is read as the audit read the source, and must be what the audit saw. So nobody can change it in between.
3. What is written again is read again, and must hold exactly the members that were to stay.
4. Only then does it get its name.
"""

from __future__ import annotations

import errno
import lzma
import os
import stat
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from zipfile import BadZipFile

from openhotline.datasets.cleaning.checking import CHANGED, Going, Look, check_written, confirm, look
from openhotline.datasets.cleaning.keeping import NewFile, Note
from openhotline.datasets.cleaning.reasons import Reason, Reasons
from openhotline.datasets.cleaning.rows import write_table
from openhotline.datasets.cleaning.sources import Planned, Source
from openhotline.datasets.cleaning.tar import write_tar
from openhotline.datasets.cleaning.zip import write_zip
from openhotline.datasets.inputs import forms
from openhotline.datasets.inputs.keys import key_of
from openhotline.datasets.inputs.opening import BUFFER, Opened, opened
from openhotline.datasets.inputs.shard import Reading
from openhotline.datasets.sealed.files import HashedFile
from openhotline.errors import BadInput, Conflict, OpenHotlineError

DAMAGED = (
    "A file of the data set is damaged, and what follows the damage was not looked at. Get it again and audit again, or "
    "leave that part out with --unreadable drop."
)
BEYOND_HELP = (
    "A file of the data set is damaged in such a way that it cannot be written without that part. Get it again and "
    "audit again."
)
UNREAD = (
    "A file of the data set could not be read. Check its permissions or the disk and audit again, or leave it out with "
    "--unreadable drop."
)
NO_FILE = "A file could not be read or written. Check the disks and the object store, then run it again: it goes on."

_DAMAGE = (BadZipFile, EOFError, NotImplementedError, ValueError, lzma.LZMAError, zlib.error)
"""What readers and writers of archives and tables raise over bytes that they cannot take."""

Staged = dict[str, Path]


def write_source(
    source: Source,
    reading: Reading,
    reasons: Reasons,
    samples: Collection[str],
    staging: Path,
    *,
    drop_unreadable: bool,
) -> tuple[Note, Staged]:
    """Write one source into ``staging``; return what was done, and the new files by their names in the data set.

    ``samples`` are those of a folder of which something goes, in this shard or the next one.
    """
    going = Going(source, reasons, samples if source.form == forms.FOLDER else ())
    try:
        if source.form == forms.FOLDER:
            return _files(source, reading, look(source, reading, going), staging)
        if not going:
            copied = _copied(source, reading, staging)
            if copied is not None:
                return copied
            _check_damage(source, drop_unreadable=drop_unreadable)
        return _rewritten(source, reading, going, staging, drop_unreadable=drop_unreadable)
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):  # the command says what to do then
            raise
        raise OpenHotlineError(NO_FILE, details=f"{source.target} {problem}") from None


def _copied(source: Source, reading: Reading, staging: Path) -> tuple[Note, Staged] | None:
    """Copy a file of which nothing goes; None where it turns out to be damaged."""
    path = staging / "file"
    with opened(source.place, reading) as there, _new(path, there) as file:
        _copy(there, file)
    copies = tuple(Planned(replace(part.shard, place=str(path)), part.digest) for part in source.parts)
    found = confirm(replace(source, place=str(path), parts=copies), reading)
    if found.damaged:
        path.unlink()
        return None
    return _note(source, file, found, rewritten=False), {source.target: path}


def _rewritten(
    source: Source, reading: Reading, going: Going, staging: Path, *, drop_unreadable: bool
) -> tuple[Note, Staged]:
    found = Look() if source.form in forms.TABLES else look(source, reading, going)
    if found.damaged:
        _check_damage(source, drop_unreadable=drop_unreadable)
    path = staging / "file"
    with opened(source.place, reading) as there, _new(path, there) as file:
        found = _write(source, reading, there, file, going, found)
    check_written(source, str(path), reading, found.digest)
    return _note(source, file, found, rewritten=True), {source.target: path}


def _check_damage(source: Source, *, drop_unreadable: bool) -> None:
    """Raise unless a damaged file can be written up to the damage, and is to be."""
    if source.form != forms.TAR:
        raise BadInput(BEYOND_HELP, details=source.target)
    if not drop_unreadable:
        raise BadInput(DAMAGED, details=source.target)


def _write(
    source: Source, reading: Reading, there: Opened, file: HashedFile, going: Going, found: Look
) -> Look:
    """Write a file without what goes; return ``found``, or for a table what was found while it was written."""
    try:
        if source.form in forms.TABLES:
            return write_table(source, reading, there, file, going)
        if source.form == forms.TAR:
            write_tar(there, file, going.is_gone, whole=found.seen if found.damaged else None)
        else:
            write_zip(there, file, going.is_gone)
    except _DAMAGE:
        raise BadInput(BEYOND_HELP, details=source.target) from None
    except OSError as problem:
        if problem.errno is not None:  # the system's own, and not what pyarrow says of bytes
            raise
        raise BadInput(BEYOND_HELP, details=source.target) from None
    return found


def _files(source: Source, reading: Reading, found: Look, staging: Path) -> tuple[Note, Staged]:
    if found.unread:
        raise BadInput(UNREAD, details=source.parts[0].shard.name)
    files: list[NewFile] = []
    staged: Staged = {}
    for number, member in enumerate(source.parts[0].shard.members):
        sha256 = found.values.get(key_of(member))
        if sha256 is None:
            continue
        path = staging / str(number)
        with opened(f"{source.place.rstrip('/')}/{member}", reading) as there, _new(path, there) as file:
            _copy(there, file)
        if file.sha256 != sha256.hex():
            raise Conflict(CHANGED, details=member)
        files.append(NewFile(member, file.sha256, file.size, 1, 0, rewritten=False))
        staged[member] = path
    removed = [_row(shard, one) for shard, one in found.gone]
    return Note(source.parts[0].shard.name, files, removed, found.kept, dict(found.whys)), staged


def _note(source: Source, file: HashedFile, found: Look, *, rewritten: bool) -> Note:
    new = NewFile(source.target, file.sha256, file.size, found.kept, sum(found.whys.values()), rewritten)
    removed = [_row(shard, one) for shard, one in found.gone]
    return Note(source.parts[0].shard.name, [new], removed, found.kept, dict(found.whys))


def _row(shard: str, one: Reason) -> tuple[str | None, ...]:
    return shard, one.key, one.sha256, one.why, one.list, one.edition


@contextmanager
def _new(path: Path, original: Opened) -> Iterator[HashedFile]:
    """Open a new file, which gets the permissions and the time of the original where that is a file here."""
    with path.open("xb") as stream:
        if original.written_at is not None:
            os.fchmod(stream.fileno(), stat.S_IMODE(os.fstat(original.file.fileno()).st_mode) & 0o666 | 0o600)
        yield HashedFile(stream)
    if original.written_at is not None:
        os.utime(path, ns=(original.written_at, original.written_at))


def _copy(there: Opened, file: HashedFile) -> None:
    while data := there.file.read(BUFFER):
        file.write(data)
