"""Reading where items come from: the latest deep look, its evidence, matches with devices.

What pictures of one report share stands in :mod:`openhotline_server.findings.sharing_marks`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from openhotline.errors import NotFound
from openhotline.provenance import Evidence
from openhotline_server.evidence.models import Item
from openhotline_server.evidence.queries import in_parts
from openhotline_server.findings.models import (
    Device,
    DeviceMatch,
    OriginExamination,
    Provenance,
    SensorLink,
)
from openhotline_server.intake.models import Report


def origin_of(items: Iterable[int]) -> dict[int, OriginExamination]:
    """The deep look that counts, the latest one, by item key. Items that had none are left out."""
    found: dict[int, OriginExamination] = {}
    for keys in in_parts(items):
        for row in OriginExamination.objects.filter(item__in=keys).order_by("item", "number"):
            found[row.item_id] = row
    return found


def origins_ever(item: Item) -> QuerySet[OriginExamination]:
    """Every deep look at an item, the latest first."""
    return OriginExamination.objects.filter(item=item).order_by("-number")


def evidence_of(items: Iterable[int]) -> dict[int, list[Evidence]]:
    """Evidence about origin, by item key: of the latest deep look, and of the quick one where there was no other."""
    found: dict[int, list[Evidence]] = defaultdict(list)
    looks = OriginExamination.objects.filter(item=OuterRef("item")).order_by("-number")
    counts = Q(origin=F("latest")) | Q(origin=None, latest=None)
    for keys in in_parts(items):
        rows = Provenance.objects.filter(item__in=keys).annotate(latest=Subquery(looks.values("pk")[:1]))
        for p in rows.filter(counts).order_by("pk"):
            found[p.item_id].append(_as_evidence(p))
    return found


def evidence_in(origin: OriginExamination) -> list[Evidence]:
    """What one deep look said, whether or not it is the latest."""
    rows = Provenance.objects.filter(item=origin.item_id, origin=origin).order_by("pk")
    return [_as_evidence(row) for row in rows]


def device_matches(items: Iterable[int]) -> dict[int, list[DeviceMatch]]:
    """Matches with devices in force, by item key, the strongest first."""
    found: dict[int, list[DeviceMatch]] = defaultdict(list)
    for keys in in_parts(items):
        rows = DeviceMatch.objects.filter(item__in=keys, device__ended_at=None)
        for row in rows.select_related("device").order_by("-energy", "pk"):
            found[row.item_id].append(row)
    return found


def list_devices(*, ended: bool = False) -> QuerySet[Device]:
    """Devices in force, or with ``ended`` all there ever were, in the order in which they were learned."""
    rows = Device.objects.order_by("pk")
    return rows if ended else rows.filter(ended_at=None)


def match_counts(devices: Iterable[Device]) -> dict[int, int]:
    """How many items match each of these devices, by the device's key."""
    rows = DeviceMatch.objects.filter(device__in=list(devices)).order_by().values_list("device")
    return dict(rows.annotate(n=Count("pk")))


def get_device(name: str) -> Device:
    """The device in force with this name or code."""
    found = next((d for d in list_devices() if name in (d.name, str(d.code))), None)
    if found is None:
        raise NotFound("There is no device of that name. `openhotline origin device list` names them.")
    return found


def links_of_report(report: Report) -> list[SensorLink]:
    """Links of a report to others by a sensor's pattern, the latest first."""
    rows = SensorLink.objects.select_related("report_a", "report_b").order_by("-compared_at", "-pk")
    return list((rows.filter(report_a=report) | rows.filter(report_b=report)).distinct())


def list_unlooked(items: QuerySet[Item], *, inputs: str | None = None) -> QuerySet[Item]:
    """Items with bytes that had no deep look; given ``inputs``, also those whose latest was made with others."""
    waiting = items.filter(destroyed_at=None).exclude(sha256=None).order_by("pk")
    looks = OriginExamination.objects.filter(item=OuterRef("pk"))
    if inputs is None:
        return waiting.filter(~Exists(looks))
    latest = looks.order_by("-number").values("inputs")[:1]
    return waiting.annotate(made_with=Subquery(latest)).exclude(made_with=inputs, made_with__isnull=False)


def _as_evidence(p: Provenance) -> Evidence:
    return Evidence(
        family=p.family,
        source=p.source,
        claim=p.claim,
        strength=p.strength,
        log10_lr=p.log10_lr,
        doubt=p.doubt,
    )
