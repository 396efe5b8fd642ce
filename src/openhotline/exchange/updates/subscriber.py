"""A subscriber: fetches a list, believes nothing that is not signed, and keeps the last good one whatever happens.

1. Metadata is fetched and checked by python-tuf, from a root that came by another way.
2. If the edition that is signed is the one that is held, all is done.
3. If every delta in between is there and together they are smaller than the list, they are applied.
4. Otherwise, or if what comes out is not what was signed, the list is fetched whole.
5. Only a list with the digest that was signed takes the old one's place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tuf.api import exceptions as tuf_errors
from tuf.api.metadata import TargetFile
from tuf.ngclient import Updater

from openhotline.errors import Damaged, NotAllowed, NotFound, OpenHotlineError
from openhotline.exchange.updates import rows
from openhotline.exchange.updates.fetching import LONGEST_WAIT, KeyFetcher, checked_address
from openhotline.exchange.updates.locking import locked
from openhotline.exchange.updates.names import LIST, Edition, delta_name, read_edition
from openhotline.exchange.updates.state import Holding


class Way(StrEnum):
    """How an edition came."""

    HELD = "held already"
    DELTAS = "by deltas"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Update:
    """What an update gave: the list file, its edition, and how it came."""

    list_file: Path
    edition: Edition
    way: Way


@dataclass(frozen=True)
class Subscriber:
    """``folder`` keeps the list and what was believed last; ``root`` is the root file that the hotline handed over."""

    folder: Path
    address: str
    root: bytes
    key: str = ""
    longest_wait: float = LONGEST_WAIT

    def update(self) -> Update:
        """Fetch what is new. Raises Damaged for anything that is not what was signed; the old list stays."""
        address = checked_address(self.address)
        with locked(self.folder), _in_our_words():
            for part in ("metadata", "fetched"):
                (self.folder / part).mkdir(exist_ok=True)
            updater = Updater(
                str(self.folder / "metadata"),
                f"{address}metadata/",
                str(self.folder / "fetched"),
                f"{address}targets/",
                KeyFetcher(address, self.key, longest_wait=self.longest_wait),
                bootstrap=self.root,
            )
            updater.refresh()
            return self._updated(updater)

    def _updated(self, updater: Updater) -> Update:
        whole = updater.get_targetinfo(LIST)
        if whole is None:
            raise NotFound("The hotline has published no list here yet. Ask it, or try later.")
        wanted, holding = read_edition(whole.custom), Holding(self.folder)
        held = holding.edition()
        way = Way.HELD
        if held is None or held.sha256 != wanted.sha256:
            way = self._fetched(updater, whole, wanted, held)
        return Update(holding.list_file, wanted, way)

    def _fetched(self, updater: Updater, whole: TargetFile, wanted: Edition, held: Edition | None) -> Way:
        holding, new = Holding(self.folder), self.folder / ".list.new"
        fetched: list[Path] = []
        try:
            deltas = _deltas(updater, held, wanted, whole) if held else []
            fetched = [Path(updater.download_target(delta)) for delta in deltas]
            if fetched and _made(new, holding.list_file, fetched, wanted):
                holding.take(new, wanted)
                return Way.DELTAS
            fetched.append(Path(updater.download_target(whole)))
            if not _made(new, fetched[-1], [], wanted):
                raise Damaged(
                    "The list that was signed is not the one that it is said to be. Tell the hotline."
                )
            holding.take(new, wanted)
            return Way.WHOLE
        finally:
            for path in (new, *fetched):
                path.unlink(missing_ok=True)


def _deltas(updater: Updater, held: Edition, wanted: Edition, whole: TargetFile) -> list[TargetFile]:
    """Return the deltas from what is held to what is wanted, or none where they do not lead there or cost more."""
    found = [
        updater.get_targetinfo(delta_name(number)) for number in range(held.number + 1, wanted.number + 1)
    ]
    deltas = [delta for delta in found if delta is not None]
    leads = (
        len(deltas) == wanted.number - held.number and sum(delta.length for delta in deltas) < whole.length
    )
    return deltas if leads else []


def _made(new: Path, begin: Path, deltas: list[Path], wanted: Edition) -> bool:
    """Write the list that begins with one file and goes on through deltas; say whether it is the wanted one."""
    with ExitStack() as stack:
        columns, table = stack.enter_context(rows.opened(begin))
        for delta in deltas:
            _, steps = stack.enter_context(rows.opened(delta))
            table = rows.changed(table, steps)
        out = stack.enter_context(new.open("wb"))
        try:
            written = rows.write(out, columns, table, compress=False)
        except Damaged:
            return False
    return written.sha256 == wanted.sha256


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Say what python-tuf found, and what to do."""
    try:
        yield
    except tuf_errors.ExpiredMetadataError as problem:
        raise Damaged(
            "The server offers a state that has expired: it, or somebody in between, holds back newer ones, or the "
            "hotline has stopped. The list you hold stays; ask the hotline.",
            details=str(problem),
        ) from problem
    except tuf_errors.BadVersionNumberError as problem:
        raise Damaged(
            "The server offers an older state than the one you have seen. The list you hold stays; ask the hotline.",
            details=str(problem),
        ) from problem
    except (tuf_errors.RepositoryError, tuf_errors.DownloadLengthMismatchError) as problem:
        raise Damaged(
            "What the server offers is not what the hotline signed, or the root file is not its own. The list you "
            "hold stays; check the root file and ask the hotline.",
            details=str(problem),
        ) from problem
    except tuf_errors.DownloadHTTPError as problem:
        raise _answered(problem) from problem
    except tuf_errors.DownloadError as problem:
        raise OpenHotlineError(
            "The server was not reached, or stopped in the middle. The list you hold stays; run it again later.",
            details=str(problem),
        ) from problem


def _answered(problem: tuf_errors.DownloadHTTPError) -> OpenHotlineError:
    if problem.status_code == 401:
        return NotAllowed("The server does not know the key, or it has ended. Ask the hotline for another.")
    if problem.status_code == 403:
        return NotAllowed("Your organisation is not entitled to this list. Ask the hotline.")
    if problem.status_code == 404:
        return NotFound(
            "There is no list at this address, or a file of it is missing. Check it, or try again later."
        )
    return OpenHotlineError(
        f"The server answered {problem.status_code}. The list you hold stays; run it again later."
    )
