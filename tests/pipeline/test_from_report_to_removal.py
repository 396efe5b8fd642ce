"""One report's whole outer life, through the doors: form, duplicate, batch, trace, assessment, letters, gone, counted.

Strangers are real and on this machine: a mail server that takes the letters, and a web server that stands for the page
and is taken down. Registries and databases are a folder of recorded answers.
"""

from __future__ import annotations

import csv
import json
import re
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.notices.mail_servers import mail_server
from tests.pipeline.removal_cast import PAGE, page_online, record_answers

from openhotline_server.accounts.models import User
from openhotline_server.accounts.operations import issue_partner_key
from openhotline_server.intake.models import Address, Mention
from openhotline_server.ledger.queries import verify
from openhotline_server.notices.contact_rules import Entry
from openhotline_server.notices.contacts import add_contact
from openhotline_server.notices.kinds import ContactKind, NoticeKind
from openhotline_server.notices.models import Notice, Removal
from openhotline_server.pipeline.following import follow_due
from openhotline_server.pipeline.sending import send_due
from openhotline_server.pipeline.tracing import trace_now
from openhotline_server.public import tickets
from openhotline_server.statistics.publication import count_tables, write_set
from openhotline_server.statistics.scope import Scope
from openhotline_server.triage.models import AddressCase

pytestmark = pytest.mark.django_db(transaction=True)

SPELLED_OTHERWISE = "HTTPS://Pictures.Example.org:443/gallery/./7#top"
SECRET_WORDS = "My neighbour showed me this page."


def send_form(client: Client, address: str, words: str) -> str:
    """Fill in the public form with the work that a browser does meanwhile; give the page that answers."""
    form = client.get("/en/report/")
    assert not form.cookies
    ticket = re.search(r'name="ticket" value="([^"]+)"', form.content.decode())
    assert ticket
    work = next(str(n) for n in count() if tickets.is_worked(ticket[1], str(n), bits=tickets.WORK_BITS))
    told = {"ticket": ticket[1], "work": work, "addresses": address, "words": words, "found_in": "web"}
    return _post(client, "/en/report/", told)


def _post(client: Client, address: str, told: dict[str, str]) -> str:
    """As a form is sent; the public door takes no uploads and sets no cookie."""
    answer = client.post(address, urlencode(told), content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert not answer.cookies
    return answer.content.decode()


@pytest.fixture
def folder(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tickets, "WORK_BITS", 10)
    settings.RECORDED_ANSWERS = tmp_path
    settings.COUNTRY = "GB"
    settings.MAIL_FROM = "hotline@example.org"
    return tmp_path


def test_a_reported_page_is_told_of_taken_down_and_counted(
    folder: Path, ana: User, mia: User, paul: User, tmp_path: Path
) -> None:
    began = timezone.now()
    _fill_book(mia, at=began)
    anas, mias, public = _signed_in(ana), _signed_in(mia), Client()

    # Reported, reported again in another spelling, and once more among others by a platform.
    first = send_form(public, PAGE, SECRET_WORDS)
    second = send_form(public, SPELLED_OTHERWISE, "I saw it too.")
    _report_in_bulk(paul, [PAGE, "https://pictures.example.org/gallery/8"])
    assert Address.objects.count() == 2
    assert [m.known for m in Mention.objects.order_by("pk")] == [False, True, True, False]

    with page_online() as port, mail_server() as (server, kept):
        record_answers(folder, port)
        for address in Address.objects.all():
            trace_now(address=address, at=timezone.now())
        _assess_both(anas)
        assert set(AddressCase.objects.values_list("state", flat=True)) == {"referred"}

        # The police of our own country come first; only after their word the host is told.
        assert _approve_all(mias) == [NoticeKind.POLICE_REFERRAL]
        assert send_due(clock=timezone.now, server=server).sent == 1
        referral = Notice.objects.get(kind=NoticeKind.POLICE_REFERRAL)
        mias.post(
            reverse("console:notice_police", args=[referral.code]), {"answer": "authorised", "reference": "7"}
        )
        assert _approve_all(mias) == [NoticeKind.TAKEDOWN]
        assert send_due(clock=timezone.now, server=server).sent == 1
        assert send_due(clock=timezone.now, server=server).sent == 0
        assert [recipient for recipient, _ in kept.letters] == [
            "unit@police.example",
            "abuse@hosting.example",
        ]
        _check_letter(kept.letters[1][1])
        assert set(AddressCase.objects.values_list("state", flat=True)) == {"watched"}
        looks = _Looks(timezone.now())
        assert looks.make(2) == 0

    # The page's server is down now: three looks, spaced, and it is gone.
    assert looks.make(4) == 2
    removal = Removal.objects.filter(case__address__normal=PAGE).get()
    assert removal.ending == "removed"
    assert removal.ended_at is not None and looks.last_seen < removal.ended_at

    # Whoever reported it is told so, and the tables count it.
    for answer in (first, second):
        assert "It is gone" in _receipt_page(public, answer)
    figures = _figures(tmp_path / "figures", at=looks.at)
    counted = {name: figures["reports"][name] for name in ("namings", "duplicates", "addresses", "actioned")}
    assert counted == {"namings": "4", "duplicates": "2", "addresses": "2", "actioned": "2"}
    assert (figures["removal"]["notices"], figures["removal"]["removed"]) == ("1", "2")
    assert figures["hosting"]["United Kingdom"] == "2"
    verify()


class _Looks:
    """Looks made when they are due, on a clock of the test's own."""

    def __init__(self, at: datetime) -> None:
        self.at = self.last_seen = at

    def make(self, rounds: int) -> int:
        gone = 0
        for _ in range(rounds):
            self.at = max(r.next_check_at for r in Removal.objects.filter(ended_at=None) if r.next_check_at)
            gone += follow_due(clock=lambda: self.at).removed
            if not gone and not Removal.objects.filter(misses__gt=0).exists():
                self.last_seen = self.at
            if not Removal.objects.filter(ended_at=None).exists():
                break
            self.at += timedelta(seconds=1)
        return gone


def _signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def _fill_book(mia: User, *, at: datetime) -> None:
    police = Entry("Police", "unit@police.example", countries=("GB",))
    add_contact(kind=ContactKind.POLICE, entry=police, person=mia, at=at)


def _report_in_bulk(partner: User, addresses: list[str]) -> None:
    key = issue_partner_key(partner=partner, actor="test", at=timezone.now())
    rows = [{"key": f"r-{n}", "addresses": [{"address": address}]} for n, address in enumerate(addresses)]
    answer = Client().post(
        "/api/1/reports/bulk",
        json.dumps(rows),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key.secret}"},
    )
    assert answer.status_code == 200, answer.content
    assert answer.json()["taken"] == len(addresses)


def _assess_both(anas: Client) -> None:
    """The plain form, as it is without scripts: 7 to 10, pseudo-photograph, indecent, C, girl, generated."""
    answers = {"child": "3", "image_type": "2", "indecent": "1", "severity": "3", "sex": "1", "ai": "4"}
    counted = {"pictures": "3", "films": "0", "site_type": "image_host", "commercial": "non_commercial"}
    page = anas.post(reverse("console:next_address"), follow=True)
    for _ in range(2):
        begun = re.search(r'name="begun_at" value="([^"]+)"', page.content.decode())
        assert begun
        told = {f"q_{question}": key for question, key in answers.items()} | counted | {"begun_at": begun[1]}
        page = anas.post(page.request["PATH_INFO"], told, follow=True)
        assert page.status_code == 200, page.content.decode()


def _approve_all(mias: Client) -> list[str]:
    """Draft what is due, look at each letter, let it leave; give the kinds."""
    mias.post(reverse("console:draft_due"))
    waiting = list(Notice.objects.filter(approved_at=None, dropped_at=None))
    for notice in waiting:
        page = mias.get(reverse("console:notice", args=[notice.code])).content.decode()
        assert "hxxps" in page
        assert f'href="{PAGE}' not in page
        mias.post(reverse("console:approve_notice", args=[notice.code]))
        notice.refresh_from_db()
        assert notice.approved_at is not None, mias.get(
            reverse("console:notice", args=[notice.code])
        ).content.decode()
    return [notice.kind for notice in waiting]


def _check_letter(content: bytes) -> None:
    """The host's letter: both addresses defanged in the text and exact in the attachment, and nothing of any reporter."""
    letter = message_from_bytes(content, policy=policy.default)
    body = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert body.count("hxxps://pictures[.]example[.]org") == 2
    assert "https://pictures.example.org" not in body
    attached = {part.get_filename(): str(part.get_content()) for part in letter.iter_attachments()}
    assert any(PAGE in text for text in attached.values())
    everything = body + "".join(attached.values())
    assert SECRET_WORDS not in everything
    assert all(not part.get_content_type().startswith("image/") for part in letter.walk())


def _receipt_page(public: Client, answered: str) -> str:
    code = re.search(r"([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}", answered)
    assert code
    return _post(public, "/en/receipt/", {"code": code[0]})


def _figures(out: Path, *, at: datetime) -> dict[str, dict[str, str]]:
    write_set(count_tables(Scope(), public=False), out, at=at)
    tables = {}
    for path in out.glob("*.csv"):
        with path.open(newline="") as stream:
            rows = list(csv.reader(stream))
        tables[path.stem] = {row[0]: row[1] for row in rows[1:] if len(row) > 1}
    return tables
