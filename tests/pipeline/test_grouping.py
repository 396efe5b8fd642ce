"""Grouping and opening cases: the same whatever the size of the parts, and without a query for each item."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.conftest import NOON

from openhotline import matching
from openhotline_server.evidence.models import Item, Sighting
from openhotline_server.findings.models import Cluster, ClusterMember, Fingerprint
from openhotline_server.findings.packed import pack_representatives, pack_unclustered
from openhotline_server.intake.models import Report
from openhotline_server.ledger import queries as ledger
from openhotline_server.pipeline import clustering
from openhotline_server.pipeline.clustering import WITHIN, cluster
from openhotline_server.pipeline.opening import open_and_place
from openhotline_server.triage.models import Case

pytestmark = pytest.mark.django_db
Bits = np.ndarray[tuple[int], np.dtype[np.uint8]]


def near(bits: Bits, flips: int, chance: np.random.Generator) -> Bits:
    single = np.unpackbits(bits)
    single[chance.choice(256, flips, replace=False)] ^= 1
    return np.packbits(single)


def batch(seed: int, *, families: int, children: int, chance: np.random.Generator) -> list[Bits]:
    """Hashes of families of near duplicates, in a mixed order."""
    parents = np.random.default_rng(seed).integers(0, 256, (families, 32), dtype=np.uint8)
    found = [near(p, int(flips), chance) for p in parents for flips in chance.integers(0, 25, children)]
    return [found[i] for i in chance.permutation(len(found))]


@pytest.fixture
def report_of() -> Callable[..., Report]:
    def make(hashes: Sequence[Bits], *, quality: int = 90) -> Report:
        number = Report.objects.count()
        report = Report.objects.create(
            kind="batch", origin_digest=str(number), received_on=NOON.date(), created_at=NOON
        )
        for place, bits in enumerate(hashes):
            item = Item.objects.create(
                sha256=f"{number:032x}{place:032x}", captured_at=NOON, captured_by="x", tool="t"
            )
            Sighting.objects.create(report=report, item=item, path=str(place), seen_at=NOON)
            Fingerprint.objects.create(
                item=item, algorithm="pdq", value=bits.tobytes().hex(), quality=quality, mode="fast"
            )
        return report

    return make


def groups() -> list[tuple[int, list[tuple[int, int]]]]:
    """Each cluster's representative, and its members with their distances."""
    return [
        (
            c.representative_id,
            sorted(ClusterMember.objects.filter(cluster=c).values_list("item_id", "distance")),
        )
        for c in Cluster.objects.order_by("pk")
    ]


@pytest.mark.parametrize("at_once", [1, 3, 400])
def test_groups_are_those_of_the_library_whatever_is_written_at_once(
    report_of: Callable[..., Report], monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(clustering, "AT_ONCE", at_once)
    chance = np.random.default_rng(3)
    hashes = batch(1, families=6, children=4, chance=chance)
    report = report_of(hashes)
    cluster(report=report, at=NOON)
    found = matching.cluster(np.stack(hashes), WITHIN)
    keys = list(Item.objects.order_by("pk").values_list("pk", flat=True))
    meant: dict[int, list[tuple[int, int]]] = {}
    for place, centre in enumerate(found.representative.tolist()):
        meant.setdefault(keys[centre], []).append((keys[place], int(found.distance[place])))
    assert groups() == sorted(meant.items())
    assert ledger.verify().lines == sum(len(members) for members in meant.values() if len(members) > 1)


def test_a_second_report_joins_the_nearest_standing_groups_and_twice_is_once(
    report_of: Callable[..., Report],
) -> None:
    chance = np.random.default_rng(4)
    cluster(report=report_of(batch(1, families=3, children=2, chance=chance)), at=NOON)
    first = {representative for representative, _ in groups()}
    second = report_of(batch(1, families=5, children=3, chance=chance))
    cluster(report=second, at=NOON)
    standing = groups()
    assert first <= {representative for representative, _ in standing}
    assert all(distance <= WITHIN for _, members in standing for _, distance in members)
    assert sum(len(members) for _, members in standing) == 3 * 2 + 5 * 3
    cluster(report=second, at=NOON)
    assert groups() == standing


def test_what_has_no_usable_hash_stays_alone(report_of: Callable[..., Report]) -> None:
    same = np.zeros(32, np.uint8)
    poor = report_of([same, same], quality=49)
    Fingerprint.objects.filter(item__in=Sighting.objects.values("item")[:1]).delete()
    cluster(report=poor, at=NOON)
    cluster(report=report_of([same, same]), at=NOON)
    assert [len(members) for _, members in groups()] == [1, 1, 2]
    representatives, clusters = pack_representatives()
    assert representatives.items.tolist() == [groups()[2][0]]
    assert clusters.tolist() == [Cluster.objects.order_by("pk").last().pk]  # type: ignore[union-attr]


def test_a_strict_hash_stands_before_a_fast_one(report_of: Callable[..., Report]) -> None:
    report_of([np.zeros(32, np.uint8)])
    item = Item.objects.get()
    Fingerprint.objects.create(item=item, algorithm="pdq", value="ff" * 32, quality=90, mode="strict")
    assert pack_unclustered(Item.objects.all()).bits.tobytes() == b"\xff" * 32


def test_opening_cases_asks_no_more_for_many_than_for_few(report_of: Callable[..., Report]) -> None:
    chance = np.random.default_rng(5)
    asked = []
    for families in (2, 30):
        report = report_of(batch(families, families=families, children=2, chance=chance))
        cluster(report=report, at=NOON)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            open_and_place(report=report, at=NOON)
        asked.append(len(queries))
    assert asked[0] == asked[1]
    assert Case.objects.count() == Cluster.objects.count()
