"""A notice is fixed when drafted, holds no imagery, and its delivery is recorded once."""

from __future__ import annotations

import json

import pytest
from tests.conftest import NOON
from tests.desk_of import PSEUDO_B, a_case, answered

from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event
from openhotline_server.notices.kinds import NoticeKind
from openhotline_server.notices.models import Notice
from openhotline_server.notices.operations import draft, note_delivered

pytestmark = pytest.mark.django_db
POLICE = NoticeKind.POLICE_REFERRAL


def test_a_notice_says_what_was_decided_and_by_which_hashes_the_files_are_known(
    ana: User, ben: User, mia: User
) -> None:
    case = answered(a_case(members=2), (ana, PSEUDO_B), (ben, PSEUDO_B))
    notice = draft(case=case, kind=POLICE, recipient="the national unit", person=mia, at=NOON)
    document = notice.document
    assert len(document["items"]) == 2
    assert document["facts"] == PSEUDO_B
    assert {r["jurisdiction"] for r in document["results"]} >= {"gb-eng", "us-ncmec", "interpol-baseline"}
    assert document["imagery"] == "none enclosed"
    assert len(json.dumps(document)) < 10_000
    assert ledger.search(event=Event.NOTICE_DRAFTED, subject=case.subject).count() == 1


def test_no_notice_about_an_undecided_case(mia: User) -> None:
    with pytest.raises(Conflict, match="decided"):
        draft(case=a_case(), kind=POLICE, recipient="the national unit", person=mia, at=NOON)


def test_no_notice_without_a_recipient_or_a_permission(ana: User, ben: User, mia: User) -> None:
    case = answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_B))
    with pytest.raises(BadInput, match="recipient"):
        draft(case=case, kind=POLICE, recipient=" ", person=mia, at=NOON)
    with pytest.raises(NotAllowed):
        draft(case=case, kind=POLICE, recipient="somebody", person=ana, at=NOON)


def test_a_delivery_is_recorded_once(ana: User, ben: User, mia: User) -> None:
    case = answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_B))
    notice = draft(case=case, kind=POLICE, recipient="the national unit", person=mia, at=NOON)
    note_delivered(notice=notice, receipt="R-1", person=mia, at=NOON)
    with pytest.raises(Conflict):
        note_delivered(notice=notice, receipt="R-2", person=mia, at=NOON)
    assert Notice.objects.get().receipt == "R-1"
