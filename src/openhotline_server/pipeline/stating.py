"""What a provider stated of an origin: kept, and the address traced anew so that it counts."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from openhotline.trace.answer import Answer
from openhotline_server.accounts.models import User
from openhotline_server.findings.traces import note_statement
from openhotline_server.intake.models import Address
from openhotline_server.pipeline.background import after_commit
from openhotline_server.pipeline.tracing import trace_address


@transaction.atomic
def keep_statement(
    *, address: Address, country: str, ip: str, network: str, words: str, person: User, at: datetime
) -> Answer:
    """Keep it, and let the worker trace the address once more."""
    answer = note_statement(
        address=address, country=country, ip=ip, network=network, words=words, person=person, at=at
    )
    after_commit(trace_address, address.pk, 0, True)
    return answer
