"""Feeds as signed files: for each, a repository of its own with keys of its own, in the data directory.

::

    DIR/updates/<feed>/             what is served: metadata and targets
    DIR/secrets/updates/<feed>/     root.pem, targets.pem, snapshot.pem, timestamp.pem
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from openhotline.errors import Damaged, NotFound
from openhotline.exchange.updates import TIMESTAMP_LIFE, Edition, Keys, Repository
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record
from openhotline_server.sharing.models import Feed
from openhotline_server.sharing.own_list import write_table

_served = re.compile(
    r"metadata/(?:timestamp|[0-9]{1,9}\.(?:root|snapshot|targets))\.json|"
    r"targets/[0-9a-f]{64}\.(?:list|delta-[0-9]{1,9})\.csv\.gz",
    re.ASCII,
)


STALE_BEFORE = timedelta(hours=24)
"""Before subscribers stop trusting a list: a worker that signs it twice a day has then missed it three times."""

ROOT_BEFORE = timedelta(days=30)


@dataclass(frozen=True)
class Published:
    """A feed's signed files: until when they are trusted, None where nothing is published or it cannot be read."""

    feed: Feed
    repository: Repository
    signed_until: datetime | None
    root_until: datetime | None

    @property
    def signed_at(self) -> datetime | None:
        """When the newest state was signed."""
        return self.signed_until - TIMESTAMP_LIFE if self.signed_until else None

    def is_stale(self, *, at: datetime) -> bool:
        """Whether subscribers stop trusting the list soon, or have stopped; or its root must be renewed."""
        limits = ((self.signed_until, STALE_BEFORE), (self.root_until, ROOT_BEFORE))
        return any(until is None or until - at < before for until, before in limits)


def list_published() -> list[Published]:
    """Every feed whose files were ever published."""
    feeds = ((feed, repository_of(feed)) for feed in Feed.objects.filter(ended_at=None).order_by("pk"))
    return [_published(feed, repository) for feed, repository in feeds if repository.exists]


def list_stale(*, at: datetime) -> list[Published]:
    """Those of them that somebody must see to: subscribers stop trusting a list that is not signed anew."""
    return [one for one in list_published() if one.is_stale(at=at)]


def _published(feed: Feed, repository: Repository) -> Published:
    try:
        return Published(feed, repository, repository.signed_until(), repository.root_expires_at())
    except Damaged:
        return Published(feed, repository, None, None)


def repository_of(feed: Feed, folder: Path | None = None) -> Repository:
    """A feed's repository; in the data directory, unless another folder is named."""
    where = folder or settings.DATA.root / "updates"
    return Repository(where / feed.name, Keys(settings.DATA.secrets / "updates" / feed.name), feed.name)


def publish_files(*, feed: Feed, repository: Repository, actor: str, at: datetime) -> tuple[Edition, bool]:
    """Publish what a feed shows now; return the edition, and whether it is new. Otherwise it is only signed anew."""
    if not repository.exists:
        repository.create(at=at)
    before = _find_edition(repository)
    with tempfile.TemporaryDirectory(prefix="openhotline-") as folder:
        table = Path(folder) / "list.csv"
        with table.open("w", encoding="utf-8", newline="") as stream:
            write_table(stream, feed, now=at)
        edition = repository.publish(table, at=at)
    if before is not None and before.number == edition.number:
        return edition, False
    _note(feed, edition, actor, at)
    return edition, True


def file_to_serve(feed: Feed, name: str) -> Path:
    """The file of a feed's repository that this name means; raises NotFound for anything else."""
    path = repository_of(feed).folder / name
    if not _served.fullmatch(name) or not path.is_file():
        raise NotFound("There is no such file in this repository.")
    return path


def _find_edition(repository: Repository) -> Edition | None:
    try:
        return repository.edition()
    except NotFound:
        return None


@transaction.atomic
def _note(feed: Feed, edition: Edition, actor: str, at: datetime) -> None:
    record(
        actor=actor,
        at=at,
        event=Event.EDITION_PUBLISHED,
        subject=f"feed:{feed.code}",
        details={"edition": edition.number, "rows": edition.rows, "sha256": edition.sha256},
    )
