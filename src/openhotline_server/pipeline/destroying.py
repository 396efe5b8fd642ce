"""Destruction runs backwards: what a later stage still needs is settled first, the bytes go last."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from openhotline.errors import BadInput, Conflict
from openhotline_server.evidence import operations as evidence
from openhotline_server.evidence.models import Item
from openhotline_server.findings import queries as findings
from openhotline_server.sharing.queries import is_published
from openhotline_server.triage import operations as triage
from openhotline_server.triage import queries as cases
from openhotline_server.triage.models import Case


@transaction.atomic
def destroy_item(*, item: Item, reason: str, actor: str, at: datetime) -> None:
    """Destroy an item's bytes for good. Its hashes, findings and results stay: they are what was decided on.

    1. An item on our list is withdrawn first, by a person's own act.
    2. A case that still waits for a reader, and would have nothing left to show, leaves the queue.
    3. The vault forgets the key.

    Raises Conflict while the item is on our list, BadInput without a reason.
    """
    if len(reason.strip()) < 5:
        raise BadInput("A destruction needs a reason. Write why the item may go.")
    if is_published(item):
        raise Conflict("This item is on our list. Withdraw it first.")
    evidence.destroy(item=item, reason=reason.strip(), actor=actor, at=at)
    cluster = findings.cluster_of(item)
    case = cases.find_case_of(cluster) if cluster else None
    if case is None or case.state not in Case.WAITING:
        return
    left = findings.with_preview(i.pk for i in findings.list_members(case.cluster))
    if not left:
        triage.move(case=case, to=Case.State.UNREADABLE, actor=actor, at=at)
