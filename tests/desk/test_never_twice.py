"""Known material and decided groups are never shown; nothing is shown twice, however often it arrives."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from datetime import timedelta

import numpy as np
import pytest
from django.db import transaction
from django.utils import timezone
from tests.desk.desk_cast import ACTOR, OFF_REMIT, Desk, a_report

from openhotline.media.preview import make_preview
from openhotline_server.accounts.models import User
from openhotline_server.assessment.models import Display, ReviewPolicy
from openhotline_server.assessment.operations import set_policy
from openhotline_server.assessment.queries import DEFAULT_POLICY
from openhotline_server.evidence.models import Item, Sighting
from openhotline_server.evidence.operations import Capture, capture_many
from openhotline_server.findings import operations as findings
from openhotline_server.findings.models import ClusterMember
from openhotline_server.lists.operations import NewEntry, ensure_own_list, load_edition
from openhotline_server.pipeline.steps import run_here
from openhotline_server.triage.models import Case

pytestmark = pytest.mark.django_db
FAMILIES, KNOWN = 150, 30  # families of one to four near duplicates; the first ones are on our list
DELIVERIES, EACH = 20, 500


class World:
    """A few hundred contents: bytes, a preview drawn from a number, and a hash near those of its family."""

    def __init__(self) -> None:
        lot = random.Random(4)
        self.contents: list[tuple[bytes, str, int]] = []
        for family in range(FAMILIES):
            base = lot.getrandbits(256)
            for member in range(lot.choice((1, 1, 1, 2, 4))):
                near = base ^ sum(1 << lot.randrange(256) for _ in range(2 * member))
                self.contents.append((f"family {family}, member {member}".encode(), f"{near:064x}", family))

    def captures(self, chosen: list[int], delivery: int) -> list[Capture]:
        return [self._capture(n, f"delivery {delivery}, place {place}") for place, n in enumerate(chosen)]

    def _capture(self, n: int, path: str) -> Capture:
        data = self.contents[n][0]
        grey = np.random.default_rng(n).integers(0, 255, (48, 64)).astype(np.uint8)
        return Capture(
            path=path,
            modified=None,
            size=len(data),
            untrusted_bytes=data,
            preview=make_preview(grey),
            sha256=hashlib.sha256(data).hexdigest(),
            sha1=hashlib.sha1(data).hexdigest(),
            md5=hashlib.md5(data).hexdigest(),
        )

    def found(self, item: Item) -> findings.Found:
        value = next(v for data, v, _ in self.contents if hashlib.sha256(data).hexdigest() == item.sha256)
        return findings.Found(
            media_type="image/jpeg",
            width=64,
            height=48,
            frames=1,
            failure="",
            has_preview=True,
            hashes=(findings.FoundHash("pdq", value, 100, "strict", "test", 0),),
        )


def _arrive(world: World, chosen: list[int], delivery: int) -> None:
    """A delivery goes the whole way that an import goes."""
    now = timezone.now()
    report = a_report(f"delivery {delivery}", at=now)
    with transaction.atomic():
        taken = capture_many(report=report, captures=world.captures(chosen, delivery), actor=ACTOR, at=now)
        findings.record_examinations(found={i: world.found(i) for i in taken.new.values()}, at=now)
    run_here(report, clock=timezone.now)


def _grade(desk: Desk, shown: set[str], most: int) -> int:
    """Grade as the open page does: the sheet of every case that is new in hand, one answer after the other."""
    cases, graded = desk.next(), 0
    while cases and graded < most:
        for case in cases:
            if case["code"] not in shown:
                assert desk.sheet(case).status_code == 200
                shown.add(case["code"])
        cases = desk.vote(cases[0], **OFF_REMIT).json()["cases"]
        graded += 1
    return graded


def test_ten_thousand_sightings_of_a_few_hundred_items_are_shown_once(anas_desk: Desk, ana: User) -> None:
    now = timezone.now()
    quiet = ReviewPolicy(
        **{**DEFAULT_POLICY, "last_hour": 24, "second_vote_percent": 0, "automatic_check_percent": 0}
    )
    set_policy(policy=quiet, actor=ACTOR, at=now)
    world, lot = World(), random.Random(9)
    listed = [n for n, (_, _, family) in enumerate(world.contents) if family < KNOWN]
    load_edition(
        hash_list=ensure_own_list(at=now),
        withdraw=[],
        actor=ACTOR,
        at=now - timedelta(days=1),
        add=[
            NewEntry("sha256", hashlib.sha256(world.contents[n][0]).hexdigest(), facts=OFF_REMIT)
            for n in listed
        ],
    )
    graded, shown = 0, set[str]()
    for delivery in range(DELIVERIES):
        _arrive(world, [lot.randrange(len(world.contents)) for _ in range(EACH)], delivery)
        graded += _grade(anas_desk, shown, most=12 if delivery < DELIVERIES - 1 else 10_000)

    assert Sighting.objects.count() == DELIVERIES * EACH == 10_000
    displays = Counter(Display.objects.values_list("case", flat=True))
    assert set(displays) == set(
        Case.objects.exclude(pk__in=_known_cases(world, listed)).values_list("pk", flat=True)
    )
    assert set(displays.values()) == {1}
    assert graded == len(displays) == FAMILIES - KNOWN
    # Members that joined a decided group were never sent at all.
    assert sum(Display.objects.values_list("pictures", flat=True)) <= len(world.contents) - len(listed)

    before = Display.objects.count()
    for delivery in range(DELIVERIES, DELIVERIES + 2):
        _arrive(world, [lot.randrange(len(world.contents)) for _ in range(EACH)], delivery)
        assert _grade(anas_desk, shown, most=10_000) == 0
    assert Display.objects.count() == before


def _known_cases(world: World, listed: list[int]) -> list[int]:
    digests = [hashlib.sha256(world.contents[n][0]).hexdigest() for n in listed]
    members = ClusterMember.objects.filter(item__sha256__in=digests, left_at=None)
    return list(Case.objects.filter(cluster__in=members.values("cluster")).values_list("pk", flat=True))
