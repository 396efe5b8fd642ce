"""One entry of NCMEC's hash sharing interface, and the rows that it becomes.

The letter of a classification is AGE (A prepubescent, B pubescent). It is kept under ``us-ncmec`` and nowhere else.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from openhotline.errors import BadInput
from openhotline.hashlists.cells import NO_VALUE, moment_of, printable
from openhotline.hashlists.entry import Grade
from openhotline.hashlists.kinds import normal_value, placed
from openhotline.hashlists.rows import BadRow, Item, Row

JURISDICTION, OUTCOME, AS_RECEIVED = "us-ncmec", "industry_classification", "as-received"
CLASSIFICATIONS = ("A1", "A2", "B1", "B2")

FINGERPRINTS = {
    "image": {"md5": "md5", "sha1": "sha1", "pdna": "photodna", "pdq": "pdq"},
    "video": {"md5": "md5", "sha1": "sha1"},
}
"""What is taken, by medium and element. Links and other makers' formats are counted and left out."""

ENTRIES = {"image": "image", "video": "video", "deletedimage": "image", "deletedvideo": "video"}
_number = re.compile(r"-?[0-9]{1,12}", re.ASCII)


@dataclass(slots=True)
class NcmecEntry:
    """What was read of one image or video."""

    tag: str
    line: int
    members: list[str] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
    fingerprints: list[tuple[str, str]] = field(default_factory=list)
    spoken: dict[str, set[str]] = field(default_factory=dict)  # fingerprint type -> what feedback says
    too_long: bool = False


def rows_of_entry(entry: NcmecEntry, left_out: Counter[str]) -> list[Item]:
    """Return the rows of an entry; values of kinds that are not taken are counted in ``left_out``."""
    identities = entry.texts.get("id", [])
    known = len(identities) == 1 and identities[0] and len(entry.members) == 1
    if not known or not _number.fullmatch(entry.members[0]):
        return [BadRow(entry.line, "The entry does not name one member and one id.")]
    if entry.too_long:
        return [BadRow(entry.line, "An element of the entry is longer than any value.")]
    told = Row(
        algorithm="",
        value="",
        line=entry.line,
        media=ENTRIES[entry.tag],
        reference=printable(f"{entry.members[0]}-{identities[0]}"),
        at=moment_of(next(iter(entry.texts.get("timestamp", [])), "")),
    )
    if entry.tag.startswith("deleted"):
        return [told._replace(withdrawn=True)]
    return _values(entry, _classified(told, entry), left_out)


def _classified(told: Row, entry: NcmecEntry) -> Row:
    words = [text for text in entry.texts.get("classification", []) if text]
    if len(words) == 1 and words[0] in CLASSIFICATIONS:
        return told._replace(grades={JURISDICTION: Grade(OUTCOME, words[0], AS_RECEIVED)})
    return told._replace(tags=tuple(f"classification:{printable(word)}" for word in words))


def _values(entry: NcmecEntry, told: Row, left_out: Counter[str]) -> list[Item]:
    rows: list[Item] = []
    taken = FINGERPRINTS[told.media]
    unused = 0
    for name, text in entry.fingerprints:
        if name not in taken or not text:
            left_out[name] += 1
            unused += 1
            continue
        algorithm, media = placed(taken[name], told.media)
        try:
            value = normal_value(algorithm, text)
        except BadInput as problem:
            rows.append(BadRow(entry.line, problem.message))
            continue
        said = tuple(f"ncmec:{word}" for word in sorted(entry.spoken.get(name, ())))
        rows.append(told._replace(algorithm=algorithm, value=value, media=media, tags=told.tags + said))
    return rows if rows or unused else [BadRow(entry.line, NO_VALUE)]
