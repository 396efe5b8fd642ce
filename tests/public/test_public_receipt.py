"""The receipt: who has the code sees the state and may write; nobody else learns anything."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.conftest import NOON
from tests.public.door_cast import Door

from openhotline.errors import BadInput, Conflict
from openhotline_server.accounts.models import User
from openhotline_server.intake.messages import (
    IN_A_ROW,
    answer_hotline,
    ask_reporter,
    list_messages,
    list_unread,
)
from openhotline_server.intake.models import Message, Receipt, Report
from openhotline_server.intake.receipts import ALPHABET, GROUP, GROUPS, find_report, make_receipt
from openhotline_server.public.flood import GUESSES


def test_a_code_is_a_hundred_bits_of_letters_that_are_not_mistaken() -> None:
    assert len(set(ALPHABET)) == 32
    assert GROUPS * GROUP * 5 >= 100
    assert not set("ILOU") & set(ALPHABET)


def test_the_code_opens_the_report_however_it_is_typed(door: Door) -> None:
    code = door.code()
    for typed in (code, code.lower(), code.replace("-", " "), code.replace("0", "o").replace("1", "l")):
        assert find_report(typed) == Report.objects.get()
    assert "Your report has arrived" in door.look(code).content.decode()


def test_the_code_is_kept_nowhere(door: Door) -> None:
    code = door.code()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = str(cursor.fetchall())
            assert code not in rows
            assert code.replace("-", "") not in rows
    assert len(Receipt.objects.get().digest) == 64


def test_two_reports_never_share_a_code(door: Door) -> None:
    assert len({door.code(words=str(number)) for number in range(5)}) == 5


def test_a_receipt_without_a_seed_is_fresh(door: Door) -> None:
    door.report()
    report = Report.objects.get()
    Receipt.objects.all().delete()
    assert find_report(make_receipt(report=report, at=NOON)) == report


@pytest.mark.parametrize("wrong", ["00000-00000-00000-00000", "x", "%s" * 20, "مرحبا"])
def test_every_wrong_code_costs_the_same_one_question(door: Door, wrong: str) -> None:
    code = door.code()
    almost = code[:-1] + ("A" if code[-1] != "A" else "B")
    for typed in (wrong, almost):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = door.look(typed)
        assert len(asked) == 1
        assert "This code is not known here" in answer.content.decode()


def test_too_many_wrong_codes_pause_a_network_and_not_its_neighbour(door: Door) -> None:
    code = door.code()
    for _ in range(int(GUESSES.at_once)):
        assert door.look("wrong").status_code == 200
    assert door.look(code).status_code == 429
    door.network = "203.0.113.9"
    assert door.look(code).status_code == 200


def test_right_codes_are_never_counted(door: Door) -> None:
    code = door.code()
    for _ in range(int(GUESSES.at_once) + 5):
        assert door.look(code).status_code == 200


def test_a_question_is_read_and_answered(door: Door, ana: User) -> None:
    code = door.code()
    ask_reporter(report=Report.objects.get(), words="Which picture is it?", person=ana, at=NOON)
    page = door.look(code).content.decode()
    assert "Which picture is it?" in page
    assert "Ana" not in page
    assert Message.objects.get().read_at is not None
    answer = door.look(code, words="The third one.")
    assert "Your message has arrived" in answer.content.decode()
    assert [message.words for message in list_unread()] == ["The third one."]


def test_a_page_loaded_anew_writes_nothing_twice(door: Door) -> None:
    code = door.code()
    for _ in range(3):
        door.look(code, words="the same words")
    assert Message.objects.count() == 1


def test_somebody_who_writes_without_end_is_asked_to_wait(door: Door, ana: User) -> None:
    door.report()
    report = Report.objects.get()
    for number in range(IN_A_ROW):
        answer_hotline(report=report, words=str(number), at=NOON)
    with pytest.raises(Conflict):
        answer_hotline(report=report, words="one more", at=NOON)
    ask_reporter(report=report, words="Thank you.", person=ana, at=NOON)
    answer_hotline(report=report, words="one more", at=NOON)
    assert list_messages(report).count() == IN_A_ROW + 2


def test_an_empty_message_is_refused_by_the_page_and_by_the_operation(door: Door) -> None:
    code = door.code()
    assert "Please write a message" in door.look(code, words=" ").content.decode()
    with pytest.raises(BadInput):
        answer_hotline(report=Report.objects.get(), words=" ", at=NOON)
    assert not Message.objects.exists()


def test_what_a_reporter_writes_is_shown_as_text(door: Door) -> None:
    code = door.code()
    page = door.look(code, words="<script>alert(1)</script>").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
