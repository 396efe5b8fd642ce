"""Feeds with many entries, quickly, and the peers' own software as a partner runs it: unmodified, in its own process."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from openhotline_server.accounts.models import User
from openhotline_server.accounts.operations import issue_partner_key
from openhotline_server.lists.operations import NewEntry, ensure_own_list, load_edition
from openhotline_server.sharing import rules
from openhotline_server.sharing.feeds import make_feed, write_lines
from openhotline_server.sharing.models import Feed, Publication
from openhotline_server.sharing.operations import entitle

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
THREATEXCHANGE = Path(sys.executable).with_name("threatexchange")
GRADES = {
    "gb-eng": {"outcome": "photograph", "grade": "C", "edition": "t"},
    "us-ncmec": {"outcome": "industry_classification", "grade": "A2", "edition": "t"},
}
_random = Random(20261103)


def digits(count: int) -> str:
    """A random value of so many hexadecimal digits: it is the hash of nothing."""
    return f"{_random.getrandbits(4 * count):0{count}x}"


def a_document(**changes: Any) -> dict[str, Any]:
    """An entry as it is shared: random hashes, graded."""
    kinds = {"md5": 32, "sha1": 40, "sha256": 64, "pdq": 64}
    hashes = {name: {"value": digits(count)} for name, count in kinds.items()}
    made = rules.document(
        reference=str(uuid.UUID(int=_random.getrandbits(128))),
        hashes=hashes,
        grades=GRADES,
        facts={},
        ai="none",
    )
    return made | changes


def pdq(document: dict[str, Any]) -> str:
    return str(document["hashes"]["pdq"]["value"])


def entry_id(document: dict[str, Any]) -> str:
    return str(document["reference"])


def a_feed(name: str = "all") -> Feed:
    """A feed of everything, without the other standard ones: what a test with many entries can afford."""
    return make_feed(name=name, title="Everything", selection={}, actor="system", at=timezone.now())


@transaction.atomic
def write(
    documents: list[dict[str, Any]],
    moments: list[datetime],
    act: Publication.Act = Publication.Act.PUBLISHED,
) -> None:
    """Append to the log and to every feed, as publishing does, without cases behind it."""
    own = ensure_own_list(at=moments[0])
    last = Publication.objects.order_by("-sequence").values_list("published_at", flat=True).first()
    moments = [max(moment, last or moment) for moment in moments]
    rows = [
        Publication(
            hash_list=own,
            reference=document["reference"],
            act=act,
            edition=1,
            document=document,
            published_by="system",
            published_at=moment,
        )
        for document, moment in zip(documents, moments, strict=True)
    ]
    write_lines(Publication.objects.bulk_create(rows, batch_size=500))


def publish_now(count: int) -> list[dict[str, Any]]:
    """New entries, published at this moment."""
    documents = [a_document() for _ in range(count)]
    write(documents, [timezone.now()] * count)
    return documents


def publish_since(count: int, begin: datetime, end: datetime) -> list[dict[str, Any]]:
    """Entries published one after the other between two moments."""
    step = (end - begin) / count
    documents = [a_document() for _ in range(count)]
    write(documents, [begin + number * step for number in range(count)])
    return documents


def withdraw_now(documents: list[dict[str, Any]]) -> None:
    stones = [rules.tombstone(document, reason="published in error") for document in documents]
    write(stones, [timezone.now()] * len(stones), Publication.Act.WITHDRAWN)


def listed(feed: Feed, document: dict[str, Any]) -> None:
    """Put an entry's hash on our own list, as publishing does."""
    entry = NewEntry(algorithm="pdq", value=pdq(document), source_reference=entry_id(document))
    load_edition(hash_list=feed.hash_list, add=[entry], withdraw=[], actor="system", at=timezone.now())


def years_ago(years: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=365 * years)


def a_key(partner: User, feed: Feed, *, since: datetime | None = None) -> str:
    """The key of a partner who may read a feed, from now on or since an earlier moment."""
    entitle(partner=partner, feed=feed, actor="system", at=since or timezone.now())
    return issue_partner_key(partner=partner, actor="system", at=timezone.now()).secret


@dataclass
class Program:
    """The command line of threatexchange, with a state of its own, as one partner's machine has it."""

    state: Path
    zone: str = "UTC"
    environment: dict[str, str] = field(default_factory=dict)
    typed: list[tuple[str, ...]] = field(default_factory=list)

    def run(self, *words: str, exit_code: int = 0) -> str:
        """Run it; return what it printed."""
        self.typed.append(words)
        done = subprocess.run(
            [THREATEXCHANGE, *words],
            env={
                **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
                "TX_STATEDIR": str(self.state),
                "TZ": self.zone,
                "PYTHONPATH": str(REPOSITORY / "extras" / "openhotline-threatexchange"),
                **self.environment,
            },
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == exit_code, done.stderr[-3000:]
        return done.stdout

    def fetch(self, *, exit_code: int = 0) -> None:
        self.run("fetch", "--skip-index-rebuild", "--only-collab", "HOTLINE", exit_code=exit_code)

    def entries(self) -> dict[str, str]:
        """What it holds: PDQ hash -> what it says of it."""
        only = ("--only-signals", "pdq", "--only-collabs", "HOTLINE")
        lines = self.run("dataset", "--print-signals", *only).splitlines()
        return {value: said for value, _, said in (line.partition(" ") for line in lines)}


def stopncii_program(state: Path, base: str, key: str, zone: str = "UTC") -> Program:
    """The program, taking a feed by StopNCII's protocol. Nothing but its credentials says where from."""
    program = Program(state, zone, {"TX_STOPNCII_KEYS": f"{key},any,{base}"})
    program.run("config", "collab", "edit", "stop_ncii", "--create", "HOTLINE")
    return program


def ncmec_program(state: Path, base: str, user: str, key: str, zone: str = "UTC") -> Program:
    """The program, taking a feed by NCMEC's protocol through the extension package."""
    program = Program(state, zone, {"TX_HOTLINE_CREDENTIALS": f"{user}:{key}"})
    program.run("config", "extensions", "add", "openhotline_threatexchange")
    program.run("config", "collab", "edit", "openhotline", "--create", "HOTLINE", "--base-url", base)
    return program
