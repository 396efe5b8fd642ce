"""The words of a report's page, apart from its form."""

from __future__ import annotations

from collections.abc import Mapping

from openhotline.datasets.audit import kinds
from openhotline.datasets.audit.summary import CLEAN, ERRORS, HITS
from openhotline.datasets.inputs.shard import PROBLEMS
from openhotline.media.reasons import FAILED, TOO_LARGE, UNDECODABLE

VERDICTS: Mapping[str, tuple[str, str]] = {
    CLEAN: (
        "None of {seen} members is on a list, or lies near an entry of one.",
        "This says something of the lists that were asked, and nothing of what is on none of them.",
    ),
    HITS: (
        "{members} of {seen} members are on a list, or lie near an entry of one.",
        "Which they are stands in hits.parquet. A near match is a reason to have it looked at by those who may, "
        "not a finding.",
    ),
    ERRORS: (
        "Nothing was found among {seen} members, but not everything could be compared.",
        "What is missing is told below, by kind, and by shard and key in errors.parquet.",
    ),
}

STATES: tuple[tuple[str, str, str], ...] = (
    ("hashed", "Pictures", "Exact hashes, and PDQ"),
    ("too_poor", "… of these too poor", "Exact hashes only: the PDQ hash says too little"),
    ("unreadable", "Pictures that could not be decoded", "Exact hashes only"),
    ("other", "Other files", "Exact hashes"),
    ("stated", "Rows with ready hashes", "The hashes as the data set states them"),
    ("addresses", "Rows with an address alone", "The address, with lists of addresses"),
    ("labels", "Captions and classes", "Nothing: they were counted, and not looked at"),
    ("unread", "Could not be read", "Nothing"),
)
"""Columns of the counts, with their words and what was compared of each."""

NOT_COMPARED: tuple[tuple[str, str], ...] = (
    ("failed_shards", "{count} shards failed as a whole, and nothing is known of their members."),
    ("unread", "{count} members could not be read from their shards. Nothing is known of them."),
    (
        "unreadable",
        "{count} pictures could not be decoded. Their exact hashes were compared, their looks were not.",
    ),
    ("too_poor", "{count} pictures are too small or too even to be compared by their looks."),
    ("stated", "{count} rows hold ready hashes and no picture: the hashes were believed, not made."),
    (
        "addresses",
        "{count} rows hold an address alone. Nothing was fetched; what lies there was not compared.",
    ),
    ("labels", "{count} captions, classes and other labels were counted and not looked at."),
)

STORED = (
    "Addresses, and hashes that a table states beside its pictures, are not kept: they were not compared."
)
"""Of what is asked about stored fingerprints alone."""

MATCHED: Mapping[str, str] = {
    "md5": "MD5",
    "sha1": "SHA-1",
    "sha256": "SHA-256",
    "pdq": "PDQ",
    "url": "address",
    "domain": "domain",
}


def kind_words(kind: str) -> str:
    """Return what a kind of error means, with what to do."""
    for told in (kinds.WORDS, PROBLEMS, UNDECODABLE, TOO_LARGE, FAILED):
        if kind in told:
            return told[kind]
    return "See errors.parquet."
