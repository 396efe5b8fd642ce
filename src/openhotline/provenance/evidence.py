"""One piece of evidence about where an image comes from, with its weight and its doubt."""

from __future__ import annotations

from dataclasses import dataclass

SIGNED_PROVENANCE = "signed_provenance"
UNSIGNED_CLAIMS = "unsigned_claims"
CAMERA_TRACES = "camera_traces"
SENSOR_PATTERN = "sensor_pattern"
PIXEL_DETECTORS = "pixel_detectors"
ANALYST = "analyst"
FAMILIES = (SIGNED_PROVENANCE, UNSIGNED_CLAIMS, CAMERA_TRACES, SENSOR_PATTERN, PIXEL_DETECTORS, ANALYST)

NONE = "none"
ASSERTED_UNSIGNED = "asserted_unsigned"
SIGNED_BUT_UNTRUSTED = "signed_but_untrusted"
CRYPTOGRAPHIC_TRUSTED = "cryptographic_trusted"
BROKEN_INTEGRITY = "broken_integrity"
SIGNED_BUT_NOT_VERIFIABLE = "signed_but_not_verifiable"
REMOTE_REFERENCE_ONLY = "remote_reference_only"
UNREADABLE = "unreadable"
MEASURED = "measured"  # from the pixels: a sensor's pattern, a detector's score
STATED_BY_ANALYST = "stated_by_analyst"

NO_CLAIM = "none"


@dataclass(frozen=True, order=True)
class Evidence:
    """What one check found.

    ``family``: checks of one family depend on each other; the strongest counts, never the sum.
    ``source``: where it stands and, after a colon, which program or kind; never text from the file.
    ``claim``: what the file says or shows, ``none`` where the check could not be made.
    ``strength``: one of the words above. A signal that is missing is no evidence at all.
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
