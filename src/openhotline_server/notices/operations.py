"""Drafting a notice and recording its delivery; each a person's act."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment import queries as assessments
from openhotline_server.findings import queries as findings
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record
from openhotline_server.notices.documents.referral import referral
from openhotline_server.notices.kinds import NoticeKind
from openhotline_server.notices.models import Notice
from openhotline_server.triage.models import Case


@transaction.atomic
def draft(*, case: Case, kind: NoticeKind, recipient: str, person: User, at: datetime) -> Notice:
    """Fix the document of a notice about a decided case. Nothing leaves by this."""
    if not person.may(
        Permission.NOTICE_SEND
    ):  # it tells what readers answered, which who still reads must not see
        raise NotAllowed("Writing notices about pictures needs the permission to send them. Ask the manager.")
    if not recipient.strip():
        raise BadInput("A notice needs a recipient. Name the office it goes to.")
    standing = assessments.find_assessment(case)
    if standing is None or case.state != Case.State.DECIDED:
        raise Conflict("A notice is written about a decided case. Wait until the readers have answered.")
    code = uuid.uuid4()
    document = referral(
        code=str(code),
        kind=kind.value,
        case_code=str(case.code),
        facts=standing.facts,
        basis=standing.basis,
        at=at,
        results=[
            {
                "jurisdiction": r.jurisdiction,
                "edition": r.edition,
                "outcome": r.outcome,
                "grade": r.grade,
                "provision": r.provision,
            }
            for r in assessments.list_results(standing)
        ],
        items=[
            {"reference": str(i.code), "sha256": i.sha256, "sha1": i.sha1, "md5": i.md5, "size": i.size}
            for i in findings.list_members(case.cluster)
        ],
    )
    notice = Notice.objects.create(
        code=code, case=case, kind=kind, recipient=recipient.strip()[:200], document=document, drafted_at=at
    )
    record(
        actor=str(person.code),
        at=at,
        event=Event.NOTICE_DRAFTED,
        subject=case.subject,
        details={"notice": str(code), "kind": kind.value},
    )
    return notice


@transaction.atomic
def note_delivered(*, notice: Notice, receipt: str, person: User, at: datetime) -> Notice:
    """Record that a person handed the notice over, and the recipient's receipt. Once."""
    if not person.may(Permission.NOTICE_SEND):
        raise NotAllowed("Recording a delivery needs the permission to send notices. Ask the manager.")
    notice = Notice.objects.select_for_update(of=("self",)).select_related("case").get(pk=notice.pk)
    if notice.delivered_at is not None:
        raise Conflict("This notice was delivered already.")
    notice.delivered_at, notice.receipt = at, receipt.strip()[:200]
    notice.save(update_fields=["delivered_at", "receipt"])
    record(
        actor=str(person.code),
        at=at,
        event=Event.NOTICE_DELIVERED,
        subject=notice.case.subject if notice.case else notice.subject,
        details={"notice": str(notice.code)},
    )
    return notice
