"""The client side of NCMEC's hash sharing interface: pages of entries, from a checkpoint on, and feedback back."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from openhotline.errors import BadInput, NotAllowed, Refused, WrongUsage
from openhotline.exchange.fetching import Portion
from openhotline.exchange.ncmec.documents import CONTENT_TYPE, Member, Submission, as_time, write_submission
from openhotline.exchange.ncmec.reading import read_members, read_reasons, read_status
from openhotline.exchange.peer import Peer
from openhotline.hashlists import Page, rows_of_ncmec

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
BEHIND = timedelta(seconds=5)
"""How far the end of a range stays behind now; the peers' own client does the same."""

OVERLAP = timedelta(minutes=10)
"""How far a range reaches back: what a server committed late is not missed. Entries are merged by reference."""

PAGES_LIVE = timedelta(hours=12)
"""How long an address of a next page is good (NCMEC's advice, as the peers' own client follows it)."""


@dataclass(frozen=True)
class Checkpoint:
    """``until``: everything up to there is fetched. In the middle of a range: its ends, its next page, and since when."""

    until: datetime | None = None
    range_from: datetime | None = None
    range_to: datetime | None = None
    next_path: str = ""
    paged_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Return a plain object to store."""
        moments = {name: getattr(self, name) for name in ("until", "range_from", "range_to", "paged_at")}
        return {"next_path": self.next_path} | {
            name: moment.isoformat() if moment else None for name, moment in moments.items()
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Checkpoint:
        """Read what :meth:`as_json` returned."""
        try:
            moments = {
                name: datetime.fromisoformat(stored[name]) if stored[name] else None
                for name in ("until", "range_from", "range_to", "paged_at")
            }
            return cls(next_path=str(stored["next_path"]), **moments)
        except (KeyError, TypeError, ValueError):
            raise BadInput(
                "The stored checkpoint is damaged. Fetch the list again from its beginning."
            ) from None

    def can_go_on(self, *, at: datetime) -> bool:
        """Whether the page that comes next is known and its address still good."""
        return bool(self.next_path and self.paged_at and at - self.paged_at < PAGES_LIVE)


class Client:
    """One member's access to one server."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    @staticmethod
    def headers(user: str, password: str) -> dict[str, str]:
        """Return what identifies a member to the server."""
        if not user or not password or ":" in user:
            raise WrongUsage("NCMEC's interface needs a user without a colon, and a password. Give both.")
        pair = base64.b64encode(f"{user}:{password}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}

    def status(self) -> Member:
        """Return who the server says we are."""
        with self._peer.get("/v2/status") as answer:
            return read_status(answer.read())

    def members(self) -> tuple[Member, ...]:
        """Return the organisations that share on this server."""
        with self._peer.get("/v2/members") as answer:
            return read_members(answer.read())

    def reasons(self, kind: str) -> dict[str, str]:
        """Return the reasons for negative feedback on a kind of fingerprint (MD5, PDQ, ...), by guid."""
        with self._peer.get(f"/v2/feedback/{quote(kind, safe='')}/reasons") as answer:
            return read_reasons(answer.read())

    def give_feedback(self, *, member: int, entry: str, kind: str, submission: Submission) -> None:
        """Say of one fingerprint of an entry that it was seen, or that it is disputed."""
        path = f"/v2/entries/{member}/{quote(entry, safe='')}/{quote(kind, safe='')}/feedback"
        self._peer.send("PUT", path, write_submission(submission), CONTENT_TYPE)

    def entries(self, start: datetime, end: datetime) -> Page:
        """Return the first page of a range."""
        return self._page("/v2/entries", {"from": as_time(start), "to": as_time(end)})

    def next_entries(self, path: str) -> Page:
        """Return a further page, by the address that the page before it named."""
        if not path.startswith("/v2/entries"):
            raise BadInput("The peer names a next page outside its entries. Nothing was fetched from there.")
        return self._page(path, None)

    def _page(self, path: str, query: Mapping[str, str] | None) -> Page:
        with self._peer.get(path, query) as answer:
            return rows_of_ncmec(answer)


def fetch(client: Client, checkpoint: Mapping[str, Any] | None = None, *, at: datetime) -> Iterator[Portion]:
    """Yield everything since a checkpoint; begin at the beginning without one.

    The server need not give entries in the order of time, so a range counts only when it is exhausted; until then
    the checkpoint holds the next page, and a fetch that was broken off goes on there.
    """
    known = Checkpoint.from_json(checkpoint) if checkpoint else Checkpoint()
    anew = known.until is None
    page = _gone_on(client, known, at)
    begins = anew and page is None
    if page is None:
        known = _new_range(known.until, at)
        page = client.entries(known.range_from or BEGINNING, known.range_to or at)
    seen = set[str]()
    while page.next_path:
        if page.next_path in seen:
            raise BadInput("The peer names a page as the next that it gave already. Tell its operator.")
        seen.add(page.next_path)
        known = replace(known, next_path=page.next_path, paged_at=at)
        yield Portion(page.rows, known.as_json(), anew, begins, complete=False, left_out=page.left_out)
        begins, page = False, client.next_entries(page.next_path)
    done = Checkpoint(known.range_to)
    yield Portion(page.rows, done.as_json(), anew, begins, complete=True, left_out=page.left_out)


def _gone_on(client: Client, known: Checkpoint, at: datetime) -> Page | None:
    """Return the page at which a range was broken off, if the server still has it."""
    if not known.can_go_on(at=at):
        return None
    try:
        return client.next_entries(known.next_path)
    except NotAllowed:
        raise
    except Refused:
        # The server has forgotten the page's address: the range is fetched again, which is harmless.
        return None


def _new_range(until: datetime | None, at: datetime) -> Checkpoint:
    start = until - OVERLAP if until else BEGINNING
    return Checkpoint(until, start, max(at - BEHIND, start))
