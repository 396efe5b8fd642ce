"""The client side of StopNCII's hash exchange: pages of records, from a checkpoint on, and feedback back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from openhotline.errors import BadInput, NotAllowed, Refused, WrongUsage
from openhotline.exchange.fetching import Portion
from openhotline.exchange.peer import Peer
from openhotline.exchange.stopncii.documents import CONTENT_TYPE, Feedback, write_feedbacks
from openhotline.hashlists import Page, rows_of_stopncii

BEGINNING = 10
"""The first ``startTimestamp`` that the peers' own client sends."""

PAGE_SIZE = 800
"""As the peers' own client asks for."""

STALE = timedelta(days=30)
"""After this long the whole list is fetched again, as the peers' own client does."""

PAGES_LIVE = timedelta(hours=1)
"""How long a page's token is taken to be good: it is "not valid over long periods", in the words of that client."""


@dataclass(frozen=True)
class Checkpoint:
    """``start``: where the next fetch begins. ``token``: the next page of one that was broken off."""

    start: int = BEGINNING
    fetched_at: datetime | None = None
    token: str = ""
    anew: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return a plain object to store."""
        moment = self.fetched_at.isoformat() if self.fetched_at else None
        return {"start": self.start, "fetched_at": moment, "token": self.token, "anew": self.anew}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Checkpoint:
        """Read what :meth:`as_json` returned."""
        try:
            moment = datetime.fromisoformat(stored["fetched_at"]) if stored["fetched_at"] else None
            return cls(int(stored["start"]), moment, str(stored["token"]), bool(stored["anew"]))
        except (KeyError, TypeError, ValueError):
            raise BadInput(
                "The stored checkpoint is damaged. Fetch the list again from its beginning."
            ) from None

    def younger(self, than: timedelta, *, at: datetime) -> bool:
        """Whether it was fetched less than ``than`` ago."""
        return self.fetched_at is not None and at - self.fetched_at < than


class Client:
    """One organisation's access to one server."""

    def __init__(self, peer: Peer, *, page_size: int = PAGE_SIZE) -> None:
        self._peer = peer
        self._page_size = page_size

    @staticmethod
    def headers(function_key: str, subscription_key: str) -> dict[str, str]:
        """Return what identifies an organisation to the server."""
        if not function_key:
            raise WrongUsage("StopNCII's interface needs a function key. Give it.")
        return {"x-functions-key": function_key, "Ocp-Apim-Subscription-Key": subscription_key}

    def page(self, start: int, token: str = "") -> Page:
        """Return a page of what changed since ``start``."""
        query = {"startTimestamp": start, "pageSize": self._page_size}
        with self._peer.get("/FetchHashes", query | ({"nextPageToken": token} if token else {})) as answer:
            return rows_of_stopncii(answer.read())

    def give_feedback(self, feedbacks: Sequence[Feedback]) -> None:
        """Say of values that they were blocked, or not."""
        self._peer.send("POST", "/SubmitFeedback", write_feedbacks(feedbacks), CONTENT_TYPE)


def fetch(client: Client, checkpoint: Mapping[str, Any] | None = None, *, at: datetime) -> Iterator[Portion]:
    """Yield everything since a checkpoint; begin at the beginning without one, or with one older than 30 days.

    Where the next fetch begins is taken from the last page alone: in the middle the checkpoint holds the page's
    token, and when the server no longer takes it, the fetch begins again where it began.
    """
    known = Checkpoint.from_json(checkpoint) if checkpoint else Checkpoint()
    if not known.younger(STALE, at=at):
        known = Checkpoint()
    page = _gone_on(client, known, at)
    begins = known.anew and page is None
    if page is None:
        page = client.page(known.start)
    seen = {known.token}
    while page.has_more_records:
        if not page.next_page_token or page.next_page_token in seen:
            raise BadInput("The peer says that more follows and names no new page. Tell its operator.")
        seen.add(page.next_page_token)
        held = Checkpoint(known.start, at, page.next_page_token, known.anew)
        yield Portion(page.rows, held.as_json(), known.anew, begins, complete=False, left_out=page.left_out)
        begins, page = False, client.page(known.start, held.token)
    # Never back: a server whose clock was set back would have us skip nothing, but begin ever earlier.
    done = Checkpoint(max(known.start, page.next_set_timestamp or 0), at, anew=False)
    yield Portion(page.rows, done.as_json(), known.anew, begins, complete=True, left_out=page.left_out)


def _gone_on(client: Client, known: Checkpoint, at: datetime) -> Page | None:
    """Return the page at which a fetch was broken off, if the server still takes its token."""
    if not known.token or not known.younger(PAGES_LIVE, at=at):
        return None
    try:
        return client.page(known.start, known.token)
    except NotAllowed:
        raise
    except Refused:
        return None
