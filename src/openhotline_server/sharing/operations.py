"""Publishing and withdrawing entries of our own list: a person's act, an edition, a line in the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from openhotline.errors import BadInput, Conflict, NotAllowed, NotFound
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission, Role
from openhotline_server.assessment import operations as assessment
from openhotline_server.assessment import queries as assessments
from openhotline_server.assessment.queries import deciding_outcome
from openhotline_server.evidence.models import Item
from openhotline_server.findings import queries as findings
from openhotline_server.findings.models import Fingerprint
from openhotline_server.findings.strict import strict_hashes
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import Entry, record, record_many
from openhotline_server.lists import operations as lists
from openhotline_server.lists import queries as list_queries
from openhotline_server.lists.models import Entry as ListEntry
from openhotline_server.lists.models import HashList
from openhotline_server.lists.operations import NewEntry
from openhotline_server.sharing import rules
from openhotline_server.sharing.feeds import ensure_standard_feeds, write_lines
from openhotline_server.sharing.models import Entitlement, Feed, Publication
from openhotline_server.sharing.queries import in_force, is_published, standing_document
from openhotline_server.triage.models import Case


@transaction.atomic
def publish(*, cases: Sequence[Case], person: User, at: datetime) -> list[Publication]:
    """Publish every member of confirmed cases as one new edition of our own list.

    What is on the list with another grade is published again: the newest line of the log holds. Raises
    NotAllowed without the permission, BadInput for a case that is not confirmed. A case that only lacks its second
    reader is sent to one with :func:`ask_for_publication`.
    """
    if not person.may(Permission.PUBLISH):
        raise NotAllowed("Publishing needs the permission for it. Ask the manager.")
    own = lists.ensure_own_list(at=at)
    ensure_standard_feeds(at=at)
    strict = strict_hashes(item for case in cases for item in findings.list_members(case.cluster))
    documents = [(item, document) for case in cases for item, document in _documents(case, strict)]
    fresh = [(item, document) for item, document in documents if standing_document(item) != document]
    if not fresh:
        raise Conflict("Everything in these cases is on our list already.")
    edition = lists.load_edition(
        hash_list=own,
        add=[e for item, document in fresh for e in _entries(item, document)],
        withdraw=[e for item, _ in fresh if is_published(item) for e in _standing_entries(own, item)],
        actor=str(person.code),
        at=at,
    )
    return write_log(own, fresh, Publication.Act.PUBLISHED, edition.number, person, at)


@transaction.atomic
def withdraw(*, item: Item, reason: str, person: User, at: datetime) -> Publication:
    """Take an item off our list: a tombstone in the log and an edition without it. The log keeps the entry."""
    if not person.may(Permission.PUBLISH):
        raise NotAllowed("Withdrawing needs the permission to publish. Ask the manager.")
    if len(reason.strip()) < 5:
        raise BadInput("A withdrawal needs a reason; the log keeps it. Write one.")
    if not is_published(item):
        raise Conflict("This item is not on our list.")
    own = lists.ensure_own_list(at=at)
    standing = standing_document(item) or {}
    entries = _standing_entries(own, item)
    edition = lists.load_edition(hash_list=own, add=[], withdraw=entries, actor=str(person.code), at=at)
    document = rules.tombstone(standing, reason=reason.strip()[:300])
    return write_log(own, [(item, document)], Publication.Act.WITHDRAWN, edition.number, person, at)[0]


@transaction.atomic
def ask_for_publication(*, case: Case, person: User, at: datetime) -> bool:
    """Send a case that only one reader answered to a second one; return whether that was needed."""
    standing = assessments.find_assessment(case)
    if standing is None or not rules.needs_second_reader(
        outcome=deciding_outcome(standing), basis=standing.basis
    ):
        return False
    assessment.ask_second_vote(case=case, why="to be published", actor=str(person.code), at=at)
    record(actor=str(person.code), at=at, event=Event.PUBLICATION_ASKED, subject=case.subject, details={})
    return True


@transaction.atomic
def entitle(*, partner: User, feed: Feed, actor: str, at: datetime) -> Entitlement:
    """Let a partner organisation read a feed. Twice is once."""
    if partner.role != Role.PARTNER:
        raise BadInput("Only a partner organisation is entitled to a feed.")
    entitlement, made = Entitlement.objects.get_or_create(
        partner=partner, feed=feed, ended_at=None, defaults={"granted_at": at}
    )
    if made:
        record(
            actor=actor,
            at=at,
            event=Event.ENTITLEMENT_GRANTED,
            subject=f"feed:{feed.code}",
            details={"partner": str(partner.code)},
        )
    return entitlement


@transaction.atomic
def end_entitlement(*, partner: User, feed: Feed, actor: str, at: datetime) -> None:
    """Let a partner read a feed no longer, from now on."""
    ended = Entitlement.objects.filter(partner=partner, feed=feed, ended_at=None).update(ended_at=at)
    if not ended:
        raise NotFound("This organisation is not entitled to this feed.")
    record(
        actor=actor,
        at=at,
        event=Event.ENTITLEMENT_ENDED,
        subject=f"feed:{feed.code}",
        details={"partner": str(partner.code)},
    )


@transaction.atomic
def note_download(*, partner: User, feed: Feed, protocol: str, lines: int, at: datetime) -> None:
    """Write down that entries left the house: to whom, in which protocol, how many."""
    record(
        actor=str(partner.code),
        at=at,
        event=Event.LIST_DOWNLOADED,
        subject=f"feed:{feed.code}",
        details={"protocol": protocol, "lines": lines},
    )


def _standing_entries(own: HashList, item: Item) -> list[ListEntry]:
    """An item's entries in force that no other published item shares."""
    still = _hashes_of_others(own, item)
    rows = list_queries.entries_of_source(str(item.code)).filter(hash_list=own)
    return [e for e in rows if (e.algorithm, e.value) not in still]


def _hashes_of_others(own: HashList, item: Item) -> set[tuple[str, str]]:
    """Hashes that other published items share (two pictures may have one PDQ hash): they stay on the list."""
    return {
        (name, value["value"])
        for line in in_force(own)
        if line.item_id != item.pk
        for name, value in line.document.get("hashes", {}).items()
    }


def _documents(case: Case, strict: Mapping[int, Fingerprint]) -> list[tuple[Item, dict[str, Any]]]:
    standing = assessments.find_assessment(case)
    if standing is None or not rules.may_be_published(
        outcome=deciding_outcome(standing), basis=standing.basis
    ):
        raise BadInput(
            "Only confirmed material is published: two readers must have agreed, or a third decided. Send the case "
            "to a second reader first."
        )
    grades = {
        r.jurisdiction: {"outcome": r.outcome, "grade": r.grade, "edition": r.edition}
        for r in assessments.list_results(standing)
    }
    return [
        (
            item,
            rules.document(
                reference=str(item.code),
                hashes=_hashes(item, strict.get(item.pk)),
                grades=grades,
                facts=standing.facts,
                ai=standing.facts.get("ai", "unknown"),
            ),
        )
        for item in findings.list_members(case.cluster)
        if item.sha256
    ]


def _hashes(item: Item, strict: Fingerprint | None) -> dict[str, dict[str, Any]]:
    """The three digests, and the strict PDQ hash where the picture has one that says enough."""
    hashes: dict[str, dict[str, Any]] = {
        name: {"value": value}
        for name, value in (("md5", item.md5), ("sha1", item.sha1), ("sha256", item.sha256 or ""))
    }
    if strict is not None and strict.quality >= findings.MIN_QUALITY:
        hashes["pdq"] = {"value": strict.value, "quality": strict.quality, "mode": strict.mode}
    return hashes


def _entries(item: Item, document: dict[str, Any]) -> list[NewEntry]:
    return [
        NewEntry(
            algorithm=name,
            value=value["value"],
            quality=value.get("quality"),
            mode=value.get("mode", ""),
            facts=document["facts"],
            grades=document["grades"],
            ai=document["ai"],
            source_reference=str(item.code),
        )
        for name, value in document["hashes"].items()
    ]


def write_log(
    own: HashList,
    documents: Sequence[tuple[Item | None, dict[str, Any]]],
    act: Publication.Act,
    edition: int,
    person: User,
    at: datetime,
) -> list[Publication]:
    """Append to the log. The list's row is locked since its edition was made: lines are committed in their order."""
    last = Publication.objects.filter(hash_list=own).order_by("-sequence").first()
    moment = max(at, last.published_at) if last else at
    rows = Publication.objects.bulk_create(
        [
            Publication(
                hash_list=own,
                item=item,
                reference=document["reference"],
                act=act,
                edition=edition,
                document=document,
                published_by=str(person.code),
                published_at=moment,
            )
            for item, document in documents
        ]
    )
    write_lines(rows)
    event = Event.ENTRY_PUBLISHED if act == Publication.Act.PUBLISHED else Event.ENTRY_WITHDRAWN
    record_many(
        actor=str(person.code),
        at=at,
        entries=[
            Entry(
                event,
                item.subject if item else f"address:{document['reference']}",
                {"list": str(own.code), "edition": edition},
            )
            for item, document in documents
        ],
    )
    return rows
