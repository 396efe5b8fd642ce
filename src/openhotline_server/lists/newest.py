"""The edition in force: asked by every search and every question."""

from __future__ import annotations

from openhotline_server.ledger.prepared import Place, Prepared
from openhotline_server.lists.models import Edition, HashList

_newest = Prepared(lambda: Edition.objects.filter(hash_list=Place(0)).order_by("-number")[:1])


def find_newest(hash_list: HashList) -> Edition | None:
    """Return a list's newest edition; None before the first."""
    return _newest.first(hash_list.pk)
