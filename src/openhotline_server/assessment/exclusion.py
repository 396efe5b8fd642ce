"""Taking members out of a case that do not belong with the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from openhotline.errors import BadInput, Conflict
from openhotline_server.accounts.models import User
from openhotline_server.evidence.models import Item
from openhotline_server.findings import operations as findings
from openhotline_server.findings.queries import list_members
from openhotline_server.triage import operations as triage
from openhotline_server.triage.models import Case
from openhotline_server.triage.signals import gather


@transaction.atomic
def exclude_members(*, case: Case, items: Sequence[Item], person: User, at: datetime) -> list[Case]:
    """Take members out of a waiting case; each becomes a case of its own, which waits in the queue like any other.

    The representative stays: the group is what lies near it. Members that left already are passed over.
    """
    case = Case.objects.select_for_update(of=("self",)).select_related("cluster").get(pk=case.pk)
    if case.state not in Case.WAITING:
        raise Conflict("This case is decided already; its group stays as it is.")
    if case.cluster.representative_id in {item.pk for item in items}:
        raise BadInput("The first picture stays: the others are here because they are like it.")
    members = {item.pk for item in list_members(case.cluster)}
    made = {
        findings.leave_cluster(item=item, actor=str(person.code), at=at): [item]
        for item in dict.fromkeys(items)
        if item.pk in members
    }
    return triage.open_cases(clusters=gather(made), at=at)
