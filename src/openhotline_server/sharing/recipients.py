"""Who may read a feed."""

from __future__ import annotations

from openhotline_server.accounts.models import User
from openhotline_server.sharing.models import Entitlement, Feed


def list_recipients(feed: Feed) -> list[User]:
    """The partners who may read a feed now, by name."""
    rights = Entitlement.objects.filter(feed=feed, ended_at=None).select_related("partner")
    return [right.partner for right in rights.order_by("partner__username")]
