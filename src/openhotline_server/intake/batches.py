"""Reading a batch: a folder, a zip or a tar, member by member, never unpacked to disk.

Member names are labels: they are stored, never opened or followed, so a name such as ``../../etc/x`` in an
archive leads nowhere.
"""

from __future__ import annotations

import os
import stat
import struct
import tarfile
import zipfile
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from openhotline.errors import BadInput, TooLarge

MAX_MEMBERS = 1_000_000  # a batch of more is a mistake or an attack; it can be imported in parts
MAX_MEMBER_BYTES = 4 * 2**30
READ_AHEAD = 16  # files


@dataclass(frozen=True)
class Member:
    """One file of a batch. ``open`` gives its bytes; ``unchanged`` says afterwards whether they held still."""

    path: str
    size: int
    modified: int  # nanoseconds
    open: Callable[[], BinaryIO]
    unchanged: Callable[[], bool]
    problem: str = ""  # why it cannot be taken in, where that is known before reading


@dataclass(frozen=True)
class Batch:
    """A readable batch: ``origin`` names it for a later resume, ``members`` walks it in a stable order."""

    origin: str
    kind: str
    total: int | None  # members, where that is known without reading everything
    members: Callable[[], Iterator[Member]]


def open_batch(path: Path) -> Batch:
    """Say what ``path`` is and how to walk it. Raises BadInput or TooLarge with what to do."""
    if not path.exists():
        raise BadInput("There is nothing at that path. Check its spelling.", details=str(path))
    if path.is_dir():
        return _folder(path)
    if not os.access(path, os.R_OK):
        raise BadInput("That file cannot be read. Check its permissions.", details=str(path))
    if zipfile.is_zipfile(path):
        return _zip(path)
    if tarfile.is_tarfile(path):
        return Batch(str(path.resolve()), "tar", None, lambda: _tar_members(path))
    return Batch(str(path.resolve()), "file", 1, lambda: iter([_file_member(path, path.name)]))


def _folder(root: Path) -> Batch:
    # Walked twice, so that no list of all names is held.
    total = sum(1 for _ in _walk(root))
    if not total:
        raise BadInput("That folder holds no files. Name the folder or archive that holds the batch.")
    if total > MAX_MEMBERS:
        raise TooLarge(_too_many(total))
    return Batch(
        str(root.resolve()),
        "folder",
        total,
        lambda: (_file_member(root / name, name) for name in _announced(root, _walk(root))),
    )


def _announced(root: Path, names: Iterator[str]) -> Iterator[str]:
    """The names in order, each announced to the system some files ahead, so that the disk is read meanwhile."""
    ahead: deque[str] = deque()
    for name in names:
        _announce(f"{root}/{name}")
        ahead.append(name)
        if len(ahead) > READ_AHEAD:
            yield ahead.popleft()
    yield from ahead


def _announce(place: str) -> None:
    with suppress(OSError):
        descriptor = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        try:
            if not _in_memory(descriptor):
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_WILLNEED)
        finally:
            os.close(descriptor)


def _in_memory(descriptor: int) -> bool:
    """True if a file's first byte can be read without waiting: asking that costs less than announcing the file."""
    try:
        return os.preadv(descriptor, [bytearray(1)], 0, os.RWF_NOWAIT) > 0
    except OSError:
        return False


def _walk(root: Path, below: str = "") -> Iterator[str]:
    """Names of files below a folder, in a stable order, with slashes.

    Links are not followed, so no file is taken in twice or from elsewhere. Held at a time: the names of one folder
    and of those it lies in.
    """
    with os.scandir(f"{root}/{below}") as entries:
        ordered = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
    for name, is_folder in ordered:
        if is_folder:
            yield from _walk(root, f"{below}{name}/")
        else:
            yield below + name


def _file_member(path: Path, name: str) -> Member:
    name = _label(name)
    try:
        before = path.lstat()
    except OSError:
        return Member(
            name, 0, 0, lambda: path.open("rb"), lambda: False, "It went away before it could be read."
        )
    if not stat.S_ISREG(before.st_mode):
        kind = "a link" if stat.S_ISLNK(before.st_mode) else "no ordinary file"
        return Member(
            name,
            0,
            before.st_mtime_ns,
            lambda: path.open("rb"),
            lambda: True,
            f"It is {kind}. Import the file that it stands for.",
        )

    def unchanged() -> bool:
        after = path.stat()
        return (after.st_size, after.st_mtime_ns, after.st_ino) == (
            before.st_size,
            before.st_mtime_ns,
            before.st_ino,
        )

    return Member(
        name,
        before.st_size,
        before.st_mtime_ns,
        lambda: path.open("rb"),
        unchanged,
        _size_problem(before.st_size),
    )


def _zip(path: Path) -> Batch:
    total = _zip_count(path)
    if total > MAX_MEMBERS:
        raise TooLarge(_too_many(total))
    try:
        with zipfile.ZipFile(path) as archive:
            files = sum(not info.is_dir() for info in archive.infolist())
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise BadInput("That zip archive is damaged. Ask the sender for a new copy.") from error
    if not files:
        raise BadInput("That archive holds no files.")
    return Batch(str(path.resolve()), "zip", files, lambda: _zip_members(path))


def _zip_count(path: Path) -> int:
    """The number of members by the archive's own end record, read before the list itself is (it may be huge)."""
    with path.open("rb") as stream:
        stream.seek(0, os.SEEK_END)
        stream.seek(max(0, stream.tell() - 66_000))
        tail = stream.read()
        end = tail.rfind(b"PK\x05\x06")
        count = int(struct.unpack_from("<H", tail, end + 10)[0]) if 0 <= end <= len(tail) - 22 else 0
        wide = tail.rfind(b"PK\x06\x06")
        if count == 0xFFFF and 0 <= wide <= len(tail) - 56:
            count = int(struct.unpack_from("<Q", tail, wide + 32)[0])
    return count


def _zip_members(path: Path) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue

            def opened(info: zipfile.ZipInfo = info) -> BinaryIO:
                return archive.open(info)  # type: ignore[return-value]

            problem = _size_problem(info.file_size)
            if info.flag_bits & 1:
                problem = "It is locked with a password. Ask the sender for an open copy."
            yield Member(_label(info.filename), info.file_size, info.CRC, opened, lambda: True, problem)


def _tar_members(path: Path) -> Iterator[Member]:
    count = 0
    try:
        with tarfile.open(path, "r|*") as archive:
            for info in archive:
                count += 1
                if count > MAX_MEMBERS:
                    raise TooLarge(_too_many(count))
                if info.isdir():
                    continue

                def opened(info: tarfile.TarInfo = info) -> BinaryIO:
                    stream = archive.extractfile(info)
                    if stream is None:
                        raise OSError("no bytes")
                    return stream  # type: ignore[return-value]

                problem = _size_problem(info.size) if info.isfile() else "It is a link or a device, no file."
                yield Member(
                    _label(info.name), info.size, int(info.mtime) * 10**9, opened, lambda: True, problem
                )
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BadInput(
            f"That tar archive is damaged after {count} members. What came before is taken in; ask the sender for "
            "a new copy and import it as well."
        ) from error


def _label(name: str) -> str:
    """A member's name as a label: readable text of bounded length, whatever bytes it was made of."""
    text = (
        name.encode("utf-8", "surrogateescape")
        .decode("utf-8", "replace")
        .replace("\x00", "\N{REPLACEMENT CHARACTER}")
    )
    return text if len(text) <= 1000 else text[:480] + " … " + text[-480:]


def _size_problem(size: int) -> str:
    return "It is larger than 4 GiB. Import it apart, as an own file." if size > MAX_MEMBER_BYTES else ""


def _too_many(count: int) -> str:
    return (
        f"That batch names {count:,} members; at most {MAX_MEMBERS:,} are taken at once. "
        "Divide it and import the parts."
    )
