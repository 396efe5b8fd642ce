"""From a person's approval to a removed page, with the real letter, a real mail server and scripted sources."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import NOON
from tests.notices.mail_servers import Kept, mail_server
from tests.notices.notice_cast import GB, MAIL_FROM, NL, a_contact, found_at
from tests.pipeline.following_cast import Turned, World

from openhotline.trace.asking import GONE
from openhotline_server.accounts.models import User
from openhotline_server.notices.kinds import ContactKind, NoticeKind
from openhotline_server.notices.mail_server import MailServer
from openhotline_server.notices.models import Notice, Outgoing, Removal
from openhotline_server.pipeline.acting import after_assessment, approve_and_queue, draft_due
from openhotline_server.pipeline.following import follow_due
from openhotline_server.pipeline.sending import send_due
from openhotline_server.triage.models import AddressCase

pytestmark = pytest.mark.django_db
State = AddressCase.State


@pytest.fixture(autouse=True)
def a_site(settings: Any) -> None:
    settings.COUNTRY, settings.MAIL_FROM, settings.TRACE_AGREE = GB, MAIL_FROM, 2


@pytest.fixture
def here() -> Iterator[tuple[MailServer, Kept]]:
    with mail_server() as both:
        yield both


@pytest.fixture
def clock() -> Turned:
    return Turned(NOON)


@pytest.fixture
def case(ana: User, mia: User, clock: Turned) -> AddressCase:
    """An address abroad whose forward to the partner hotline was approved at noon."""
    a_contact(ContactKind.HOTLINE, mia, countries=("NL",))
    a_contact(ContactKind.POLICE, mia, countries=("GB",))
    found = found_at("https://img.example.org/1", NL, ana)
    after_assessment(case=found, person=ana, at=NOON)
    draft_due(at=NOON, person=ana)
    approve_and_queue(notice=Notice.objects.get(kind=NoticeKind.HOTLINE_FORWARD), person=mia, at=NOON)
    return found


def state(case: AddressCase) -> str:
    return AddressCase.objects.get(pk=case.pk).state


def test_approved_sent_watched_and_gone(
    case: AddressCase, here: tuple[MailServer, Kept], clock: Turned
) -> None:
    world = World()
    assert send_due(clock=clock, server=here[0]).sent == 1
    assert (state(case), len(here[1].letters)) == (State.WATCHED, 1)
    world.outcome = GONE
    for _ in range(9):
        clock.turn(hours=1)
        follow_due(clock=clock, asking=world)
    assert state(case) == State.REMOVED
    assert Removal.objects.get().ending == Removal.Ending.REMOVED


def test_what_moved_while_the_letter_waited_does_not_leave(
    case: AddressCase, here: tuple[MailServer, Kept], clock: Turned
) -> None:
    world = World()
    world.country = "DE"
    clock.turn(hours=8)
    assert send_due(clock=clock, server=here[0], asking=world).put_off == 1
    assert (world.traces, here[1].letters) == (1, [])
    assert "elsewhere" in Outgoing.objects.get().trouble


def test_what_lies_where_it_lay_leaves_after_a_last_trace(
    case: AddressCase, here: tuple[MailServer, Kept], clock: Turned
) -> None:
    world = World()
    clock.turn(hours=8)
    assert send_due(clock=clock, server=here[0], asking=world).sent == 1
    assert world.traces == 1


def test_on_an_old_trace_nothing_leaves_where_nobody_may_be_asked(
    case: AddressCase, here: tuple[MailServer, Kept], clock: Turned
) -> None:
    clock.turn(hours=8)
    assert send_due(clock=clock, server=here[0]).put_off == 1
    assert "traced" in Outgoing.objects.get().trouble


def test_what_moves_into_our_own_country_goes_to_the_police_first(
    case: AddressCase, here: tuple[MailServer, Kept], clock: Turned
) -> None:
    world = World()
    send_due(clock=clock, server=here[0])
    world.ip, world.country, world.asn = "192.0.2.77", GB, 64502
    clock.turn(hours=1)
    assert follow_due(clock=clock, asking=world).moved == 1
    assert state(case) == State.REFERRED
    assert [r.ending for r in Removal.objects.order_by("pk")] == [Removal.Ending.MOVED, ""]


def test_what_comes_back_is_due_again_and_told_again(
    case: AddressCase, here: tuple[MailServer, Kept], clock: Turned, ana: User, mia: User
) -> None:
    world = World()
    send_due(clock=clock, server=here[0])
    world.outcome = GONE
    for _ in range(9):
        clock.turn(hours=1)
        follow_due(clock=clock, asking=world)
    world.outcome = "online"
    clock.turn(days=1)
    assert follow_due(clock=clock, asking=world).came_back == 1
    assert state(case) == State.TO_TELL
    clock.turn(minutes=5)
    (again,) = draft_due(at=clock.at, person=ana).notices
    approve_and_queue(notice=again, person=mia, at=clock.at, asking=world)
    clock.turn(minutes=1)
    assert send_due(clock=clock, server=here[0], asking=world).sent == 1
    assert state(case) == State.WATCHED
    running = Removal.objects.get(ended_at=None)
    assert (running.notice, running.began_at) == (again, clock.at)
    assert clock.at - NOON > timedelta(days=1)
