"""The contact book: whom an address leads to, and what cannot stand in it."""

from __future__ import annotations

import pytest
from tests.conftest import NOON
from tests.notices.notice_cast import GB, NL, a_contact, a_new_case, traced

from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event
from openhotline_server.notices import recipients
from openhotline_server.notices.contact_rules import Entry, is_mail
from openhotline_server.notices.contacts import (
    add_contact,
    change_contact,
    end_contact,
    entry_of,
    list_contacts,
)
from openhotline_server.notices.kinds import ContactKind

pytestmark = pytest.mark.django_db

BAD_MAILS = [
    "", "abuse", "@example.net", "abuse@", "abuse@localhost", "a b@example.net", "abuse@example..net",
    ".abuse@example.net", "abuse@example.net\nBcc: someone@example.org", "Abuse <abuse@example.net>",
    "abuse@example.net,other@example.org", "äbuse@example.net", "a" * 65 + "@example.net",
]  # fmt: skip


@pytest.mark.parametrize("email", BAD_MAILS)
def test_a_bad_mail_address_is_refused(mia: User, email: str) -> None:
    with pytest.raises(BadInput):
        add_contact(kind=ContactKind.POLICE, entry=Entry("Police", email), person=mia, at=NOON)
    assert not list_contacts().exists()


def test_an_entry_gets_one_spelling(mia: User) -> None:
    entry = Entry(
        " Example  Hosting ", "Abuse@Example.NET", ("Example.ORG.", "bücher.example"), (64500,), ("nl",)
    )
    contact = add_contact(kind=ContactKind.HOST, entry=entry, person=mia, at=NOON)
    assert (contact.name, contact.email) == ("Example Hosting", "Abuse@example.net")
    assert contact.domains == ["example.org", "xn--bcher-kva.example"]
    assert contact.countries == ["NL"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"domains": ("https://example.org/x",)},
        {"asns": (0,)},
        {"countries": ("Netherlands",)},
        {"language": "tlh"},
        {"rests_on": tuple(range(7))},
        {"rests_on": (7,)},
        {"name": " "},
    ],
)
def test_what_cannot_stand_in_the_book_is_refused(mia: User, wrong: dict[str, object]) -> None:
    values: dict[str, object] = {"name": "Example", "email": "abuse@example.net", "domains": ("example.org",)}
    with pytest.raises(BadInput):
        add_contact(kind=ContactKind.HOST, entry=Entry(**{**values, **wrong}), person=mia, at=NOON)  # type: ignore[arg-type]


def test_only_who_manages_contacts_changes_the_book(ana: User, mia: User) -> None:
    with pytest.raises(NotAllowed):
        a_contact(ContactKind.POLICE, ana)
    contact = a_contact(ContactKind.POLICE, mia)
    with pytest.raises(NotAllowed):
        end_contact(contact=contact, person=ana, at=NOON)


def test_two_hosts_cannot_have_one_domain_or_network(mia: User) -> None:
    first = a_contact(ContactKind.HOST, mia, domains=("example.org",), asns=(64500,))
    for entry in ({"domains": ("example.org",)}, {"asns": (64500,)}):
        with pytest.raises(Conflict):
            a_contact(ContactKind.HOST, mia, **entry)
    change_contact(contact=first, entry=entry_of(first), person=mia, at=NOON)  # itself is no other
    end_contact(contact=first, person=mia, at=NOON)
    a_contact(ContactKind.HOST, mia, domains=("example.org",))


def test_a_change_is_a_line_without_the_address_and_an_ended_contact_stays_ended(mia: User) -> None:
    contact = a_contact(ContactKind.POLICE, mia)
    changed = change_contact(contact=contact, entry=Entry("Police", "unit@example.net"), person=mia, at=NOON)
    assert changed.email == "unit@example.net"
    line = ledger.search(event=Event.CONTACT_CHANGED).get()
    assert line.details == {"kind": "police", "fields": ["email", "name"]}
    end_contact(contact=contact, person=mia, at=NOON)
    with pytest.raises(Conflict):
        end_contact(contact=contact, person=mia, at=NOON)


def test_the_domain_comes_before_the_network_and_both_before_the_trace(mia: User) -> None:
    case = a_new_case("https://img.example.org/1")
    trace = traced(
        case,
        NL,
        abuse=[{"email": "not a mail", "source": "rdap"}, {"email": "noc@example.net", "source": "rdap"}],
    )

    def found() -> str:
        recipient = recipients.find_host(case.address, trace)
        return recipient.email if recipient else ""

    assert found() == "noc@example.net"
    a_contact(ContactKind.HOST, mia, asns=(64500,), email="network@example.net")
    assert found() == "network@example.net"
    a_contact(ContactKind.HOST, mia, domains=("example.org",), email="domain@example.net")
    assert found() == "domain@example.net"


def test_without_a_usable_mail_there_is_no_recipient(mia: User) -> None:
    case = a_new_case()
    trace = traced(case, NL, abuse=[{"email": "evil@example.net\r\nBcc: x@example.org", "source": "rdap"}])
    assert recipients.find_host(case.address, trace) is None
    assert not is_mail(None)


def test_an_office_is_found_by_its_country_and_one_for_all_comes_last(mia: User) -> None:
    a_contact(ContactKind.AGENCY, mia, email="all@example.net")
    a_contact(ContactKind.AGENCY, mia, email="nl@example.net", countries=("NL",))
    assert (found := recipients.find_by_country(ContactKind.AGENCY, NL)) and found.email == "nl@example.net"
    assert (found := recipients.find_by_country(ContactKind.AGENCY, GB)) and found.email == "all@example.net"
    with pytest.raises(BadInput):
        a_contact(ContactKind.HOTLINE, mia)  # a hotline for all countries is none
    assert recipients.find_by_country(ContactKind.HOTLINE, NL) is None


def test_a_registry_is_found_by_the_longest_ending(mia: User) -> None:
    a_contact(ContactKind.REGISTRAR, mia, domains=("org",), email="registry@example.net")
    case = a_new_case("https://img.example.org/1")
    assert (found := recipients.find_registrar(case.address)) and found.email == "registry@example.net"
    a_contact(ContactKind.REGISTRAR, mia, domains=("example.org",), email="registrar@example.net")
    assert (found := recipients.find_registrar(case.address)) and found.email == "registrar@example.net"
