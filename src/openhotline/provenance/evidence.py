"""One piece of evidence about where an image comes from, with its weight and its doubt."""

from __future__ import annotations

from dataclasses import dataclass

UNSIGNED_CLAIMS = "unsigned_claims"
CAMERA_TRACES = "camera_traces"

NONE = "none"
ASSERTED_UNSIGNED = "asserted_unsigned"
UNREADABLE = "unreadable"

NO_CLAIM = "none"


@dataclass(frozen=True, order=True)
class Evidence:
    """What one check found.

    ``family``: checks of one family depend on each other; the strongest counts, never the sum.
    ``source``: where it stands and, after a colon, which program or kind; never text from the file.
    ``claim``: what the file says or shows, ``none`` where the check could not be made.
    ``strength``: ``asserted_unsigned`` or ``unreadable``. A signal that is missing is no evidence at all.
    ``log10_lr``: how much more likely it is with a generated image than with a camera's, as a power of ten.
    ``doubt``: why it may be wrong, in a sentence.
    """

    family: str
    source: str
    claim: str
    strength: str
    log10_lr: float
    doubt: str


def unreadable(family: str, source: str) -> Evidence:
    """Return the evidence that a check could not be made: it has failed, which is not "found nothing"."""
    doubt = "This part of the file is damaged, hostile or too large to be read; nothing follows from that."
    return Evidence(family, source, NO_CLAIM, UNREADABLE, 0.0, doubt)
