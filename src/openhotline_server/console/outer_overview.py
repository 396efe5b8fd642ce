"""What a manager's first page says of reports and addresses: where they stand, what is overdue, what fell silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openhotline_server.intake.inbox import list_quarantine, list_unanswered
from openhotline_server.intake.without_address import list_without_address
from openhotline_server.pipeline.intake_health import intake_health
from openhotline_server.pipeline.outbox_health import outbox_health
from openhotline_server.triage.address_lists import FINISHED, with_holder
from openhotline_server.triage.address_queries import counts, overdue
from openhotline_server.triage.models import AddressCase

FIRST_FEW = 5


@dataclass(frozen=True)
class OuterOverview:
    """``alarms`` are sentences, each with what to do; ``late`` the first of the ``overdue`` addresses."""

    now: datetime
    alarms: tuple[str, ...]
    states: dict[str, int]
    finished: int
    overdue: int
    late: tuple[AddressCase, ...]
    unread: int
    without_address: int
    quarantined: int


def outer_overview(*, at: datetime) -> OuterOverview:
    """Gather it. Cost: some twenty queries."""
    late = overdue(at=at)
    states = counts()
    return OuterOverview(
        now=at,
        alarms=(*intake_health(at), *outbox_health(at)),
        states=states,
        finished=sum(states.get(state, 0) for state in FINISHED),
        overdue=late.count(),
        late=tuple(with_holder(late, at=at)[:FIRST_FEW]),
        unread=list_unanswered().count(),
        without_address=list_without_address().count(),
        quarantined=list_quarantine().count(),
    )
