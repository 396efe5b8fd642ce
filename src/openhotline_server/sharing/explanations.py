"""The explanation of an answer, carried by the answer itself: sealed, so that it tells only us what is in it.

Nothing about what a partner asked is kept here. An answer's identifier holds which entry it rests on, sealed under a
key that is derived from the site's; whoever was given the answer may bring it back and is told what its grant allows.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from openhotline.errors import NotFound
from openhotline_server.accounts.models import User
from openhotline_server.lists import asking
from openhotline_server.lists.models import Entry
from openhotline_server.sharing.grants import grants_of
from openhotline_server.sharing.models import MatchGrant

KEPT = timedelta(days=30)
"""For which an answer can be explained."""

UNKNOWN = "No answer of this identifier was given to this organisation in the last 30 days."


@dataclass(frozen=True)
class Explanation:
    """Why an answer was a match. ``grant`` is what the partner may be told now; ``entry`` is as it stands now."""

    grant: MatchGrant
    entry: Entry
    edition: int
    asked_at: datetime
    distance: int
    threshold: int
    quality: int | None
    sources: int
    variant: str = asking.ORIGINAL

    @property
    def in_force(self) -> bool:
        """Whether the entry is still on the list."""
        return self.entry.withdrawn_in_id is None


def seal(partner: User, match: asking.Match, *, at: datetime) -> str:
    """Return the identifier of an answer."""
    said = [
        partner.pk,
        match.entry.pk,
        match.edition.number,
        match.distance,
        match.threshold,
        match.quality,
        match.sources,
        match.variant,
    ]
    return _box().encrypt_at_time(json.dumps(said).encode(), int(at.timestamp())).decode()


def explain(identifier: str, *, partner: User, at: datetime) -> Explanation:
    """Open an answer's identifier again. Raises NotFound for another's, an old one, and for none at all."""
    try:
        token = identifier.encode("ascii")
        said = json.loads(_box().decrypt_at_time(token, int(KEPT.total_seconds()), int(at.timestamp())))
        asked_at = datetime.fromtimestamp(_box().extract_timestamp(token), UTC)
    except (InvalidToken, UnicodeEncodeError):
        raise NotFound(UNKNOWN) from None
    whose, key, edition, distance, threshold, quality, sources, *more = said  # none more: of an older release
    entry = Entry.objects.select_related("hash_list", "withdrawn_in").filter(pk=key).first()
    granted = grants_of(partner).filter(hash_list=entry.hash_list).first() if entry else None
    if whose != partner.pk or entry is None or granted is None:
        raise NotFound(UNKNOWN)
    return Explanation(granted, entry, edition, asked_at, distance, threshold, quality, sources, *more)


@lru_cache(maxsize=1)
def _box() -> Fernet:
    key = HKDF(SHA256(), 32, salt=None, info=b"openhotline match explanation 1").derive(
        settings.DATA.site_key().encode()
    )
    return Fernet(base64.urlsafe_b64encode(key))
