"""What partners send and get when they ask whether something is on a list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from ninja import Field, Schema

from openhotline.known import Verdict

MOST_HASHES = 1000

Algorithm = Literal[
    "md5",
    "sha1",
    "sha256",
    "photodna",
    "text_sha256",
    "tensor_f16",
    "tensor_bf16",
    "url",
    "domain",
    "pdq",
]

Asked = Literal[Algorithm, "video_md5", "file_sha256"]
"""The last two are other names for what is asked as ``md5`` and ``sha256``."""


class HashIn(Schema):
    """One hash, or an address. ``value`` is hexadecimal; PhotoDNA's may be base64. ``quality`` is PDQ's, if known."""

    algorithm: Asked
    value: str = Field(max_length=2083)
    quality: Annotated[int, Field(ge=0, le=100)] | None = None


class HashesIn(Schema):
    """Up to a thousand hashes. ``lists`` names some of the lists that were granted; left out: all of them."""

    hashes: list[HashIn] = Field(min_length=1, max_length=MOST_HASHES)
    lists: list[str] | None = Field(default=None, min_length=1, max_length=100)


class Tags(Schema):
    """What the list, and the entry, say of the material. Only where the grant has the right to tags."""

    severity: str = Field(description="of the whole list, in the list's own words; empty where it says none")
    ai: str = Field(description="of the entry, or else of the whole list")
    grades: dict[str, dict[str, str]] = Field(
        description="by jurisdiction: outcome, grade, edition of its file"
    )
    words: list[str]


class MatchOut(Schema):
    """An entry that the file or hash is, or lies near. Nothing in it says which entry that is."""

    explanation: str = Field(description="for the call explain, for 30 days")
    algorithm: Algorithm
    exact: bool
    threshold: int = Field(description="bits of 256 at which this list matches; 0 where exact")
    quality: int | None = Field(description="of the PDQ hash that was asked about")
    variant: str = Field(
        description="how the picture was turned to lie so near: original, rotate_90, flip_x, …"
    )
    distance: int | None = Field(None, description="bits; only where the grant has the right to distances")
    tags: Tags | None = None


class ListOut(Schema):
    """What one list answers. ``edition`` is the list's when it was asked; ``reason`` why there is no plain answer."""

    list: str
    edition: int | None
    answer: Verdict
    reason: str
    matches: Sequence[MatchOut]


class AnswerOut(Schema):
    """The gravest answer of all lists, and each list's own."""

    answer: Verdict
    lists: list[ListOut]


class AnswersOut(Schema):
    """One answer for each hash, in the order in which they were asked."""

    answers: list[AnswerOut]


class PdqOut(Schema):
    """A PDQ hash. ``fast``: from a scaled decode, some bits off at the most; nothing lies near it on any list asked."""

    value: str
    quality: int
    mode: Literal["fast", "strict"]


class FileOut(Schema):
    """What was found in the caller's own file. ``problem`` says why there is no PDQ hash."""

    media_type: str
    size: int
    md5: str
    sha1: str
    sha256: str
    pdq: PdqOut | None
    problem: str


class ClaimOut(Schema):
    """One thing that the file says of its origin, with its doubt. Claims can be forged."""

    family: str
    source: str
    claim: str
    strength: str
    log10_lr: float
    doubt: str


class FileAnswerOut(AnswerOut):
    """The answer about a file, what was found in it, and what it says of its origin."""

    file: FileOut
    claims: list[ClaimOut]


class UnreadableOut(FileAnswerOut):
    """The file could not be compared with every entry, and nothing matched: no answer, and never "no match"."""

    error: str


class ExplanationOut(Schema):
    """Why an answer was a match. ``in_force`` and what may be told are as they are now, the rest as it was then."""

    list: str
    title: str
    edition: int
    asked_at: datetime
    algorithm: Algorithm
    exact: bool
    threshold: int
    variant: str
    quality: int | None
    least_quality: int
    sources: int = Field(description="how many senders name the entry to the list")
    in_force: bool
    distance: int | None = None
    tags: Tags | None = None
    words: str
