"""Addresses on our list: pages that show criminal material, and the rare domain that serves nothing else.

A person says which page it is and what stands there, in the deciding jurisdiction's words. The whole of a site is
published only when she says, with a reason, that it is dedicated to such material: a filter that takes the list
would otherwise block everything else on it.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Max, QuerySet

from openhotline import taxonomy
from openhotline.errors import BadInput, Conflict, NotAllowed, NotFound
from openhotline.exchange.labels import possible_grades
from openhotline.hashlists.addresses import normal_domain, normal_url
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment.results import jurisdictions
from openhotline_server.lists import operations as lists
from openhotline_server.lists.models import HashList
from openhotline_server.lists.queries import find_edition
from openhotline_server.sharing import rules
from openhotline_server.sharing.feeds import ensure_standard_feeds
from openhotline_server.sharing.models import Publication
from openhotline_server.sharing.operations import write_log

SHORTEST_REASON = 10

_front = re.compile(r"(?:/|\.|%2E|%2F)+")
"""A path of nothing but slashes and dots leads to the front page (RFC 3986, section 6.2.2.3)."""


class Kind(StrEnum):
    """What is published: one page, or a whole domain."""

    URL = "url"
    DOMAIN = "domain"


@dataclass(frozen=True)
class Found:
    """What a person found at an address. ``dedicated`` is her reason why the whole domain serves nothing else."""

    kind: Kind
    address: str
    outcome: str
    grade: str = ""
    ai: str = "unknown"
    dedicated: str = ""


@transaction.atomic
def publish_address(*, found: Found, person: User, at: datetime) -> Publication:
    """Publish an address, or publish it again with what is known now: the newest line of the log holds.

    Raises NotAllowed without the permission; BadInput for an address that is none, for a whole domain that is not
    said to be dedicated, and for words that the deciding jurisdiction does not have; Conflict for nothing new.
    """
    _require(person)
    value, graded = _normal(found), _grades(found)
    own = lists.ensure_own_list(at=at)
    ensure_standard_feeds(at=at)
    _lock(own)
    last = _find_last(own, found.kind, value)
    document = rules.address_document(
        reference=last.reference if last else str(uuid.uuid4()),
        kind=found.kind.value,
        address=value,
        grades=graded,
        ai=found.ai,
    )
    if found.kind is Kind.DOMAIN:
        document["dedicated"] = found.dedicated.strip()[:300]
    if last is not None and last.act == Publication.Act.PUBLISHED and last.document == document:
        raise Conflict("This address is on our list already, with the same words.")
    return write_log(own, [(None, document)], Publication.Act.PUBLISHED, _edition(own), person, at)[0]


@transaction.atomic
def withdraw_address(*, reference: str, reason: str, person: User, at: datetime) -> Publication:
    """Take an address off our list: a tombstone in the log. The log keeps what it was."""
    _require(person)
    if len(reason.strip()) < 5:
        raise BadInput("A withdrawal needs a reason; the log keeps it. Write one.")
    own = lists.ensure_own_list(at=at)
    _lock(own)
    last = (
        Publication.objects.filter(hash_list=own, item=None, reference=reference)
        .order_by("-sequence")
        .first()
    )
    if last is None:
        raise NotFound("There is no such address in our log.")
    if last.act != Publication.Act.PUBLISHED:
        raise Conflict("This address is not on our list.")
    document = rules.tombstone(last.document, reason=reason.strip()[:300])
    return write_log(own, [(None, document)], Publication.Act.WITHDRAWN, _edition(own), person, at)[0]


def standing_addresses() -> QuerySet[Publication]:
    """Every address that is on our list, the newest first."""
    newest = (
        Publication.objects.filter(item=None).order_by().values("reference").annotate(last=Max("sequence"))
    )
    rows = Publication.objects.filter(sequence__in=newest.values("last"), act=Publication.Act.PUBLISHED)
    return rows.order_by("-sequence")


def words() -> tuple[list[tuple[str, str]], list[str]]:
    """What a person may say of an address: outcomes with their labels, and grades."""
    deciding = jurisdictions()[0]
    outcomes = [code for code in deciding.outcomes if code in rules.PUBLISHABLE]
    return [(code, deciding.outcome_label(code)) for code in outcomes], possible_grades(deciding)


def _require(person: User) -> None:
    if not person.may(Permission.PUBLISH):
        raise NotAllowed("Publishing and withdrawing need the permission for it. Ask the manager.")


def _lock(own: HashList) -> None:
    """Whoever publishes holds this row: lines of the log are committed in their order."""
    HashList.objects.select_for_update().get(pk=own.pk)


def _edition(own: HashList) -> int:
    """Addresses are no entries that pictures are matched with, so they make no edition of their own."""
    edition = find_edition(own)
    return edition.number if edition else 0


def _find_last(own: HashList, kind: Kind, value: str) -> Publication | None:
    named = Publication.objects.filter(
        hash_list=own, item=None, document__address__kind=kind.value, document__address__value=value
    )
    return named.order_by("-sequence").first()


def _normal(found: Found) -> str:
    if found.kind is Kind.DOMAIN:
        if len(found.dedicated.strip()) < SHORTEST_REASON:
            raise BadInput(
                "A whole domain is published only if it serves nothing else. Mark it as dedicated and write how that "
                "is known, or publish the page's own address."
            )
        return normal_domain(found.address)
    value = normal_url(found.address)
    parts = urlsplit(value)
    if _front.fullmatch(parts.path) and not parts.query:
        raise BadInput(
            "This is a front page: filters take it for the whole site. Publish the address of the page itself, or "
            "the domain, marked as dedicated."
        )
    return value


def _grades(found: Found) -> dict[str, dict[str, Any]]:
    """What was said, checked against the deciding jurisdiction's file."""
    deciding = jurisdictions()[0]
    if found.outcome not in rules.PUBLISHABLE or found.outcome not in deciding.outcomes:
        raise BadInput("Only criminal material is published: choose an outcome of the deciding jurisdiction.")
    graded = found.outcome in deciding.graded_outcomes
    if (graded and found.grade not in possible_grades(deciding)) or (not graded and found.grade):
        raise BadInput(
            "This outcome has a grade of the deciding jurisdiction, or none at all. Correct the grade."
        )
    if found.ai not in taxonomy.load("ai").codes:
        raise BadInput("The AI dimension is none of the vocabulary's codes. Choose one.")
    return {deciding.code: {"outcome": found.outcome, "grade": found.grade, "edition": deciding.edition}}
