"""A feed's lines as NCMEC's protocol shows them. Plain values in and out.

The classification is what the file ``us-ncmec`` derived, whose letter is AGE; no other jurisdiction's letter is ever
put there, and where that file is silent, nothing is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from openhotline.exchange import ncmec
from openhotline_server.sharing.spans import Line

JURISDICTION, OUTCOME = "us-ncmec", "industry_classification"
ELEMENTS = {"md5": "md5", "sha1": "sha1", "photodna": "pdna", "pdq": "pdq"}
"""Our algorithm -> the element of a fingerprint. A SHA-256 has none."""

ALGORITHMS = {ncmec.FEEDBACK_TYPES[element]: name for name, element in ELEMENTS.items()}
"""What feedback calls a fingerprint -> our algorithm."""


def shown(lines: Iterable[Line], member: ncmec.Member) -> list[ncmec.Entry | ncmec.Deletion]:
    """Return the entries that lines give; an address, or an item without a hash of a known kind, gives none."""
    found = (_shown(line, member) for line in lines)
    return [entry for entry in found if entry is not None]


def classification(grades: Mapping[str, Mapping[str, str]]) -> str:
    """Return the letter and number, or nothing where the rule is silent."""
    said = grades.get(JURISDICTION, {})
    grade = said.get("grade") or ""
    return grade if said.get("outcome") == OUTCOME and grade in ncmec.CLASSIFICATIONS else ""


def _shown(line: Line, member: ncmec.Member) -> ncmec.Entry | ncmec.Deletion | None:
    document: Mapping[str, Any] = line.document
    hashes = document.get("hashes", {})
    prints = {element: hashes[name]["value"] for name, element in ELEMENTS.items() if name in hashes}
    if not prints:
        return None
    media = document.get("media", "image")
    if line.withdrawn:
        return ncmec.Deletion(member, line.reference, line.at, media)
    return ncmec.Entry(
        member, line.reference, line.at, prints, classification(document.get("grades", {})), media
    )
