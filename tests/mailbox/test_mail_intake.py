"""Letters become reports: of listed senders only, once, and only as far as our own server vouches."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import pytest
from click.testing import CliRunner
from imap_stage import PASSWORD, USER, Post, post_office
from letter_cast import OWN_SERVER, SENDERS, letter, write_mbox
from tests.conftest import NOON

from openhotline.exchange.mailbox import RawLetter, letters_of_mbox, read_letter, read_senders
from openhotline_server.commands.mail import mail
from openhotline_server.evidence.models import Item, Sighting
from openhotline_server.intake.models import Address, Mention, Particulars, Report
from openhotline_server.pipeline.mail_intake import MailTaken, import_letters, is_known

pytestmark = pytest.mark.django_db
PLACE = "https://img.example.net/a/1"
OTHER = "https://img.example.net/a/2"


def take(letters: Iterable[bytes | RawLetter], *, authserv_id: str = OWN_SERVER) -> MailTaken:
    raw = [
        one if isinstance(one, RawLetter) else RawLetter(f"letter {number}", one)
        for number, one in enumerate(letters, 1)
    ]
    return import_letters(
        letters=raw,
        senders=read_senders(SENDERS),
        authserv_id=authserv_id,
        actor="test",
        clock=lambda: NOON,
    )


def test_a_letter_is_a_report_of_its_addresses() -> None:
    done = take([letter(f"We saw {PLACE} and {OTHER}.")])
    report = Report.objects.get()
    assert (done.taken, done.new, done.known) == (1, 2, 0)
    assert (report.kind, report.source, report.standing) == ("mail", "Example Hotline", "taken")
    assert str(report.received_on) == "2026-11-02"
    assert set(Address.objects.values_list("normal", flat=True)) == {PLACE, OTHER}


def test_the_same_letter_twice_is_once() -> None:
    first = take([letter(f"{PLACE}"), letter(f"{PLACE}")])
    again = take([b"Received: from elsewhere\n" + letter(f"{PLACE}")], authserv_id="")
    assert (first.taken, first.again, again.again, Report.objects.count()) == (1, 1, 1, 1)


def test_an_address_that_was_reported_before_is_known() -> None:
    take([letter(PLACE)])
    done = take([letter(PLACE, number="<2@example.org>")])
    assert (done.new, done.known) == (0, 1)


def test_a_sender_who_is_not_listed_leaves_nothing_here() -> None:
    done = take([letter(PLACE, sender="otto@elsewhere.example")])
    assert (done.not_listed, done.taken, Report.objects.count(), Address.objects.count()) == (1, 0, 0, 0)


def test_a_sender_whom_our_server_does_not_vouch_for_leaves_nothing_here() -> None:
    done = take(
        [letter(PLACE, vouched=f"{OWN_SERVER}; dkim=fail header.d=example.org"), letter(PLACE, vouched="")]
    )
    assert (done.not_vouched, Report.objects.count()) == (2, 0)


def test_where_no_server_vouches_letters_are_set_aside() -> None:
    done = take([letter(PLACE, vouched="")], authserv_id="")
    assert (done.set_aside, done.taken) == (1, 0)
    assert Report.objects.get().standing == Report.Standing.QUARANTINED


def test_a_letter_without_address_is_kept_for_its_words() -> None:
    done = take([letter("There is a page called Example Pictures.")])
    assert (done.taken, done.without_address) == (1, 1)
    assert "Example Pictures" in Particulars.objects.get().words


def test_bad_and_huge_letters_are_named_and_the_others_taken() -> None:
    huge = RawLetter("letter 1", None, "It is larger than 25 MB. Look at it in the mailbox.")
    done = take([huge, b"Subject: x\n\nNo sender.", letter("", number="<9@x>"), letter(PLACE)])
    assert (done.taken, done.unreadable) == (1, 3)
    assert [one.place for one in done.skipped] == ["letter 1", "letter 2", "letter 3"]
    assert all(one.reason.endswith(".") for one in done.skipped)


def test_what_hangs_on_a_letter_is_not_kept_and_only_noted_where_it_is_held(settings) -> None:  # type: ignore[no-untyped-def]
    content = b"\x89PNG of no picture" * 200
    held = Item.objects.create(
        sha256=hashlib.sha256(content).hexdigest(), captured_at=NOON, captured_by="test", tool="test"
    )
    done = take([letter(PLACE, attached=content), letter(OTHER, number="<2@x>", attached=b"never seen")])
    assert (done.attachments, done.held, Item.objects.count()) == (2, 1, 1)
    assert Sighting.objects.get().item == held
    assert Sighting.objects.get().path == "attachment 1"
    assert "1 attached" in Particulars.objects.first().words  # type: ignore[union-attr]
    kept = [path for path in settings.DATA.root.rglob("*") if path.is_file()]
    assert not any(content[:40] in path.read_bytes() for path in kept)


def test_nothing_of_how_a_letter_travelled_is_kept() -> None:
    take([b"Received: from [192.0.2.77] by mx\n" + letter(PLACE)])
    kept = [str(value) for row in Report.objects.values() for value in row.values()]
    kept += [str(value) for row in Particulars.objects.values() for value in row.values()]
    kept += [str(value) for row in Mention.objects.values() for value in row.values()]
    assert not any("192.0.2.77" in value or "desk@example.org" in value for value in kept)


def test_a_run_that_was_stopped_goes_on_where_it_was() -> None:
    letters = [letter(f"https://x.example/{n}", number=f"<{n}@x>") for n in range(120)]

    def broken() -> Iterable[bytes]:
        yield from letters[:110]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        take_stream(broken())
    assert Report.objects.count() == 100
    done = take(letters)
    assert (done.again, done.taken, Report.objects.count()) == (100, 20, 120)


def take_stream(letters: Iterable[bytes]) -> MailTaken:
    raw = (RawLetter(f"letter {number}", one) for number, one in enumerate(letters, 1))
    return import_letters(
        letters=raw, senders=read_senders(SENDERS), authserv_id=OWN_SERVER, actor="test", clock=lambda: NOON
    )


def test_a_letter_that_was_taken_is_known_by_its_identity() -> None:
    one = letter(PLACE)
    assert not is_known(read_letter(one).identity)
    take([one])
    assert is_known(read_letter(one).identity)


def test_the_command_reads_a_file(tmp_path: Path) -> None:
    path = write_mbox(
        tmp_path / "post", letter(PLACE), letter(OTHER, number="<2@x>", sender="otto@elsewhere.example")
    )
    (tmp_path / "senders").write_text(SENDERS)
    asked = ["import", str(path), "--senders", str(tmp_path / "senders"), "--authserv-id", OWN_SERVER]
    answer = CliRunner().invoke(mail, asked)
    assert answer.exit_code == 0, answer.output
    assert "2 letters: 1 taken in" in answer.output
    assert "1 of senders not listed" in answer.output
    assert len(list(letters_of_mbox(path))) == 2


def test_the_command_reads_a_mailbox_and_names_what_it_left(tmp_path: Path) -> None:
    (tmp_path / "senders").write_text(SENDERS)
    (tmp_path / "password").write_text(PASSWORD + "\n")
    post = Post({1: letter(PLACE), 2: b"Subject: x\n\nNo sender."})
    with post_office(post, tmp_path) as (port, _):
        asked = ["import", "--imap", f"imaps://{USER}@127.0.0.1:{port}/INBOX"]
        asked += ["--password-file", str(tmp_path / "password"), "--authority", str(tmp_path / "post.pem")]
        asked += ["--senders", str(tmp_path / "senders"), "--authserv-id", OWN_SERVER]
        first = CliRunner().invoke(mail, asked)
        fetched = sum("BODY.PEEK[]" in command for command in post.asked)
        CliRunner().invoke(mail, asked)
    assert first.exit_code == 1, first.output
    assert "UID 2: It does not name exactly one sender." in first.output
    assert Report.objects.count() == 1
    assert sum("BODY.PEEK[]" in command for command in post.asked) == fetched + 1


def test_the_command_needs_one_place_to_read() -> None:
    answer = CliRunner().invoke(mail, ["import", "--senders", __file__])
    assert "one of the two" in str(answer.exception)
