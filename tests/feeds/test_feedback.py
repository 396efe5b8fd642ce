"""What partners say of entries, and how a curator settles it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from tests.conftest import NOON
from tests.desk_of import PSEUDO_B, a_case, answered

from openhotline.errors import BadInput, Conflict, NotAllowed, NotFound
from openhotline_server.accounts.models import User
from openhotline_server.findings.queries import list_members
from openhotline_server.ledger import queries as ledger
from openhotline_server.sharing import disputes, feedback
from openhotline_server.sharing.feedback import AFFIRMATIVE, NEGATIVE, About
from openhotline_server.sharing.models import Feedback, Publication
from openhotline_server.sharing.operations import publish
from openhotline_server.sharing.queries import get_feed, is_published
from openhotline_server.triage.models import Case

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def case(ana: User, ben: User, mia: User) -> Case:
    """A case whose item is on our list."""
    made = answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_B))
    publish(cases=[made], person=mia, at=NOON)
    return made


@pytest.fixture
def petra(add_person: Callable[..., User]) -> User:
    return add_person("petra", "partner")


def _about(partner: User, case: Case, algorithm: str = "md5") -> About:
    return About(partner, get_feed("all"), str(list_members(case.cluster)[0].code), algorithm)


def _said(about: About, opinion: Feedback.Opinion = NEGATIVE, *reasons: str, minute: int = 0) -> Feedback:
    return feedback.receive(about=about, opinion=opinion, reasons=reasons, at=NOON + minute * MINUTE)


def _settled(said: Feedback, person: User) -> int:
    return feedback.settle(feedback=said, sentence="Looked at again, it stays.", person=person, at=NOON)


def test_a_dispute_waits_and_is_written_down(case: Case, paul: User) -> None:
    said = _said(_about(paul, case), NEGATIVE, "adult")
    assert list(feedback.disputed()) == [said]
    (line,) = ledger.search(event="feedback.received")
    assert (line.actor, line.details["opinion"]) == (str(paul.code), "negative")
    assert not {item.md5 for item in list_members(case.cluster)} & {str(v) for v in line.details.values()}


def test_twice_is_once_and_agreement_waits_for_nobody(case: Case, paul: User) -> None:
    about = _about(paul, case)
    assert _said(about, AFFIRMATIVE) == _said(about, AFFIRMATIVE, minute=1)
    assert Feedback.objects.count() == 1
    assert not feedback.disputed().exists()


def test_a_newer_word_replaces_the_older_one_which_stays(case: Case, paul: User) -> None:
    about = _about(paul, case)
    first = _said(about, NEGATIVE, "adult")
    _said(about, AFFIRMATIVE, minute=1)
    first.refresh_from_db()
    assert first.superseded_at == NOON + MINUTE
    assert not feedback.disputed().exists()
    assert Feedback.objects.count() == 2


def test_a_word_taken_back_stands_no_longer(case: Case, paul: User, petra: User) -> None:
    _said(_about(paul, case))
    feedback.take_back(about=_about(petra, case), at=NOON)
    assert feedback.disputed().count() == 1
    feedback.take_back(about=_about(paul, case), at=NOON)
    assert not feedback.disputed().exists()


def test_only_partners_say_anything_and_only_of_what_is_there(case: Case, paul: User, ana: User) -> None:
    with pytest.raises(NotAllowed):
        _said(_about(ana, case))
    with pytest.raises(BadInput):
        _said(_about(paul, case, "photodna"))
    with pytest.raises(NotFound):
        _said(About(paul, get_feed("all"), "no-such-entry", "md5"))
    with pytest.raises(NotFound):  # the item is not in that feed
        _said(About(paul, get_feed("category-a"), _about(paul, case).reference, "md5"))
    assert not Feedback.objects.exists()


def test_one_sentence_settles_every_dispute_of_an_entry(
    case: Case, paul: User, petra: User, mia: User
) -> None:
    said = [_said(_about(paul, case)), _said(_about(petra, case)), _said(_about(petra, case, "sha1"))]
    assert _settled(said[1], mia) == 3
    assert not feedback.disputed().exists()
    assert ledger.search(event="feedback.settled").count() == 3
    assert {row.settled_by for row in Feedback.objects.all()} == {str(mia.code)}
    with pytest.raises(Conflict):
        _settled(said[0], mia)
    assert is_published(list_members(case.cluster)[0])


def test_what_was_settled_may_be_disputed_again(case: Case, paul: User, mia: User) -> None:
    about = _about(paul, case)
    _settled(_said(about, NEGATIVE, "adult"), mia)
    again = _said(about, NEGATIVE, "adult", minute=1)
    assert list(feedback.disputed()) == [again]


def test_settling_needs_the_permission_and_a_sentence(case: Case, paul: User, ana: User, mia: User) -> None:
    said = _said(_about(paul, case))
    with pytest.raises(NotAllowed):
        _settled(said, ana)
    with pytest.raises(BadInput):
        feedback.settle(feedback=said, sentence=" no ", person=mia, at=NOON)
    assert feedback.disputed().count() == 1


def test_a_disputed_entry_is_withdrawn_and_settled_in_one(case: Case, paul: User, mia: User) -> None:
    said = feedback.get(_said(_about(paul, case)).code)
    feedback.withdraw_disputed(feedback=said, sentence="It was graded in error.", person=mia, at=NOON)
    assert not is_published(list_members(case.cluster)[0])
    assert not feedback.disputed().exists()
    assert Publication.objects.latest("sequence").document["reason"] == "It was graded in error."


def test_what_most_partners_dispute_comes_first(
    case: Case, ana: User, ben: User, mia: User, paul: User, petra: User
) -> None:
    other = answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_B))
    publish(cases=[other], person=mia, at=NOON)
    _said(_about(paul, case))
    _said(_about(paul, other), minute=1)
    _said(_about(petra, other), minute=2)
    _said(_about(petra, case, "sha1"), AFFIRMATIVE)
    first, second = disputes.describe(disputes.references())
    assert (first.reference, len(first.words), first.agreed) == (_about(paul, other).reference, 2, 0)
    assert (second.listed, second.agreed) == (True, 1)


# The page


def test_the_page_shows_what_is_needed_and_no_picture(
    client: Client, case: Case, paul: User, mia: User
) -> None:
    _said(_about(paul, case), NEGATIVE, "adult", "tag:drawing")
    client.force_login(mia)
    html = client.get("/console/feedback/").content.decode()
    for words in (
        "Paul",
        "Shows an adult",
        "“drawing”",
        "England and Wales: Indecent pseudo-photograph B",
        f"/console/cases/{case.code}/",
    ):
        assert words in html
    assert "<img" not in html
    assert list_members(case.cluster)[0].md5 not in html


@pytest.mark.parametrize(("act", "listed"), [("settle", True), ("withdraw", False)])
def test_a_curator_keeps_or_withdraws(
    client: Client, case: Case, paul: User, mia: User, act: str, listed: bool
) -> None:
    said = _said(_about(paul, case))
    client.force_login(mia)
    address = f"/console/feedback/{said.code}/settle/"
    client.post(address, {"act": act, "text": "no"})
    assert feedback.disputed().count() == 1
    answer = client.post(address, {"act": act, "text": "Looked at again by two of us."}, follow=True)
    assert b"Nothing is disputed." in answer.content
    assert is_published(list_members(case.cluster)[0]) == listed


@pytest.mark.parametrize("role", ["analyst", "second_reader", "operator", "partner"])
def test_nobody_else_opens_it(client: Client, add_person: Callable[..., User], role: str) -> None:
    client.force_login(add_person("somebody", role))
    assert client.get("/console/feedback/").status_code == 403
