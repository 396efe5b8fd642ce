"""Contact sheets and single pictures as the desk shows them: drawn from previews, at a level, in confined processes.

Sheets stay in memory only, a few minutes and a few megabytes of them, so that going back and forth between two levels
draws nothing twice. Whoever hands one out notes the display first; drawing alone shows nothing to anybody.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from openhotline.errors import BadInput, Damaged, Destroyed, NotFound, OpenHotlineError
from openhotline.media import confined
from openhotline.media.sheet import MOST_MEMBERS, Layout, sheet_layout
from openhotline_server.assessment.briefs import Member
from openhotline_server.evidence import queries as evidence

SHEET_ENTRY = "openhotline.media.sheet:render_entry"
REDRAW_ENTRY = "openhotline_server.assessment.redraw:redraw_entry"
WORKERS = 2  # a sheet and the one prepared after it
STAGE = 1.9  # width by height of the place where the desk shows a sheet
KEPT_BYTES = 24 * 1024 * 1024
KEPT_SECONDS = 600.0


@dataclass(frozen=True)
class Drawn:
    """A picture ready to be sent, and how many members can be seen on it."""

    data: bytes
    media_type: str
    pictures: int


Key = tuple[tuple[int, ...], tuple[bool, ...], int, bool]


class Shelf:
    """Rendered sheets, the least lately asked for leaving first; nothing stays longer than ``seconds``."""

    def __init__(self, *, most_bytes: int = KEPT_BYTES, seconds: float = KEPT_SECONDS) -> None:
        self.most_bytes, self.seconds = most_bytes, seconds
        self._kept: OrderedDict[Key, tuple[float, Drawn]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: Key, draw: Callable[[], Drawn], *, now: float) -> Drawn:
        """Return what is kept under ``key``, or draw and keep it. Two threads may both draw; one result stays."""
        with self._lock:
            self._forget_old(now)
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][1]
        drawn = draw()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = (now, drawn)
                self._size += len(drawn.data)
            while self._size > self.most_bytes and self._kept:
                self._drop(next(iter(self._kept)))
        return drawn

    def _forget_old(self, now: float) -> None:
        for key in [key for key, (since, _) in self._kept.items() if now - since > self.seconds]:
            self._drop(key)

    def _drop(self, key: Key) -> None:
        self._size -= len(self._kept.pop(key)[1].data)


_shelf = Shelf()
_opening = threading.Lock()


def pages(members: Sequence[Member]) -> list[Sequence[Member]]:
    """Divide a case's members into sheets."""
    return [members[n : n + MOST_MEMBERS] for n in range(0, len(members), MOST_MEMBERS)]


def layout(count: int) -> Layout:
    """Where the tiles of a sheet of so many members stand, in the sheet's own pixels."""
    return sheet_layout(count, columns(count))


def columns(count: int) -> int:
    """The number of columns with which the tiles come out largest on the desk's stage."""

    def tile(across: int) -> float:
        return min(STAGE / across, 1 / -(-count // across))

    return max(range(1, count + 1), key=lambda across: (tile(across), -across))


def draw_sheet(members: Sequence[Member], *, level: int) -> Drawn:
    """Draw one sheet of at most 24 members. A member that cannot be shown leaves its place empty."""
    across = columns(len(members))

    def draw() -> Drawn:
        previews = [_preview(m) for m in members]
        reply = _pool().call(
            b"".join(previews), lengths=[len(p) for p in previews], level=level, columns=across
        )
        return _drawn(reply, sum(map(bool, previews)))

    return _shelf.get(_key(members, level, whole=False), draw, now=time.monotonic())


def draw_single(member: Member, *, level: int) -> Drawn:
    """Draw one member as large as its preview, at a level."""

    def draw() -> Drawn:
        preview = _preview(member)
        if not preview:
            raise NotFound("There is nothing to show of this item: it has no preview.")
        return _drawn(_pool().call(preview, lengths=[len(preview)], level=level), 1)

    return _shelf.get(_key([member], level, whole=True), draw, now=time.monotonic())


def redraw(untrusted_bytes: bytes) -> Drawn:
    """Draw an original anew, in a confined process of its own that ends with it."""
    with confined.Pool(REDRAW_ENTRY, workers=1) as pool:
        return _drawn(pool.call(untrusted_bytes), 1)


def _key(members: Sequence[Member], level: int, *, whole: bool) -> Key:
    """A destroyed item is no longer readable, so a sheet drawn before its destruction is not found again."""
    return tuple(m.item.pk for m in members), tuple(m.readable for m in members), level, whole


def _preview(member: Member) -> bytes:
    if not member.readable:
        return b""
    try:
        return evidence.preview(member.item)
    except (Destroyed, NotFound, Damaged):
        return b""  # the sheet shows an empty place; ``vault.check`` names what is damaged


def _drawn(reply: confined.Reply, pictures: int) -> Drawn:
    if len(reply.blobs) != 1 or not reply.blobs[0].startswith(b"\xff\xd8\xff"):
        raise BadInput("The picture could not be drawn. Tell your operator.")
    return Drawn(reply.blobs[0], "image/jpeg", pictures)


def _pool() -> confined.Pool:
    """The process's one pool, started by the first sheet that somebody asks for."""
    with _opening:
        return _opened()


@lru_cache(maxsize=1)
def _opened() -> confined.Pool:
    pool = confined.Pool(SHEET_ENTRY, workers=WORKERS)
    atexit.register(pool.close)
    return pool


def ready() -> bool:
    """Start the pool ahead of the first sheet; False where this machine cannot confine a process."""
    try:
        _pool()
    except OpenHotlineError:
        return False
    return True
