"""A person's acts on lists, with what follows from each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from openhotline_server.accounts.models import User
from openhotline_server.evidence.models import Item
from openhotline_server.lists import operations as lists
from openhotline_server.lists.models import HashList
from openhotline_server.pipeline.retro_tasks import compare_after_commit
from openhotline_server.sharing import operations as sharing
from openhotline_server.sharing.models import Publication
from openhotline_server.triage.models import Case


@transaction.atomic
def put_back_and_compare(*, hash_list: HashList, reason: str, person: User, at: datetime) -> None:
    """Put a list back, and ask it about everything that was taken in while it was set aside, and before."""
    lists.put_back(hash_list=hash_list, reason=reason, person=person, at=at)
    compare_after_commit(hash_list)


@transaction.atomic
def publish_and_compare(*, cases: Sequence[Case], person: User, at: datetime) -> list[Publication]:
    """Publish confirmed cases on our own list, and ask it about everything held."""
    published = sharing.publish(cases=cases, person=person, at=at)
    compare_after_commit(lists.ensure_own_list(at=at))
    return published


@transaction.atomic
def withdraw_and_compare(*, item: Item, reason: str, person: User, at: datetime) -> Publication:
    """Take an item off our own list, and see to the cases whose grade rested on it."""
    withdrawn = sharing.withdraw(item=item, reason=reason, person=person, at=at)
    compare_after_commit(lists.ensure_own_list(at=at))
    return withdrawn
