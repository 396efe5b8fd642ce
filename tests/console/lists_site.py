"""Lists, loadings and matches for a served site: ``python -m tests.console.lists_site DIR`` prints their pages."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from tests.desk.desk_site import environment


def make() -> dict[str, str]:
    """A list in force, one that is set aside, a loading that stopped, a match, and signed files; by name, the page."""
    from datetime import timedelta

    from django.utils import timezone
    from tests.lists.lists_cast import a_list, csv_of, flipped, loaded, random_pdqs

    from openhotline_server.evidence.models import Item
    from openhotline_server.findings.models import KnownMatch
    from openhotline_server.findings.operations import NewMatch, record_matches
    from openhotline_server.lists.models import Edition, Entry
    from openhotline_server.lists.operations import set_aside
    from openhotline_server.sharing.feeds import ensure_standard_feeds
    from openhotline_server.sharing.signed_files import publish_files, repository_of

    now = timezone.now()
    one, two = random_pdqs(2)
    known, aside = a_list("known", turned=True), a_list("aside")
    with tempfile.TemporaryDirectory() as folder:
        loaded(known, csv_of(Path(folder) / "a.csv", [one, two]), at=now)
        stopped = loaded(known, csv_of(Path(folder) / "b.csv", [one, "abcd"]), at=now)
    set_aside(hash_list=aside, reason="3 of 5 items matched.", actor="system", at=now)
    entry, edition = Entry.objects.get(value=one), Edition.objects.get()
    match = NewMatch(
        Item.objects.order_by("pk")[0].pk, entry.pk, edition.pk, 3, 31, 90, "rotate_90", flipped(one, 1, 2, 3)
    )
    record_matches(matches=[match], at=now)
    feed = ensure_standard_feeds(at=now)[0]
    # Three days old: subscribers trust it no more, and that is an alarm.
    publish_files(feed=feed, repository=repository_of(feed), actor="system", at=now - timedelta(days=3))
    return {
        "LIST": f"/console/lists/{known.code}/",
        "ASIDE": f"/console/lists/{aside.code}/",
        "LOADING": f"/console/lists/loadings/{stopped.code}/",
        "MATCH": f"/console/matches/{KnownMatch.objects.get().code}/",
    }


if __name__ == "__main__":
    os.environ |= environment(Path(sys.argv[1]))
    from openhotline_server.commands import site_ready

    site_ready()
    print(json.dumps(make()))
