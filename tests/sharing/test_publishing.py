"""Our own list: only confirmed material, by a person's act, and nothing is ever taken back silently."""

from __future__ import annotations

import io

import pytest
from tests.conftest import NOON
from tests.desk_of import NOT_INDECENT, PROHIBITED, PSEUDO_B, PSEUDO_C, a_case, answered

from openhotline import hashlists
from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.assessment.operations import set_policy
from openhotline_server.assessment.queries import DEFAULT_POLICY, ReviewPolicy
from openhotline_server.findings.queries import list_members
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event
from openhotline_server.lists.queries import entries_in_force, find_edition, find_own_list
from openhotline_server.sharing import own_list
from openhotline_server.sharing.models import Publication
from openhotline_server.sharing.operations import ask_for_publication, publish, withdraw
from openhotline_server.sharing.queries import get_feed, list_candidates
from openhotline_server.triage.models import Case

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_samples(db: None) -> None:
    policy = ReviewPolicy(**{**DEFAULT_POLICY, "second_vote_percent": 0, "last_hour": 24})
    set_policy(policy=policy, actor="system", at=NOON)


def _written(form: str, name: str = "all") -> str:
    feed = get_feed(name)
    edition = find_edition(feed.hash_list)
    assert edition is not None
    out = io.StringIO(newline="")
    own_list.FORMS[form](out, feed, edition.number, edition.loaded_at, now=NOON)
    return out.getvalue()


def test_confirmed_items_become_entries_of_a_new_edition(ana: User, ben: User, mia: User) -> None:
    case = answered(a_case(members=3), (ana, PSEUDO_B), (ben, PSEUDO_B))
    lines = publish(cases=[case], person=mia, at=NOON)
    own = find_own_list()
    assert own is not None
    assert len(lines) == 3
    assert entries_in_force(own).count() == 9  # three digests of three items; these have no PDQ hash
    entry = entries_in_force(own).first()
    assert entry is not None
    assert entry.grades["gb-eng"] == {
        "outcome": "pseudo_photograph",
        "grade": "B",
        "edition": entry.grades["gb-eng"]["edition"],
    }
    assert entry.ai == "wholly_generated"
    assert ledger.search(event=Event.ENTRY_PUBLISHED).count() == 3


def test_one_reader_is_not_enough_and_asking_sends_it_to_a_second(ana: User, ben: User, mia: User) -> None:
    case = answered(a_case(), (ana, PSEUDO_B))
    assert case.state == Case.State.DECIDED
    with pytest.raises(BadInput, match="second reader"):
        publish(cases=[case], person=mia, at=NOON)
    assert ask_for_publication(case=case, person=mia, at=NOON)
    case.refresh_from_db()
    assert case.state == Case.State.SECOND
    answered(case, (ben, PSEUDO_B))
    assert next(iter(list_candidates())).basis == "agreed"
    assert publish(cases=[case], person=mia, at=NOON)


@pytest.mark.parametrize("facts", [NOT_INDECENT])
def test_a_discounted_item_is_never_published(ana: User, ben: User, mia: User, facts: dict[str, str]) -> None:
    case = answered(a_case(), (ana, facts), (ben, facts))
    with pytest.raises(BadInput):
        publish(cases=[case], person=mia, at=NOON)
    assert not ask_for_publication(case=case, person=mia, at=NOON)
    assert not list_candidates().exists()


def test_a_disagreement_is_not_published_before_the_third(
    ana: User, ben: User, cleo: User, mia: User
) -> None:
    case = answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_C))
    assert case.state == Case.State.THIRD
    with pytest.raises(BadInput):
        publish(cases=[case], person=mia, at=NOON)
    answered(case, (cleo, PSEUDO_C))
    publish(cases=[case], person=mia, at=NOON)
    entry = entries_in_force().first()
    assert entry is not None
    assert entry.grades["gb-eng"]["grade"] == "C"


def test_only_who_may_publish_publishes(ana: User, ben: User, oda: User) -> None:
    case = answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_B))
    for person in (ana, ben, oda):
        with pytest.raises(NotAllowed):
            publish(cases=[case], person=person, at=NOON)


def test_twice_is_once(ana: User, ben: User, mia: User) -> None:
    case = answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_B))
    publish(cases=[case], person=mia, at=NOON)
    with pytest.raises(Conflict):
        publish(cases=[case], person=mia, at=NOON)
    assert Publication.objects.count() == 1


def test_a_withdrawal_is_a_tombstone_and_the_log_keeps_both(ana: User, ben: User, mia: User) -> None:
    case = answered(a_case(members=2), (ana, PSEUDO_B), (ben, PSEUDO_B))
    publish(cases=[case], person=mia, at=NOON)
    first, other = list_members(case.cluster)
    withdraw(item=first, reason="graded in error", person=mia, at=NOON)
    assert [p.act for p in Publication.objects.order_by("sequence")] == [
        "published",
        "published",
        "withdrawn",
    ]
    assert {e.source_reference for e in entries_in_force()} == {str(other.code)}
    entries = hashlists.read_csv(io.StringIO(_written("csv"), newline=""))
    assert sum(e.status is hashlists.Status.WITHDRAWN for e in entries) == 3
    assert sum(e.is_listed for e in entries) == 3
    with pytest.raises(Conflict):
        withdraw(item=first, reason="graded in error", person=mia, at=NOON)
    with pytest.raises(BadInput, match="reason"):
        withdraw(item=other, reason=" ", person=mia, at=NOON)


def test_csv_and_json_say_the_same(ana: User, ben: User, mia: User) -> None:
    cases = [
        answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_B)),
        answered(a_case(), (ana, PROHIBITED), (ben, PROHIBITED)),
    ]
    publish(cases=cases, person=mia, at=NOON)
    from_csv = hashlists.read_csv(io.StringIO(_written("csv"), newline=""))
    from_json = hashlists.read_json(io.StringIO(_written("json")))
    assert set(from_csv) == set(from_json.entries)
    assert from_json.edition == 1
    prohibited = [e for e in from_csv if e.grades["gb-eng"].outcome == "prohibited_image"]
    assert len(prohibited) == 3
    assert all(e.grades["gb-eng"].grade == "" for e in prohibited)
