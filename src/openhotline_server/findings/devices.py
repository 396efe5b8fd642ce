"""Devices whose sensor pattern is known, and reports that one sensor links. Named persons add and end them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline.provenance.sensor.pattern import checked_name, decode
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.evidence.store import vault
from openhotline_server.findings.models import Device, SensorLink
from openhotline_server.intake.models import Report
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record

SHORTEST_REASON = 5  # characters


@transaction.atomic
def add_device(*, name: str, pattern: bytes, person: User, at: datetime) -> Device:
    """Seal a pattern file in the vault and compare items with it from now on. Twice is once.

    Raises BadInput or Damaged for a file that is no sound pattern, Conflict where another device in force has the
    name, NotAllowed for whoever does not manage lists.
    """
    _require(person)
    digest = decode(pattern).digest
    standing = Device.objects.filter(digest=digest, ended_at=None).first()
    if standing is not None:
        return standing
    if Device.objects.filter(name=checked_name(name), ended_at=None).exists():
        raise Conflict("A device of that name is in force. End it first, or take another name.")
    with vault().writing() as batch:
        batch.put(pattern, sha256=digest)
    actor = str(person.code)
    device = Device.objects.create(name=name, digest=digest, object=digest, learned_at=at, learned_by=actor)
    record(actor=actor, at=at, event=Event.DEVICE_ADDED, subject=device.subject, details={"digest": digest})
    return device


@transaction.atomic
def end_device(*, device: Device, reason: str, person: User, at: datetime) -> None:
    """Compare nothing with a device any more. Its matches stay readable, and count no more."""
    _require(person)
    if len(reason.strip()) < SHORTEST_REASON:
        raise BadInput(
            "Ending a device needs a reason. Write why nothing is to be compared with it any more."
        )
    if not Device.objects.filter(pk=device.pk, ended_at=None).update(ended_at=at):
        raise Conflict("This device has ended already.")
    device.ended_at = at
    details = {"reason": reason.strip()[:300]}
    record(actor=str(person.code), at=at, event=Event.DEVICE_ENDED, subject=device.subject, details=details)


def pattern_of(device: Device) -> bytes:
    """A device's pattern file, out of the vault."""
    return vault().read(device.object)


def devices_without_pattern() -> list[Device]:
    """Devices in force whose pattern is not where it was sealed: something outside this product removed it."""
    return [d for d in Device.objects.filter(ended_at=None) if not vault().contains(d.object)]


@transaction.atomic
def link_reports(
    *,
    pair: tuple[Report, Report],
    energy: float,
    items: tuple[int, int],
    linked: bool,
    actor: str,
    at: datetime,
) -> SensorLink | None:
    """Write down what comparing two reports' sensor patterns gave; keep a link where one was found."""
    one, other = pair
    details = {
        "with": str(other.code),
        "energy": f"{energy:.1f}",
        "items": list(items),
        "linked": int(linked),
    }
    record(actor=actor, at=at, event=Event.REPORTS_COMPARED, subject=f"report:{one.code}", details=details)
    if not linked:
        return None
    return SensorLink.objects.create(
        report_a=one, report_b=other, energy=energy, items_a=items[0], items_b=items[1], compared_at=at
    )


def _require(person: User) -> None:
    if not person.may(Permission.LISTS_MANAGE):
        raise NotAllowed("Only whoever manages lists adds or ends a device.")
