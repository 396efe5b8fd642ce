"""One letter as text; who is vouched for; who may send."""

from __future__ import annotations

import hashlib
import random
from email import message_from_bytes
from email.message import EmailMessage

import pytest
from letter_cast import OWN_SERVER, SENDER, SENDERS, VOUCHED, letter

from openhotline.errors import BadInput
from openhotline.exchange.mailbox import is_authentic, read_letter, read_senders

PLACE = "https://img.example.net/a/1"


def test_a_letter_has_a_sender_words_and_addresses() -> None:
    found = read_letter(letter(f"Please look at {PLACE}, thank you."))
    assert (found.sender, found.addresses) == (SENDER, (PLACE,))
    assert found.words.startswith("Please look at")
    assert str(found.sent_on) == "2026-11-02"


def test_an_address_that_was_made_harmless_is_found() -> None:
    assert read_letter(letter("hxxps://img[.]example[.]net/a/1")).addresses


def test_a_link_leads_where_its_target_says() -> None:
    html = f'<html><head><title>x</title></head><body><a href="{PLACE}">https://elsewhere.example/</a></body></html>'
    found = read_letter(letter("See the page.", html=html))
    assert PLACE in found.addresses


def test_what_hangs_on_it_is_hashed_and_not_read_as_text() -> None:
    content = random.Random(5).randbytes(3000) + PLACE.encode()
    found = read_letter(letter("Text.", attached=content))
    (attachment,) = found.attachments
    assert (attachment.sha256, attachment.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert (attachment.media_type, found.addresses) == ("image/png", ())


def test_a_text_file_that_hangs_on_it_is_no_text_of_the_letter() -> None:
    message = EmailMessage()
    message["From"] = SENDER
    message.set_content("Text.")
    message.add_attachment(PLACE, filename="list.txt")
    found = read_letter(message.as_bytes())
    assert (found.addresses, len(found.attachments)) == ((), 1)


def test_the_same_letter_has_one_identity_however_it_travelled() -> None:
    once = read_letter(letter("One.", number="<7@example.org>"))
    again = read_letter(b"Received: from elsewhere\n" + letter("One.", number="<7@example.org>"))
    assert once.identity == again.identity


def test_a_message_id_of_another_sender_is_another_letter() -> None:
    mine = read_letter(letter("One.", sender="a@example.org"))
    theirs = read_letter(letter("Two.", sender="b@example.org"))
    assert mine.identity != theirs.identity


def test_without_a_message_id_the_whole_letter_is_its_identity() -> None:
    assert read_letter(letter("A.", number="")).identity != read_letter(letter("B.", number="")).identity


@pytest.mark.parametrize(
    "senders", ["From: a@x.example, b@x.example\n", "From: a@x.example\nFrom: b@x.example\n", ""]
)
def test_a_letter_without_exactly_one_sender_is_refused(senders: str) -> None:
    with pytest.raises(BadInput, match="exactly one sender"):
        read_letter(f"{senders}Subject: x\n\nText.".encode())


def test_too_many_parts_are_refused() -> None:
    message = EmailMessage()
    message["From"] = SENDER
    message.set_content("Text.")
    for _ in range(201):
        message.add_attachment(b"x", maintype="application", subtype="octet-stream", filename="x")
    with pytest.raises(BadInput, match="parts"):
        read_letter(message.as_bytes())


@pytest.mark.parametrize("seed", range(20))
def test_rubbish_is_read_or_refused_and_never_worse(seed: int) -> None:
    chance = random.Random(seed)
    rubbish = bytearray(letter(f"See {PLACE}", html="<p>x", attached=b"abc"))
    for _ in range(40):
        rubbish[chance.randrange(len(rubbish))] = chance.randrange(256)
    try:
        read_letter(bytes(rubbish))
    except BadInput as refused:
        assert refused.message.endswith(".")


def test_an_unknown_charset_is_read_as_well_as_it_goes() -> None:
    raw = f"From: {SENDER}\nContent-Type: text/plain; charset=klingon\n\n{PLACE}\n".encode()
    assert read_letter(raw).addresses == (PLACE,)


def vouched(header: str, sender: str = SENDER) -> bool:
    raw = letter("x", sender=sender, vouched=header)
    return is_authentic(message_from_bytes(raw), sender=sender, authserv_id=OWN_SERVER)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (VOUCHED, True),
        (f"{OWN_SERVER}; dmarc=pass (p=reject) header.from=example.org", True),
        (f"{OWN_SERVER}; dkim=pass header.i=@mail.example.org", False),
        (f"{OWN_SERVER}; dkim=fail header.d=example.org", False),
        (f"{OWN_SERVER}; dkim=pass header.d=other.example", False),
        (f"{OWN_SERVER}; dkim=pass header.d=org", False),
        (f"{OWN_SERVER}; spf=pass smtp.mailfrom=desk@example.org", False),
        (f"{OWN_SERVER} 1; none", False),
        (f"{OWN_SERVER}; dkim=none (dkim=pass header.d=example.org)", False),
        ("other.example; dkim=pass header.d=example.org", False),
        ("", False),
    ],
)
def test_only_our_own_servers_word_on_the_senders_domain_counts(header: str, expected: bool) -> None:
    assert vouched(header) is expected


def test_a_signature_of_the_domain_above_vouches_for_one_below() -> None:
    assert vouched(f"{OWN_SERVER}; dkim=pass header.d=example.org", sender="desk@mail.example.org")


def test_a_header_that_came_with_the_letter_does_not_count() -> None:
    raw = b"Authentication-Results: other.example; none\n" + letter("x")
    assert not is_authentic(message_from_bytes(raw), sender=SENDER, authserv_id=OWN_SERVER)


def test_senders_are_addresses_or_whole_domains() -> None:
    senders = read_senders(f"# partners\n\n{SENDERS}")
    assert senders.name_of("Desk@Example.org") == "Example Hotline"
    assert senders.name_of("anybody@police.example") == "Police of Example"
    assert senders.name_of("anybody@sub.police.example") == ""
    assert senders.name_of("otto@example.org") == ""


@pytest.mark.parametrize("text", ["", "nobody", "a@b.example", "@ = x", "a@b.example = x\nA@b.example = y"])
def test_a_wrong_file_of_senders_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_senders(text)
