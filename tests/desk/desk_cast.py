"""What desk tests play with: a desk that is asked over HTTP, and cases of pictures drawn by code."""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageDraw

from openhotline.media.preview import make_preview
from openhotline.provenance import Evidence
from openhotline_server.evidence.models import Item
from openhotline_server.evidence.operations import Capture, capture_many, record_without_file
from openhotline_server.findings import operations as findings
from openhotline_server.intake.models import Report
from openhotline_server.intake.operations import receive
from openhotline_server.triage.models import Case
from openhotline_server.triage.operations import open_cases
from openhotline_server.triage.signals import gather

ACTOR = "test"


@dataclass(frozen=True)
class Desk:
    """A signed-in reader's desk, spoken to as the page speaks to it."""

    client: Client

    def post(self, path: str, **body: Any) -> HttpResponse:
        return self.client.post(f"/console/desk/{path}", body, content_type="application/json")

    def get(self, path: str) -> HttpResponse:
        return self.client.get(f"/console/desk/{path}")

    def next(self) -> list[dict[str, Any]]:
        return list(self.post("next").json()["cases"])

    def sheet(self, case: dict[str, Any], *, level: int = 2, page: int = 0) -> HttpResponse:
        return self.get(f"cases/{case['code']}/sheet/{case['edition']}/{page}/{level}")

    def vote(
        self, case: dict[str, Any], *, vote: uuid.UUID | None = None, ask_second: bool = False, **facts: str
    ) -> HttpResponse:
        code = str(vote or uuid.uuid4())
        return self.post(f"cases/{case['code']}/vote", vote=code, facts=facts, ask_second=ask_second)


OFF_REMIT = {"child": "no", "discount_reason": "off_remit"}


@lru_cache(maxsize=512)
def drawn(number: int, *, like: int | None = None, size: tuple[int, int] = (480, 360)) -> bytes:
    """A landscape of shapes, drawn from a number; ``like`` another one, but for a small mark."""
    rng = np.random.default_rng(number if like is None else like)
    sky = np.linspace(rng.integers(150, 230), rng.integers(60, 140), size[1]).astype(np.uint8)
    picture = Image.fromarray(np.repeat(sky[:, None, None], size[0], 1).repeat(3, 2))
    pen = ImageDraw.Draw(picture)
    for _ in range(14):
        x, y, r = rng.integers(0, size[0]), rng.integers(size[1] // 3, size[1]), rng.integers(20, 120)
        colour = tuple(int(c) for c in rng.integers(20, 235, 3))
        shape = rng.integers(0, 3)
        if shape == 0:
            pen.ellipse((x - r, y - r, x + r, y + r), fill=colour)
        elif shape == 1:
            pen.rectangle((x - r, y - r // 2, x + r, y + r), fill=colour)
        else:
            pen.polygon([(x, y - r), (x - r, y + r), (x + r, y + r)], fill=colour)
    if like is not None:
        pen.rectangle((8 * (number % 40), 8, 8 * (number % 40) + 14, 22), fill=(250, 250, 250))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def a_report(name: str = "a batch", *, at: datetime) -> Report:
    return receive(
        kind=Report.Kind.BATCH, source=name, origin=name, received_on=at.date(), actor=ACTOR, at=at
    )


def capture(numbers: Sequence[tuple[int, int | None]], *, report: Report, at: datetime) -> list[Item]:
    """Take drawn pictures in, preview and all, as an import does."""
    captures = []
    for number, like in numbers:
        data = drawn(number, like=like)
        preview = make_preview(np.asarray(Image.open(io.BytesIO(data)).convert("L")))
        captures.append(
            Capture(
                path=f"batch/very-telling-name-{number}.jpg",
                modified=None,
                size=len(data),
                untrusted_bytes=data,
                preview=preview,
                sha256=hashlib.sha256(data).hexdigest(),
                sha1=hashlib.sha1(data).hexdigest(),
                md5=hashlib.md5(data).hexdigest(),
            )
        )
    with transaction.atomic():
        taken = capture_many(report=report, captures=captures, actor=ACTOR, at=at)
        items = [taken.new.get(c.sha256) or taken.known[c.sha256] for c in captures]
        findings.record_examinations(found={i: _found(i) for i in taken.new.values()}, at=at)
    return items


def cases_of(groups: Sequence[Sequence[Item]], *, at: datetime) -> list[Case]:
    """Make each group one cluster, its first item the representative, and open its case."""
    clusters = findings.create_clusters(
        groups=[findings.Grouping(g[0], [(item, 2 * n) for n, item in enumerate(g[1:], 1)]) for g in groups],
        at=at,
    )
    return open_cases(clusters=gather({c: list(g) for c, g in zip(clusters, groups, strict=True)}), at=at)


def shown_cases(sizes: Sequence[int], *, first: int = 1, at: datetime | None = None) -> list[Case]:
    """Cases of drawn pictures, one for each number of members."""
    at = at or timezone.now()
    report = a_report(at=at)
    groups, number = [], first * 1000
    for size in sizes:
        groups.append(capture([(number + n, number) for n in range(size)], report=report, at=at))
        number += 1000
    return cases_of(groups, at=at)


def recorded_cases(count: int, *, at: datetime | None = None) -> list[Case]:
    """Cases of one record each, without files: as fast as rows can be written."""
    at = at or timezone.now()
    report = a_report(f"{count} records", at=at)
    items = record_without_file(
        report=report, places=[f"record {n}" for n in range(count)], actor=ACTOR, at=at
    )
    return cases_of([[item] for item in items], at=at)


def _found(item: Item) -> findings.Found:
    lines = (
        (
            Evidence(
                "unsigned_claims",
                "PNG text: a generator",
                "generated",
                "asserted_unsigned",
                1.0,
                "Anybody can write such a label.",
            ),
        )
        if item.pk % 3 == 0
        else ()
    )
    return findings.Found(
        media_type="image/jpeg", width=480, height=360, frames=1, failure="", has_preview=True, evidence=lines
    )
