"""The public form: what is sent arrives, once, without a cookie and without a trace of who sent it."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.public.door_cast import ADDRESS, CODE, Door

from openhotline_server.intake.models import Mention, Particulars, Receipt, Report
from openhotline_server.ledger.models import Line
from openhotline_server.public import forms


def only() -> Report:
    return Report.objects.get()


def test_a_report_arrives_with_everything_that_was_said(door: Door) -> None:
    answer = door.report(
        words="A group in a game.", contact="rita@example.org", at_risk_now="on", about_self="on"
    )
    assert answer.status_code == 200
    said = Particulars.objects.get()
    assert (said.words, said.contact, said.language) == ("A group in a game.", "rita@example.org", "en")
    assert said.at_risk_now
    assert said.about_self
    assert Mention.objects.get().address.normal == ADDRESS
    assert (only().kind, only().standing) == (Report.Kind.FORM, Report.Standing.TAKEN)


def test_no_page_sets_a_cookie_and_none_needs_one(door: Door) -> None:
    door.client = Client(enforce_csrf_checks=True)
    code = door.code()
    pages = [door.client.get(f"/{page}") for page in ("", "de/", "ar/report/", "fr/receipt/")]
    for answer in [*pages, door.report(), door.look(code), door.look(code, words="hello"), door.look("x")]:
        assert answer.status_code == 200
        assert not answer.cookies
    assert not door.client.cookies


def test_an_address_alone_a_description_alone_and_a_mark_alone_are_enough(door: Door) -> None:
    for fields in ({}, {"addresses": "", "words": "In a game."}, {"addresses": "", "about_self": "on"}):
        assert CODE.search(door.report(**fields).content.decode()), fields
    assert Report.objects.count() == 3


def test_nothing_at_all_is_asked_for_once_more(door: Door) -> None:
    answer = door.report(addresses=" ", words=" ")
    assert "Please write where it is" in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Report.objects.exists()


def test_each_line_is_an_address_and_what_is_none_is_kept_as_words(door: Door) -> None:
    door.report(addresses="https://a.example.org/1\nhxxps://b.example[.]org/2 the third one\nthe red group\n")
    assert Mention.objects.count() == 2
    words = Particulars.objects.get().words
    assert "the third one" in words
    assert "the red group" in words


def test_a_groups_name_in_an_app_is_a_place(door: Door) -> None:
    door.report(addresses="The red group", found_in="app")
    mention = Mention.objects.get()
    assert (mention.found_in, mention.address.network) == ("app", "other")


def test_an_address_within_the_description_counts(door: Door) -> None:
    door.report(addresses="", words="It was on https://c.example.org/x yesterday.")
    assert Mention.objects.get().address.host == "c.example.org"


def test_the_same_form_sent_twice_is_one_report_with_one_code(door: Door) -> None:
    ticket = door.ticket()
    answers = [door.report(ticket=ticket).content.decode() for _ in range(2)]
    codes = {found[1] for page in answers if (found := CODE.search(page))}
    assert len(codes) == 1
    assert Report.objects.count() == Receipt.objects.count() == 1


def test_another_text_under_the_same_ticket_is_not_lost(door: Door) -> None:
    ticket = door.ticket()
    door.report(ticket=ticket, words="first")
    door.report(ticket=ticket, words="second")
    assert sorted(Particulars.objects.values_list("words", flat=True)) == ["first", "second"]


def test_a_known_address_is_said_to_be_known(door: Door) -> None:
    known = "We know what you reported already"
    assert known not in door.report().content.decode()
    assert known in door.report().content.decode()


def test_an_old_or_invented_ticket_loses_nothing_that_was_written(door: Door) -> None:
    answer = door.post("report", {"ticket": "invented", "words": "long and careful words"})
    assert answer.status_code == 409
    assert "long and careful words" in answer.content.decode()
    assert not Report.objects.exists()


def test_a_slip_keeps_the_ticket_and_its_work(door: Door) -> None:
    ticket = door.ticket()
    answer = door.post("report", {"ticket": ticket, "words": ""})
    assert ticket in answer.content.decode().replace("&#x27;", "'")


def test_a_file_is_never_taken(door: Door) -> None:
    files = {"ticket": door.ticket(), "words": "x", "picture": SimpleUploadedFile("a.png", b"bytes")}
    answer = door.client.post("/en/report/", files)
    assert answer.status_code == 415
    assert not Report.objects.exists()
    assert 'type="file"' not in answer.content.decode()


def test_the_ledger_says_that_a_report_came_and_not_what_it_says(door: Door) -> None:
    door.report(words="a secret sentence", contact="rita@example.org")
    lines = " ".join(str(line.details) + line.subject + line.actor for line in Line.objects.all())
    assert "report:" in lines
    for part in ("secret", "rita", "example.org", door.network):
        assert part not in lines


def test_a_picture_of_herself_begins_with_kind_words(door: Door) -> None:
    page = door.client.get("/en/report/?me").content.decode()
    assert page.index("It is not your fault") < page.index("<form")
    assert "checked" in page.split('name="about_self"')[1].split(">")[0]


def test_a_word_longer_than_any_address_is_not_searched(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []
    monkeypatch.setattr(forms, "find_addresses", lambda text: searched.append(text) or [])
    door.report(addresses="www." * 9000)
    assert max(map(len, searched), default=0) <= forms.LONGEST_PLACE
    assert not Report.objects.exists()


@pytest.mark.parametrize("text", ["x" * 3001, "\x00"])
def test_what_cannot_be_kept_is_said_at_once(door: Door, text: str) -> None:
    assert CODE.search(door.report(words=text).content.decode()) is None
    assert not Report.objects.exists()
