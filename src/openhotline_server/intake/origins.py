"""Whether a delivery came before, by the keyed digest of its origin."""

from __future__ import annotations

from collections.abc import Iterable

from openhotline_server.intake.models import Report
from openhotline_server.intake.operations import origin_digest

IN_PART = 5000


def were_taken(origins: Iterable[str]) -> set[str]:
    """Those of the origins whose delivery came before."""
    by_digest = {origin_digest(origin): origin for origin in origins}
    digests = list(by_digest)
    found: set[str] = set()
    for first in range(0, len(digests), IN_PART):
        part = Report.objects.filter(origin_digest__in=digests[first : first + IN_PART])
        found |= {by_digest[digest] for digest in part.values_list("origin_digest", flat=True)}
    return found
