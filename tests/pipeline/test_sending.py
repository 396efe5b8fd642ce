"""The worker's rounds over the outbox, with a real mail server on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import NOON
from tests.notices.mail_servers import Kept, free_port, mail_server
from tests.notices.outbox_cast import a_contact, a_letter, a_message, a_notice, a_trace, an_address_case
from tests.pipeline.following_cast import Turned

from openhotline_server.accounts.models import User
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event
from openhotline_server.notices import outbox
from openhotline_server.notices.kinds import NoticeKind
from openhotline_server.notices.mail_server import MailServer, mail_server_of
from openhotline_server.notices.models import Outgoing, Removal
from openhotline_server.notices.outbox import Decision
from openhotline_server.notices.smtp import Limits
from openhotline_server.pipeline import leaving, sending
from openhotline_server.pipeline.background import is_waiting
from openhotline_server.pipeline.outbox_health import outbox_health
from openhotline_server.pipeline.sending import decide_letter, send_due
from openhotline_server.triage.models import AddressCase

pytestmark = pytest.mark.django_db
State = Outgoing.State
QUICK = Limits(step_s=5, answer_s=5, whole_s=30)


@pytest.fixture
def here() -> Iterator[tuple[MailServer, Kept]]:
    with mail_server() as both:
        yield both


@pytest.fixture
def clock() -> Turned:
    return Turned(NOON)


@pytest.fixture(autouse=True)
def sender(settings: Any) -> None:
    settings.MAIL_FROM = "hotline@example.org"
    settings.SMTP_URL = ""


def test_a_letter_leaves_and_its_addresses_are_watched(
    mia: User, here: tuple[MailServer, Kept], clock: Turned
) -> None:
    cases = [an_address_case(), an_address_case()]
    traces = [a_trace(case) for case in cases]
    letter = a_letter(mia, *cases)
    assert send_due(clock=clock, server=here[0]).sent == 1
    letter.refresh_from_db()
    assert (letter.state, here[1].message_ids()) == (State.SENT, [letter.message_id])
    for case, trace in zip(cases, traces, strict=True):
        case.refresh_from_db()
        removal = Removal.objects.get(case=case)
        assert (case.state, removal.notice, removal.trace) == (
            AddressCase.State.WATCHED,
            letter.notice,
            trace,
        )
        assert (removal.began_at, removal.country, removal.host) == (NOON, "NL", "Example Hosting 64500")
    assert send_due(clock=clock, server=here[0]).sent == 0
    assert outbox_health(NOON) == ()


@pytest.mark.parametrize("kind", [NoticeKind.ALERT, NoticeKind.DELISTING, NoticeKind.POLICE_REFERRAL])
def test_a_letter_that_asks_nobody_for_removal_begins_no_clock(
    mia: User, here: tuple[MailServer, Kept], clock: Turned, kind: NoticeKind
) -> None:
    a_letter(mia, an_address_case(), kind=kind)
    assert send_due(clock=clock, server=here[0]).sent == 1
    assert not Removal.objects.exists()


def test_the_mail_server_down_for_a_day(mia: User, clock: Turned) -> None:
    letters = [a_letter(mia) for _ in range(3)]
    port = free_port()
    down = mail_server_of(f"smtp://127.0.0.1:{port}")
    while clock.at < NOON + timedelta(days=1):
        assert send_due(clock=clock, server=down, limits=QUICK).sent == 0
        clock.turn(minutes=10)
    assert set(Outgoing.objects.values_list("state", flat=True)) == {State.WAITING}
    assert any("3 letters wait for more than an hour" in words for words in outbox_health(clock.at))
    assert ledger.search(event=Event.SENDING_FAILED).count() > 20
    with mail_server(port=port) as (server, kept):
        for _ in range(10):
            send_due(clock=clock, server=server)
            clock.turn(minutes=10)
    assert sorted(kept.message_ids()) == sorted(letter.message_id for letter in letters)
    assert not any("letter" in words.lower() for words in outbox_health(clock.at))


def test_a_server_that_does_not_work_is_asked_once_a_round(mia: User, clock: Turned) -> None:
    for _ in range(5):
        a_letter(mia)
    with mail_server(step="ehlo", way="silent") as (server, _):
        done = send_due(clock=clock, server=server, limits=QUICK)
    assert (done.failed, done.stopped) == (1, True)


def test_one_mailbox_that_is_refused_keeps_no_other_letter(
    mia: User, here: tuple[MailServer, Kept], clock: Turned
) -> None:
    class Choosing(Kept):
        async def handle_RCPT(  # noqa: N802  the server's name for it
            self, server: Any, session: Any, envelope: Any, address: str, options: Any
        ) -> str:
            if address == "nobody@example.org":
                return "550 no such mailbox"
            envelope.rcpt_tos.append(address)
            return "250 OK"

    unwanted = a_notice(an_address_case())
    unwanted.email = "nobody@example.org"
    unwanted.save()
    outbox.enqueue(notice=unwanted, message=a_message(), person=mia, at=NOON)
    a_letter(mia)
    with mail_server(Choosing()) as (server, kept):
        done = send_due(clock=clock, server=server)
    assert (done.sent, done.failed, len(kept.letters)) == (1, 1, 1)
    assert any("Letters given up: 1" in words for words in outbox_health(NOON))


def test_without_a_mail_server_letters_wait_and_that_is_told(mia: User, clock: Turned) -> None:
    a_letter(mia)
    assert send_due(clock=clock).sent == 0
    assert any("no mail server is set" in words for words in outbox_health(NOON))


def test_a_day_of_rest_is_kept(mia: User, here: tuple[MailServer, Kept], clock: Turned) -> None:
    contact = a_contact(rests_on=(NOON.weekday(),))
    notice = a_notice(an_address_case(), contact=contact)
    outbox.enqueue(notice=notice, message=a_message(), person=mia, at=NOON)
    assert send_due(clock=clock, server=here[0]).put_off == 1
    clock.turn(hours=6)
    assert not any("more than an hour" in words for words in outbox_health(clock.at))
    clock.turn(days=1)
    assert send_due(clock=clock, server=here[0]).sent == 1


def test_a_letter_stays_while_the_police_say_hold(
    mia: User, here: tuple[MailServer, Kept], clock: Turned
) -> None:
    case = an_address_case()
    a_letter(mia, case)
    AddressCase.objects.filter(pk=case.pk).update(state=AddressCase.State.ON_HOLD)
    assert send_due(clock=clock, server=here[0]).put_off == 1
    AddressCase.objects.filter(pk=case.pk).update(state=AddressCase.State.TO_TELL)
    clock.turn(hours=1)
    assert send_due(clock=clock, server=here[0]).sent == 1


def test_a_hold_that_comes_while_the_line_is_open_is_kept(
    mia: User, here: tuple[MailServer, Kept], clock: Turned, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = an_address_case()
    a_letter(mia, case)
    honest = outbox.claim

    def claim(**named: Any) -> Outgoing | None:
        AddressCase.objects.filter(pk=case.pk).update(state=AddressCase.State.ON_HOLD)
        return honest(**named)

    monkeypatch.setattr(outbox, "claim", claim)
    assert send_due(clock=clock, server=here[0]).sent == 0
    assert not here[1].letters
    assert Outgoing.objects.get().state == State.WAITING


def test_what_waited_for_long_is_looked_at_once_more(
    mia: User, here: tuple[MailServer, Kept], clock: Turned, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = a_letter(mia)
    letter.notice.document = {"addresses": []}
    letter.notice.save()
    traced: list[Any] = []
    monkeypatch.setattr(leaving, "list_to_trace", lambda notice, at: [an_address_case()])
    monkeypatch.setattr(leaving, "trace_now", lambda **named: traced.append(named))
    monkeypatch.setattr(leaving, "list_objections", lambda notice, at: ["1 of its addresses lies elsewhere."])
    clock.turn(hours=5)
    assert send_due(clock=clock, server=here[0]).put_off == 1
    assert (len(traced), here[1].letters) == (1, [])
    letter.refresh_from_db()
    assert letter.trouble == "1 of its addresses lies elsewhere."
    assert any("A letter waits for more than an hour" in words for words in outbox_health(clock.at))


def test_a_letter_that_somebody_gave_up_does_not_leave(
    mia: User, here: tuple[MailServer, Kept], clock: Turned
) -> None:
    letter = a_letter(mia)
    decide_letter(letter=letter, decision=Decision.GIVE_UP, person=mia, at=NOON)
    assert send_due(clock=clock, server=here[0]).sent == 0
    assert not here[1].letters


@pytest.mark.parametrize("left", [True, False])
def test_a_person_settles_a_doubt(
    mia: User,
    here: tuple[MailServer, Kept],
    clock: Turned,
    left: bool,
    django_capture_on_commit_callbacks: Any,
) -> None:
    letter = a_letter(mia)
    with mail_server(step="letter", way="dies") as (server, _):
        send_due(clock=clock, server=server, limits=QUICK)
    assert any("Letters that may have left: 1" in words for words in outbox_health(NOON))
    letter.refresh_from_db()
    decision = Decision.IT_LEFT if left else Decision.SEND_AGAIN
    with django_capture_on_commit_callbacks() as later:
        decide_letter(letter=letter, decision=decision, person=mia, at=NOON)
    assert len(later) == (0 if left else 1)
    assert send_due(clock=clock, server=here[0]).sent == (0 if left else 1)
    assert Removal.objects.get().notice == letter.notice


def test_an_error_after_the_letter_left_is_mended_and_told_and_nothing_is_sent_again(
    mia: User, here: tuple[MailServer, Kept], clock: Turned, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openhotline.errors import Busy

    def broken(**_: Any) -> None:
        raise Busy("another process holds it")

    a_letter(mia)
    with monkeypatch.context() as patched:
        patched.setattr(leaving, "begin", broken)
        assert send_due(clock=clock, server=here[0]).sent == 1
    assert Outgoing.objects.get().state == State.SENT
    assert any("nobody watches: 1" in words for words in outbox_health(NOON))
    assert leaving.begin_clocks(at=NOON) == 1
    assert leaving.begin_clocks(at=NOON) == 0
    assert len(here[1].letters) == 1


def test_the_worker_comes_again(db: None) -> None:
    sending.begin()
    assert is_waiting(sending.keep_sending)
    assert not is_waiting(sending.send_letters)
    sending.begin()  # another worker, or this one after it was killed: what waits leaves at once
    assert is_waiting(sending.send_letters)


def test_letters_that_no_worker_sends_are_told_of(mia: User, settings: Any) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:2525"
    a_letter(mia)
    assert any("No worker sends" in words for words in outbox_health(NOON + timedelta(minutes=20)))
