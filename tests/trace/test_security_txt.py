"""security.txt: only a mail address in a file that holds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from openhotline.errors import BadInput
from openhotline.trace.security_txt import read_security_text

AT = datetime(2026, 11, 3, 12, tzinfo=UTC)
HOLDS = "Expires: 2027-01-01T00:00:00.000Z\n"


def emails(text: str) -> list[str]:
    return [contact.email for contact in read_security_text(text, at=AT).abuse]


def test_mail_contacts_come_in_the_site_s_order() -> None:
    text = (
        "# note\nContact: https://example.org/report\nContact: mailto:security@example.org\n"
        "contact: MAILTO:second%2Bone@example.org?subject=x\n" + HOLDS
    )
    assert emails(text) == ["security@example.org", "second+one@example.org"]


def test_a_signed_file_is_read_without_its_signature() -> None:
    text = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nContact: mailto:a@example.org\n"
        + HOLDS
        + "-----BEGIN PGP SIGNATURE-----\nContact: mailto:b@example.org\n"
    )
    assert emails(text) == ["a@example.org"]


@pytest.mark.parametrize(
    "expires",
    ["", "Expires: 2026-11-03T12:00:00Z\n", "Expires: soon\n", HOLDS + "Expires: 2030-01-01T00:00:00Z\n"],
)
def test_a_file_that_does_not_hold_is_not_used(expires: str) -> None:
    with pytest.raises(BadInput):
        read_security_text(f"Contact: mailto:a@example.org\n{expires}", at=AT)


@pytest.mark.parametrize(
    "mail", ["a@example.org%0ABcc:b@example.org", "a@example.org,b@example.org", "nobody", ""]
)
def test_a_contact_that_could_add_a_recipient_is_none(mail: str) -> None:
    assert emails(f"Contact: mailto:{mail}\n{HOLDS}") == []
