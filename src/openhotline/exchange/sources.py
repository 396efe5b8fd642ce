"""Where a list of somebody else's comes from, described so that it can be stored, and fetched by one call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from openhotline.errors import WrongUsage
from openhotline.exchange import ncmec, stopncii
from openhotline.exchange.fetching import Portion
from openhotline.exchange.peer import Limits, Peer

NCMEC, STOPNCII = "ncmec", "stopncii"
PROTOCOLS = (NCMEC, STOPNCII)


@dataclass(frozen=True)
class HashSource:
    """A peer's feed. ``user`` is NCMEC's; ``secret`` is the password or the function key; ``subscription`` is StopNCII's.

    The two keys are never part of what it prints as.
    """

    protocol: str
    base: str
    user: str = ""
    secret: str = field(default="", repr=False)
    subscription: str = field(default="", repr=False)

    def fetch(
        self, checkpoint: Mapping[str, Any] | None = None, *, at: datetime, limits: Limits | None = None
    ) -> Iterator[Portion]:
        """Yield everything since a checkpoint of this source, or from the beginning without one."""
        if self.protocol == NCMEC:
            peer = Peer(self.base, ncmec.Client.headers(self.user, self.secret), limits=limits)
            return ncmec.fetch(ncmec.Client(peer), checkpoint, at=at)
        if self.protocol == STOPNCII:
            peer = Peer(self.base, stopncii.Client.headers(self.secret, self.subscription), limits=limits)
            return stopncii.fetch(stopncii.Client(peer), checkpoint, at=at)
        raise WrongUsage(f"A source speaks one of {', '.join(PROTOCOLS)}. Choose one.")
