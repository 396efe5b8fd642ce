"""Every letter's way through the outbox is a row and a ledger line, and nothing is sent twice by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_string

import pytest
from tests.conftest import NOON
from tests.notices.outbox_cast import a_letter, a_message, a_notice, an_address_case

from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event
from openhotline_server.notices import outbox
from openhotline_server.notices.models import Outgoing
from openhotline_server.notices.outbox import Decision
from openhotline_server.notices.outbox_queries import counts, list_due, list_letters, list_stranded
from openhotline_server.notices.outbox_rules import LEASE
from openhotline_server.notices.smtp import Outcome, Result

pytestmark = pytest.mark.django_db
State = Outgoing.State
TAKEN = Result(Outcome.TAKEN, "250 Taken as Q1", True)
NOT_NOW = Result(Outcome.NOT_NOW, "451 later", True)
REFUSED = Result(Outcome.REFUSED, "550 no such mailbox", True)
UNKNOWN = Result(Outcome.UNKNOWN, "The line was lost.", True)


@pytest.fixture(autouse=True)
def sender(settings: object) -> Iterator[None]:
    settings.MAIL_FROM = "hotline@example.org"  # type: ignore[attr-defined]
    yield


def claimed(letter: Outgoing) -> Outgoing:
    row = outbox.claim(outgoing=letter, at=letter.next_try_at)
    assert row is not None
    return row


def leaving(letter: Outgoing) -> Outgoing:
    row = claimed(letter)
    outbox.note_leaving(claimed=row, at=NOON)
    return row


def lines(letter: Outgoing, event: Event) -> int:
    return ledger.search(event=event, subject=letter.notice.subject).count()


def test_the_letter_is_fixed_when_it_is_put_in(mia: User) -> None:
    letter = enqueue_words(mia, "Grüße, żółć " + "x" * 2000)
    message = message_from_string(letter.message)
    assert message["Message-ID"] == letter.message_id == f"<{letter.code}@example.org>"
    assert (message["From"], message["To"]) == ("hotline@example.org", "abuse@example.org")
    assert letter.message.isascii() and max(map(len, letter.message.splitlines())) < 998
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes) and "żółć" in payload.decode()


def enqueue_words(person: User, words: str) -> Outgoing:
    notice = a_notice(an_address_case())
    return outbox.enqueue(notice=notice, message=a_message(words), person=person, at=NOON)


def test_an_outsider_puts_nothing_in(ana: User) -> None:
    with pytest.raises(NotAllowed):
        a_letter(ana)


def test_a_notice_is_put_in_once(mia: User) -> None:
    letter = a_letter(mia)
    with pytest.raises(Conflict):
        outbox.enqueue(notice=letter.notice, message=a_message(), person=mia, at=NOON)


@pytest.mark.parametrize(
    ("header", "value"),
    [("To", "somebody@example.org"), ("Cc", "other@example.org"), ("Bcc", "other@example.org")],
)
def test_a_letter_goes_to_the_notices_recipient_and_nobody_else(mia: User, header: str, value: str) -> None:
    message = a_message()
    message[header] = value
    with pytest.raises(BadInput, match="recipient"):
        outbox.enqueue(notice=a_notice(), message=message, person=mia, at=NOON)


def test_without_a_sender_or_a_recipient_nothing_is_put_in(mia: User, settings: object) -> None:
    notice = a_notice()
    notice.email = ""
    with pytest.raises(BadInput, match="mail address"):
        outbox.enqueue(notice=notice, message=a_message(), person=mia, at=NOON)
    settings.MAIL_FROM = ""  # type: ignore[attr-defined]
    with pytest.raises(BadInput, match="MAIL_FROM"):
        outbox.enqueue(notice=a_notice(), message=a_message(), person=mia, at=NOON)


def test_one_worker_claims_a_letter(mia: User) -> None:
    letter = a_letter(mia)
    assert outbox.claim(outgoing=letter, at=NOON) is not None
    assert outbox.claim(outgoing=letter, at=NOON) is None
    assert not list_due(at=NOON)


def test_a_worker_that_ends_before_data_loses_nothing(mia: User) -> None:
    letter = a_letter(mia)
    claimed(letter)
    assert list(list_due(at=NOON + LEASE)) == [letter]


def test_a_worker_that_slept_does_not_send_what_another_holds(mia: User) -> None:
    letter = a_letter(mia)
    slept = claimed(letter)
    claimed(list_due(at=NOON + LEASE).get())
    with pytest.raises(Conflict):
        outbox.note_leaving(claimed=slept, at=NOON + LEASE)


def test_a_letter_that_was_taken_is_sent_and_its_notice_delivered(mia: User) -> None:
    letter = a_letter(mia)
    row = outbox.settle(claimed=leaving(letter), result=TAKEN, at=NOON)
    row.notice.refresh_from_db()
    assert (row.state, row.receipt, row.sent_at) == (State.SENT, "250 Taken as Q1", NOON)
    assert (row.notice.delivered_at, row.notice.receipt) == (NOON, "250 Taken as Q1")
    assert lines(letter, Event.NOTICE_SENT) == 1


def test_a_letter_that_is_refused_stands_still_and_is_told(mia: User) -> None:
    letter = a_letter(mia)
    row = outbox.settle(claimed=claimed(letter), result=REFUSED, at=NOON)
    assert (row.state, row.trouble) == (State.DEAD, "550 no such mailbox")
    assert not list_due(at=NOON + timedelta(days=30))
    assert lines(letter, Event.SENDING_FAILED) == 1


def test_a_letter_of_which_nobody_knows_waits_for_a_person(mia: User) -> None:
    letter = a_letter(mia)
    assert outbox.settle(claimed=leaving(letter), result=UNKNOWN, at=NOON).state == State.UNCERTAIN
    assert not list_due(at=NOON + timedelta(days=30))


def test_the_mail_server_down_for_a_day_makes_no_dead_letter(mia: User) -> None:
    letter, at = a_letter(mia), NOON
    while at < NOON + timedelta(days=1):
        row = outbox.claim(outgoing=letter, at=at)
        assert row is not None
        letter = outbox.settle(claimed=row, result=NOT_NOW, at=at)
        at = letter.next_try_at
    assert letter.state == State.WAITING
    assert lines(letter, Event.SENDING_FAILED) == letter.tries > 20
    letter = outbox.settle(claimed=leaving(letter), result=TAKEN, at=at)
    assert letter.state == State.SENT


def test_after_three_days_and_more_it_is_given_up_and_a_person_tries_again(mia: User) -> None:
    letter, at = a_letter(mia), NOON
    while letter.state == State.WAITING:
        row = outbox.claim(outgoing=letter, at=at)
        assert row is not None
        letter, begun = outbox.settle(claimed=row, result=NOT_NOW, at=at), at
        at = letter.next_try_at
    assert letter.state == State.DEAD
    assert begun - NOON >= timedelta(days=3)
    again = outbox.decide(outgoing=letter, decision=Decision.TRY_AGAIN, person=mia, at=at)
    assert list(list_due(at=at)) == [again]
    once_more = outbox.settle(claimed=claimed(again), result=NOT_NOW, at=at)
    assert once_more.state == State.WAITING
    assert once_more.next_try_at == at + timedelta(minutes=1)


def test_a_clock_that_jumps_forward_gives_nothing_up(mia: User) -> None:
    letter = a_letter(mia)
    row = outbox.claim(outgoing=letter, at=NOON + timedelta(days=4000))
    assert row is not None
    assert outbox.settle(claimed=row, result=NOT_NOW, at=NOON + timedelta(days=4000)).state == State.WAITING


def test_a_clock_that_is_put_back_leaves_no_letter_waiting_for_years(mia: User) -> None:
    letter = a_letter(mia, at=NOON + timedelta(days=4000))
    assert list(list_due(at=NOON)) == [letter]


def test_a_worker_that_ended_while_it_sent_leaves_a_doubt_and_no_second_letter(mia: User) -> None:
    letter = a_letter(mia)
    leaving(letter)
    assert not list_stranded(at=NOON)
    stranded = list_stranded(at=NOON + LEASE).get()
    assert outbox.doubt(outgoing=stranded, at=NOON + LEASE)
    assert not outbox.doubt(outgoing=stranded, at=NOON + LEASE)
    assert counts() == {State.UNCERTAIN: 1}
    assert lines(letter, Event.SENDING_FAILED) == 1
    assert not list_due(at=NOON + timedelta(days=30))


def test_a_late_answer_settles_the_doubt(mia: User) -> None:
    letter = a_letter(mia)
    row = leaving(letter)
    outbox.doubt(outgoing=list_stranded(at=NOON + LEASE).get(), at=NOON + LEASE)
    assert outbox.settle(claimed=row, result=TAKEN, at=NOON + LEASE).state == State.SENT


def test_a_late_answer_that_it_left_keeps_it_from_leaving_again(mia: User) -> None:
    letter = a_letter(mia)
    row = leaving(letter)
    doubted = outbox.settle(claimed=row, result=UNKNOWN, at=NOON)
    outbox.decide(outgoing=doubted, decision=Decision.SEND_AGAIN, person=mia, at=NOON)
    again = claimed(list_due(at=NOON).get())
    outbox.settle(claimed=row, result=TAKEN, at=NOON)
    with pytest.raises(Conflict):
        outbox.note_leaving(claimed=again, at=NOON)


def test_a_person_says_that_it_left(mia: User) -> None:
    doubted = outbox.settle(claimed=leaving(a_letter(mia)), result=UNKNOWN, at=NOON)
    row = outbox.decide(
        outgoing=doubted, decision=Decision.IT_LEFT, person=mia, at=NOON, words="seen in the log"
    )
    assert (row.state, row.receipt, row.notice.delivered_at) == (State.SENT, "seen in the log", NOON)
    assert lines(row, Event.SENDING_DECIDED) == 1


def test_a_person_gives_up_and_the_letter_is_gone_from_the_screen(mia: User) -> None:
    dead = outbox.settle(claimed=claimed(a_letter(mia)), result=REFUSED, at=NOON)
    row = outbox.decide(outgoing=dead, decision=Decision.GIVE_UP, person=mia, at=NOON)
    assert row.notice.dropped_at == NOON
    assert not list_letters(State.DEAD)
    with pytest.raises(Conflict):
        outbox.decide(outgoing=row, decision=Decision.TRY_AGAIN, person=mia, at=NOON)


@pytest.mark.parametrize(
    ("result", "decision"),
    [
        (UNKNOWN, Decision.TRY_AGAIN),
        (UNKNOWN, Decision.GIVE_UP),
        (REFUSED, Decision.SEND_AGAIN),
        (REFUSED, Decision.IT_LEFT),
        (TAKEN, Decision.SEND_AGAIN),
    ],
)
def test_only_what_fits_the_state_may_be_decided(mia: User, result: Result, decision: Decision) -> None:
    row = outbox.settle(claimed=leaving(a_letter(mia)), result=result, at=NOON)
    with pytest.raises(Conflict):
        outbox.decide(outgoing=row, decision=decision, person=mia, at=NOON)


def test_an_analyst_decides_about_no_letter(ana: User, mia: User) -> None:
    row = outbox.settle(claimed=leaving(a_letter(mia)), result=UNKNOWN, at=NOON)
    with pytest.raises(NotAllowed):
        outbox.decide(outgoing=row, decision=Decision.IT_LEFT, person=ana, at=NOON)


def test_a_letter_put_off_waits_and_no_try_is_counted(mia: User) -> None:
    letter = a_letter(mia)
    outbox.put_off(outgoing=letter, why="a day of rest", at=NOON)
    letter.refresh_from_db()
    assert (letter.tries, letter.trouble) == (0, "a day of rest")
    assert not list_due(at=NOON)
    assert list_due(at=NOON + timedelta(hours=1))
