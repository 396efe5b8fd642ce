"""What the tests of matching share: items that are held with a hash of theirs, and lists that hold such hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

from tests.conftest import NOON
from tests.lists.lists_cast import fed, flipped, random_pdqs
from tests.pipeline.conftest import draw

from openhotline import hashing, media
from openhotline.hashlists import Row
from openhotline_server.evidence.models import Item, Sighting
from openhotline_server.findings.models import Examination, Fingerprint, KnownMatch
from openhotline_server.intake.models import Report
from openhotline_server.intake.operations import receive
from openhotline_server.lists.models import HashList, Loading
from openhotline_server.pipeline import steps
from openhotline_server.triage.models import Case

_numbers = count(1)

ONE, TWO, THREE, FOUR, FIVE = random_pdqs(5, seed=77)


def held(*hashes: str | None, quality: int = 90, at: datetime = NOON, run: bool = True) -> list[Item]:
    """Take in items with these strict hashes (None: without one) as one report, all the machine's way.

    Nothing is decoded: their bytes are nowhere.
    """
    report = a_report(at=at)
    items = []
    for value in hashes:
        seed = str(next(_numbers)).encode()
        item = Item.objects.create(
            sha256=hashlib.sha256(seed).hexdigest(),
            sha1=hashlib.sha1(seed).hexdigest(),
            md5=hashlib.md5(seed).hexdigest(),
            size=len(seed),
            captured_at=at,
            captured_by="command-line",
            tool="a test",
        )
        Examination.objects.create(item=item, has_preview=True, examined_at=at, version="1")
        if value:
            Fingerprint.objects.create(
                item=item, algorithm="pdq", value=value, quality=quality, mode="strict", decoder="a test"
            )
        Sighting.objects.create(report=report, item=item, path=f"{item.pk}.jpg", seen_at=at)
        items.append(item)
    if run:
        steps.run_here(report, clock=lambda: at)
    return items


def a_report(*, at: datetime = NOON) -> Report:
    """An empty report."""
    return receive(
        kind=Report.Kind.BATCH,
        source="a test",
        origin=f"report {next(_numbers)}",
        received_on=date(2026, 11, 2),
        actor="command-line",
        at=at,
    )


def report_of(item: Item) -> Report:
    """The report that brought an item."""
    return Report.objects.get(pk=Sighting.objects.get(item=item).report_id)


def batch(folder: Path, **pictures: bytes) -> Path:
    """A folder with these pictures."""
    folder.mkdir()
    for name, data in pictures.items():
        (folder / f"{name}.jpg").write_bytes(data)
    return folder


@lru_cache
def strict(seed: int, variant: str = "original") -> str:
    """The strict PDQ hash of the drawn picture, or of one of its turns."""
    pixels = media.decode(draw(seed), want="rgb").pixels
    return hashing.dihedral(pixels)[hashing.VARIANTS.index(variant)].hex


def off(value: str, bits: int) -> str:
    """A hash so many bits away."""
    return flipped(value, *range(0, 2 * bits, 2))


def listed(hash_list: HashList, *values: str, quality: int | None = 90, **more: Any) -> Loading:
    """Put PDQ values onto a list, beside those that are there."""
    rows = [Row("pdq", value, line, quality=quality) for line, value in enumerate(values, 1)]
    return fed(hash_list, rows, **more)


def unlisted(hash_list: HashList, *values: str, **more: Any) -> Loading:
    """Withdraw PDQ values from a list."""
    rows = [Row("pdq", value, line, withdrawn=True) for line, value in enumerate(values, 1)]
    return fed(hash_list, rows, **more)


def item_at(path: str) -> Item:
    """The item that was seen there."""
    return Item.objects.get(pk__in=Sighting.objects.filter(path=path).values("item"))


def case_of(item: Item) -> Case:
    """The case whose cluster this item stands for."""
    return Case.objects.get(cluster__representative=item)


def reasons(case: Case) -> dict[str, int]:
    """A case's reasons as they stand in the database, with their points."""
    case.refresh_from_db()
    return {reason["code"]: reason["points"] for reason in case.reasons}


def only_match() -> KnownMatch:
    """The one match there is."""
    return KnownMatch.objects.select_related("entry", "edition").get()


def values(items: Iterable[Item]) -> set[int]:
    """Their keys."""
    return {item.pk for item in items}
