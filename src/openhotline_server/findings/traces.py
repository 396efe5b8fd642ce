"""Where addresses lie: what the sources said, the verdict, and a supervisor's override. The newest trace counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline.trace.agreement import Verdict
from openhotline.trace.answer import ONION, Answer, country_code, from_json, to_json
from openhotline.trace.statements import about
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.evidence.queries import in_parts
from openhotline_server.findings.models import Trace, TraceAnswer
from openhotline_server.intake.models import Address
from openhotline_server.ledger.events import SYSTEM, Event
from openhotline_server.ledger.operations import record

MOST_ASN = 2**31 - 1
"""What the column takes on every database. Above it lie only numbers for private use, which nobody is reached by."""


@transaction.atomic
def note_trace(
    *, address: Address, verdict: Verdict, answers: Sequence[Answer], at: datetime, actor: str = SYSTEM
) -> Trace:
    """Keep what every source said and what follows from it.

    An override stands on while the machine behind the address is the same and the sources still do not agree: a trace
    made anew before a letter goes must not undo what a supervisor decided on the same facts.
    """
    before = newest_trace(address)
    trace = Trace(
        address=address,
        country=verdict.country,
        ip=verdict.ip or None,
        asn=verdict.asn if (verdict.asn or 0) <= MOST_ASN else None,
        network=verdict.network[:200],
        front=verdict.front[:60],
        origin_known=verdict.origin_known,
        abuse=[{"email": contact.email, "source": contact.source} for contact in verdict.abuse],
        agreeing=verdict.agreeing,
        against=verdict.against,
        asked=verdict.asked,
        agreed=verdict.agreed,
        traced_at=at,
    )
    if before is not None and before.overridden_by_id and _is_same_machine(before, trace):
        trace.country = before.country
        trace.overridden_by = before.overridden_by
        trace.override_reason = before.override_reason
    trace.save()
    _keep(trace, answers)
    record(actor=actor, at=at, event=Event.ADDRESS_TRACED, subject=address.subject, details=_told(trace))
    return trace


@transaction.atomic
def override(*, address: Address, country: str, reason: str, person: User, at: datetime) -> Trace:
    """Let a supervisor's word stand for agreement: a new trace with the same answers, the country and the reason."""
    if not person.may(Permission.TRACE_OVERRIDE):
        raise NotAllowed("Only a manager may settle where an address lies. Ask one.")
    code, why = country_code(country), reason.strip()
    if not code:
        raise BadInput("A country has two letters, such as NL. Correct it.")
    if not why or len(why) > 300:
        raise BadInput("Say in at most 300 characters why the sources do not decide this.")
    before = newest_trace(address)
    if before is None:
        raise Conflict(
            "This address was not traced yet. Trace it first; what was said is kept with the override."
        )
    if address.network == ONION:
        raise Conflict("An onion service has no hosting country. Nothing can be settled here.")
    trace = Trace.objects.get(pk=before.pk)
    trace.pk, trace.code = None, Trace._meta.get_field("code").get_default()
    trace._state.adding = True
    trace.country, trace.overridden_by, trace.override_reason, trace.traced_at = code, person, why, at
    trace.save()
    _keep(trace, answers_of(before))
    record(
        actor=str(person.code),
        at=at,
        event=Event.TRACE_OVERRIDDEN,
        subject=address.subject,
        details={**_told(trace), "reason": why},
    )
    return trace


@transaction.atomic
def note_statement(
    *, address: Address, country: str, ip: str, network: str, words: str, person: User, at: datetime
) -> Answer:
    """Keep what the provider itself told a person of where the origin lies; the next trace counts it.

    Any of country, IP and network may be empty, not all. It is an answer like the others, of the group ``provider``.
    """
    if not person.may(Permission.NOTICE_WRITE):
        raise NotAllowed("Only who writes to providers may keep what they state. Ask an analyst.")
    before = newest_trace(address)
    if before is None:
        raise Conflict("This address was not traced yet. Trace it first.")
    try:
        answer = from_json(
            {
                "source": "provider",
                "country": country,
                "ips": [ip] if ip else [],
                "network": network,
                "said": {
                    "words": words.strip()[:300],
                    "by": str(person.code),
                    "about": about(answers_of(before)),
                },
            },
            at=at,
        )
    except ValueError as error:
        raise BadInput("That is no IP address. Correct it, or leave it empty.") from error
    if not (answer.country or answer.ips or answer.network):
        raise BadInput("State a country, an IP address or a network's name.")
    _keep(before, [answer])
    record(
        actor=str(person.code),
        at=at,
        event=Event.ADDRESS_TRACED,
        subject=address.subject,
        details={"by": "provider's statement", "country": answer.country},
    )
    return answer


def newest_trace(address: Address) -> Trace | None:
    """The trace that counts: the last one written, whatever the clock said then."""
    return Trace.objects.filter(address=address).select_related("overridden_by").order_by("-id").first()


def newest_traces(address_ids: Iterable[int]) -> dict[int, Trace]:
    """The traces that count, by address key; addresses without one are left out."""
    found: dict[int, Trace] = {}
    for keys in in_parts(address_ids):
        rows = Trace.objects.filter(address__in=keys).values("address").annotate(newest=Max("id"))
        newest = Trace.objects.filter(pk__in=[row["newest"] for row in rows])
        found |= {trace.address_id: trace for trace in newest}
    return found


def answers_of(trace: Trace) -> list[Answer]:
    """What each source said, in the order it was asked."""
    rows = TraceAnswer.objects.filter(trace=trace).order_by("id")
    return [from_json({**row.said, "failure": row.failure}, at=row.asked_at) for row in rows]


def statements_of(address: Address) -> list[Answer]:
    """What the provider stated last, if anything: the only answer that is carried from trace to trace."""
    rows = TraceAnswer.objects.filter(trace__address=address, source="provider", failure="")
    newest = rows.order_by("-asked_at", "-id").first()
    return [from_json(newest.said, at=newest.asked_at)] if newest else []


def _is_same_machine(before: Trace, now: Trace) -> bool:
    facts = ("ip", "asn", "front", "origin_known")
    return not now.agreed and all(getattr(before, fact) == getattr(now, fact) for fact in facts)


def _keep(trace: Trace, answers: Sequence[Answer]) -> None:
    TraceAnswer.objects.bulk_create(
        TraceAnswer(
            trace=trace,
            source=answer.source[:40],
            country=answer.country,
            said={key: value for key, value in to_json(answer).items() if key not in ("asked_at", "failure")},
            failure=answer.failure,
            asked_at=answer.asked_at,
        )
        for answer in answers
    )


def _told(trace: Trace) -> dict[str, str | int]:
    """What the ledger holds: counts and the country, never the address or its machine."""
    return {
        "trace": str(trace.code),
        "country": trace.country,
        "agreed": int(trace.agreed),
        "agreeing": trace.agreeing,
        "against": trace.against,
        "asked": trace.asked,
    }
