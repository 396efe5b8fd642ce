"""What partners send and get when they report addresses."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict, field_validator, model_validator

from openhotline.errors import BadInput
from openhotline.hashlists import normal_value
from openhotline_server.intake.deliveries import LONGEST_KEY
from openhotline_server.intake.given import LONGEST_WORDS, Given, GivenAddress

MOST_ADDRESSES = 1000
MOST_HASHES = 100


class StatedHash(Schema):
    """A hash of what lies at the address, hexadecimal. The file itself is not sent."""

    model_config = ConfigDict(extra="forbid")

    algorithm: Literal["md5", "sha1", "sha256", "pdq"]
    value: str = Field(max_length=64)

    @model_validator(mode="after")
    def _is_of_its_kind(self) -> StatedHash:
        try:
            self.value = normal_value(self.algorithm, self.value)
        except BadInput as problem:
            raise ValueError(problem.message) from None
        return self


class ReportedAddress(Schema):
    """One address, and what its sender says of it. That is kept as the sender's word; nothing is graded by it."""

    model_config = ConfigDict(extra="forbid")

    address: str = Field(min_length=1, max_length=2083)
    found_in: Literal["web", "app", "chat", "onion", "other"] = "web"
    severity: str | None = Field(
        None, max_length=100, description="in the sender's own scheme, which it names"
    )
    scheme: str | None = Field(None, max_length=100)
    ai: str | None = Field(None, max_length=100, description="what the sender says of generation")
    known_series: bool | None = None
    commercial: bool | None = None
    hashes: list[StatedHash] = Field(default_factory=list, max_length=MOST_HASHES)

    @model_validator(mode="after")
    def _names_its_scheme(self) -> ReportedAddress:
        if self.severity and not self.scheme:
            raise ValueError("A severity needs the name of its scheme.")
        return self

    def given(self) -> GivenAddress:
        """The address as the intake takes it."""
        stated = self.model_dump(exclude={"address", "found_in"}, exclude_none=True, exclude_defaults=True)
        return GivenAddress(self.address, self.found_in, stated)


class ReportIn(Schema):
    """One report: at least one address, and words where something is to be said."""

    model_config = ConfigDict(extra="forbid")

    addresses: list[ReportedAddress] = Field(min_length=1, max_length=MOST_ADDRESSES)
    words: str = Field("", max_length=LONGEST_WORDS)
    language: str = Field("", max_length=10)
    at_risk_now: bool = Field(False, description="a child may be in danger now")

    def given(self) -> Given:
        """The report as the intake takes it."""
        addresses = tuple(one.given() for one in self.addresses)
        return Given(addresses, words=self.words, language=self.language, at_risk_now=self.at_risk_now)

    def document(self) -> str:
        """Everything of it in one fixed form: spaces and the order of names do not count."""
        return self.model_dump_json(exclude={"key"})


class RowIn(ReportIn):
    """One report of a bulk call, under the sender's own key."""

    key: str = Field(min_length=1, max_length=LONGEST_KEY)

    @field_validator("key")
    @classmethod
    def _is_printable(cls, key: str) -> str:
        if not (key.isascii() and key.isprintable()):
            raise ValueError("A key has printable ASCII characters only.")
        return key


class ReportOut(Schema):
    """A report that was taken in. ``known``: so many of its addresses had been reported before."""

    code: str
    received_on: date
    addresses: int
    known: int


class RowOut(Schema):
    """What became of one row. ``row`` counts from 1; in lines of JSON it is the line's number."""

    row: int
    key: str | None
    outcome: Literal["taken", "conflict", "refused"]
    report: ReportOut | None = None
    error: str | None = None


class BulkOut(Schema):
    """One answer for each row, in the order in which they were sent, and how many were taken in."""

    taken: int
    not_taken: int
    rows: list[RowOut]


class StateOut(ReportOut):
    """Where a report stands, in words for its sender; ``each`` counts its addresses by the same words."""

    state: str
    each: dict[str, int]


def places_of(errors: list[Any], *, skip: int = 0) -> str:
    """Where a document is not as described; never what stood there."""
    places = [".".join(str(part) for part in one["loc"][skip:]) for one in errors[:10]]
    return ", ".join(place or "its beginning" for place in places) or "its beginning"
