"""The documents of NCMEC's hash sharing interface, version 2, as a server writes them.

Shapes as the client of threatexchange 1.2.17 reads them (its ``hash_api.py``): lower-case names of fingerprints,
``maxTimestamp`` on everything that is not empty, one ``id`` and one ``member`` in every entry, whole seconds in UTC.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from openhotline.errors import BadInput

NAMESPACE = "https://hashsharing.ncmec.org/hashsharing/v2"
CONTENT_TYPE = "application/xml; charset=utf-8"

IMAGE, VIDEO = "image", "video"
CLASSIFICATIONS = ("A1", "A2", "B1", "B2")
"""The letter is AGE (A prepubescent, B pubescent), the number the act. No other scheme's letter may stand here."""

FEEDBACK_TYPES = {
    "md5": "MD5",
    "sha1": "SHA1",
    "pdna": "PDNA",
    "pdq": "PDQ",
    "netclean": "NETCLEAN",
    "videntifier": "VIDENTIFIER",
    "tmk-pdqf": "TMK_PDQF",
    "ssvh-pdna": "SSVH_PDNA",
    "ssvh-safer-hash": "SSVH_SAFER_HASH",
}
"""A fingerprint's element -> what feedback calls it in an address."""

_reasons = uuid.uuid5(uuid.NAMESPACE_URL, "urn:openhotline:feedback-reason")


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation; ``id`` is a number of the server's own."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One image or video. ``at`` is when it was published; ``fingerprints`` by element: md5, sha1, pdna, pdq."""

    member: Member
    id: str
    at: datetime
    fingerprints: Mapping[str, str]
    classification: str = ""
    media: str = IMAGE


@dataclass(frozen=True, slots=True)
class Deletion:
    """A tombstone: whoever holds the entry removes it."""

    member: Member
    id: str
    at: datetime
    media: str = IMAGE


@dataclass(frozen=True, slots=True)
class QueryResult:
    """A page of entries. ``next_path`` begins with ``/v2/`` and is empty on the last page."""

    entries: Sequence[Entry | Deletion]
    next_path: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an entry may be disputed."""

    code: str
    name: str

    @property
    def guid(self) -> str:
        """Return the name by which a client gives the reason: made of the code, so the same everywhere."""
        return str(uuid.uuid5(_reasons, self.code))


@dataclass(frozen=True, slots=True)
class Submission:
    """What a client says of one fingerprint of an entry."""

    affirmative: bool
    reasons: tuple[str, ...] = field(default=())  # guids


def write_query_result(page: QueryResult) -> bytes:
    """Return a page as XML."""
    if page.next_path and not page.next_path.startswith("/v2/"):
        raise BadInput("The next page's address begins with /v2/, because clients put it behind their base.")
    parts = [_group(f"{media}s", [e for e in page.entries if e.media == media]) for media in (IMAGE, VIDEO)]
    if page.next_path:
        parts.append(f"<paging><next>{escape(page.next_path)}</next></paging>")
    return _document("queryResult", parts)


def write_status(*, address: str, user: str, member: Member) -> bytes:
    """Return who is asking, as the server sees it."""
    parts = [f"<ipAddress>{escape(address)}</ipAddress><username>{escape(user)}</username>", _member(member)]
    return _document("status", parts)


def write_members(members: Iterable[Member]) -> bytes:
    """Return the organisations that a client may see."""
    return _document("members", map(_member, members))


def write_reasons(reasons: Iterable[Reason], *, kind: str) -> bytes:
    """Return why an entry may be disputed; ``kind`` is MD5, PDQ and so on.

    The list has a root around it: the client looks for it as a child.
    """
    parts = [
        f"<reason guid={quoteattr(r.guid)} name={quoteattr(r.name)} type={quoteattr(kind)}/>" for r in reasons
    ]
    inner = f"<availableFeedbackReasons type={quoteattr(kind)}>{''.join(parts)}</availableFeedbackReasons>"
    return _document("feedbackReasons", [inner])


def write_submission(submission: Submission) -> bytes:
    """Return feedback as a client sends it."""
    if submission.affirmative:
        return _document("feedbackSubmission", ["<affirmative/>"])
    guids = "".join(f"<guid>{escape(guid)}</guid>" for guid in submission.reasons)
    return _document("feedbackSubmission", [f"<negative><reasonIds>{guids}</reasonIds></negative>"])


def write_problem(sentence: str) -> bytes:
    """Return why there is no other answer."""
    return _document("problem", [escape(sentence)])


def as_time(at: datetime) -> str:
    """Return a moment in UTC, in whole seconds: never later than it is."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _group(name: str, entries: Sequence[Entry | Deletion]) -> str:
    if not entries:
        return f'<{name} count="0"/>'
    newest = as_time(max(entry.at for entry in entries))
    inner = "\n".join(_entry(e) if isinstance(e, Entry) else _deletion(e) for e in entries)
    return f'<{name} count="{len(entries)}" maxTimestamp="{newest}">\n{inner}\n</{name}>'


def _entry(entry: Entry) -> str:
    if entry.classification and entry.classification not in CLASSIFICATIONS:
        raise BadInput("A classification is A1, A2, B1 or B2; no other scheme's grade stands in its place.")
    letter = f"<classification>{entry.classification}</classification>" if entry.classification else ""
    prints = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in entry.fingerprints.items())
    return (
        f"<{entry.media}>{_member(entry.member)}<timestamp>{as_time(entry.at)}</timestamp>"
        f"<id>{escape(entry.id)}</id>{letter}<fingerprints>{prints}</fingerprints></{entry.media}>"
    )


def _deletion(gone: Deletion) -> str:
    name = f"deleted{gone.media.capitalize()}"
    return (
        f"<{name}>{_member(gone.member)}<id>{escape(gone.id)}</id>"
        f"<timestamp>{as_time(gone.at)}</timestamp></{name}>"
    )


def _member(member: Member) -> str:
    return f'<member id="{member.id}">{escape(member.name)}</member>'


def _document(root: str, parts: Iterable[str]) -> bytes:
    inner = "\n".join(parts)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{NAMESPACE}">{inner}</{root}>\n'.encode()
