"""Letters from an mbox file and from an IMAP server over TLS."""

from __future__ import annotations

import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from imap_stage import PASSWORD, USER, Post, post_office
from letter_cast import letter, write_mbox

from openhotline.errors import BadInput, OpenHotlineError, WrongUsage
from openhotline.exchange.mailbox import (
    LARGEST,
    Mailbox,
    RawLetter,
    letters_of_imap,
    letters_of_mbox,
    read_letter,
)

NOVEMBER = date(2026, 11, 2)


def test_every_letter_of_a_file_is_read(tmp_path: Path) -> None:
    path = write_mbox(tmp_path / "post", letter("One.\n\nFrom here on.\n"), letter("Two.", number="<2@x>"))
    found = list(letters_of_mbox(path))
    assert [one.place for one in found] == ["letter 1", "letter 2"]
    assert [one.arrived_on for one in found] == [NOVEMBER] * 2
    words = [read_letter(one.untrusted_bytes or b"").words for one in found]
    assert words == ["One.\nFrom here on.", "Two."]


def test_a_huge_letter_is_named_and_never_held(tmp_path: Path) -> None:
    path = write_mbox(tmp_path / "post", letter("Small."))
    with path.open("ab") as stream:
        stream.write(b"From x@y.example Mon Nov  2 08:00:00 2026\nFrom: x@y.example\n\n")
        for _ in range(LARGEST // 2**20 + 40):
            stream.write(b"x" * (2**20 - 1) + b"\n")
        stream.write(b"\nFrom desk@example.org Mon Nov  2 08:00:00 2026\n" + letter("Last."))
    tracemalloc.start()
    found = []
    for one in letters_of_mbox(path):
        found.append((one.place, one.untrusted_bytes is None))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == [("letter 1", False), ("letter 2", True), ("letter 3", False)]
    assert peak < 2.5 * LARGEST


def test_an_empty_file_has_no_letters(tmp_path: Path) -> None:
    (tmp_path / "post").write_bytes(b"\n\n")
    assert list(letters_of_mbox(tmp_path / "post")) == []


def test_what_is_no_mailbox_is_refused(tmp_path: Path) -> None:
    (tmp_path / "post").write_bytes(b"PK\x03\x04")
    with pytest.raises(BadInput, match="no mbox"):
        list(letters_of_mbox(tmp_path / "post"))
    with pytest.raises(BadInput, match="cannot be read"):
        list(letters_of_mbox(tmp_path / "nothing"))


def fetch(
    post: Post, tmp_path: Path, *, known: frozenset[str] = frozenset(), password: str = PASSWORD
) -> list[RawLetter]:
    with post_office(post, tmp_path) as (port, trust):
        mailbox = Mailbox.at(f"imaps://{USER}@127.0.0.1:{port}/INBOX", password)
        return list(letters_of_imap(mailbox, is_known=lambda identity: identity in known, trust=trust))


def test_every_letter_of_a_mailbox_is_fetched_and_none_is_changed(tmp_path: Path) -> None:
    post = Post({17: letter("One."), 23: letter("Two.", number="<2@x>")})
    found = fetch(post, tmp_path)
    assert [(one.place, one.arrived_on) for one in found] == [("UID 17", NOVEMBER), ("UID 23", NOVEMBER)]
    assert read_letter(found[1].untrusted_bytes or b"").words == "Two."
    assert any(command.startswith("EXAMINE") for command in post.asked)
    assert not any(command.split()[0] in ("SELECT", "STORE", "EXPUNGE") for command in post.asked)
    assert all("PEEK" in command for command in post.asked if "BODY" in command)


def test_a_letter_that_is_known_is_not_fetched(tmp_path: Path) -> None:
    post = Post({1: letter("One."), 2: letter("Two.", number="<2@x>")})
    known = read_letter(post.letters[1]).identity
    assert [one.place for one in fetch(post, tmp_path, known=frozenset({known}))] == ["UID 2"]


def test_a_letter_said_to_be_huge_is_not_fetched(tmp_path: Path) -> None:
    post = Post({1: letter("One.")}, told_sizes={1: LARGEST + 1})
    (found,) = fetch(post, tmp_path)
    assert found.untrusted_bytes is None
    assert "larger than" in found.problem
    assert not any("BODY.PEEK[]" in command for command in post.asked)


def test_a_wrong_password_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="refused"):
        fetch(Post({}), tmp_path, password="wrong")


def test_a_server_that_nobody_vouches_for_is_not_spoken_to(tmp_path: Path) -> None:
    post = Post({1: letter("One.")})
    with post_office(post, tmp_path) as (port, _), pytest.raises(OpenHotlineError, match="TLS"):
        list(letters_of_imap(Mailbox.at(f"imaps://{USER}@127.0.0.1:{port}", PASSWORD)))
    assert post.asked == []


def test_a_server_that_breaks_off_is_an_error_and_no_end(tmp_path: Path) -> None:
    post = Post({n: letter("One.", number=f"<{n}@x>") for n in range(1, 6)}, break_off_after=2)
    with pytest.raises(OpenHotlineError, match="broke off"):
        fetch(post, tmp_path)


@pytest.mark.parametrize(
    "address",
    ["imap://a@b.example", "imaps://b.example", "imaps://a:x@b.example", "x", 'imaps://a@b.example/"'],
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(WrongUsage):
        Mailbox.at(address, "x")


def test_a_password_is_not_printed() -> None:
    assert PASSWORD not in repr(Mailbox.at("imaps://a@b.example", PASSWORD))
