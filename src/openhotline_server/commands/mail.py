"""``openhotline mail``: reports that come as letters."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openhotline.errors import WrongUsage
from openhotline_server.commands import data_option, site_ready
from openhotline_server.commands.reporting import FILE, SHOWN, counting

if TYPE_CHECKING:
    from openhotline.exchange.mailbox import RawLetter
    from openhotline_server.pipeline.mail_intake import MailTaken


@click.group()
def mail() -> None:
    """Take in reports that come as mail."""


@mail.command("import")
@click.argument("path", required=False, type=FILE)
@click.option("--imap", "address", help="A mailbox instead of a file: imaps://user@host/FOLDER.")
@click.option("--password-file", type=FILE, help="A file with the mailbox's password.")
@click.option("--authority", type=FILE, help="A certificate (PEM) that the mail server's is checked against.")
@click.option("--senders", required=True, type=FILE, help="A file of who may send: 'address = name' a line.")
@click.option("--authserv-id", default="", help="Your mail server's name in Authentication-Results.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def import_mail(
    path: Path | None,
    address: str | None,
    password_file: Path | None,
    authority: Path | None,
    senders: Path,
    authserv_id: str,
    as_json: bool,
) -> None:
    """Take in the letters of listed senders from an mbox file or an IMAP mailbox, each as one report.

    The mailbox is not changed. A letter that was taken in before is passed over, so the command may run as often as you
    like. Without --authserv-id nobody vouches for a sender, and every letter is set aside until a person lets it in.
    Exit 1: some letters could not be read (they are named).

    \b
    Examples:
      openhotline mail import /media/reports.mbox --senders senders.txt --authserv-id mx.example.org
      openhotline mail import --imap imaps://reports@mail.example.org/INBOX --password-file secret --senders senders.txt
    """
    if (path is None) == (address is None) or (address is not None and password_file is None):
        raise WrongUsage("Name an mbox file, or --imap with --password-file: one of the two.")
    site_ready()
    from django.utils import timezone

    from openhotline.exchange.mailbox import read_senders
    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.pipeline.mail_intake import import_letters

    with counting("letters", hidden=as_json) as progress:
        done = import_letters(
            letters=_letters(path, address, password_file, authority),
            senders=read_senders(senders.read_text("utf-8")),
            authserv_id=authserv_id.strip(),
            actor=COMMAND_LINE,
            clock=timezone.now,
            progress=progress,
        )
    _tell_mail(done, as_json=as_json)
    if done.unreadable:
        raise click.exceptions.Exit(1)


def _letters(
    path: Path | None, address: str | None, password_file: Path | None, authority: Path | None
) -> Iterator[RawLetter]:
    from openhotline.exchange.mailbox import Mailbox, letters_of_imap, letters_of_mbox
    from openhotline_server.pipeline.mail_intake import is_known

    if path is not None:
        return letters_of_mbox(path)
    assert address is not None
    assert password_file is not None
    mailbox = Mailbox.at(address, password_file.read_text("utf-8").strip())
    trust = ssl.create_default_context(cafile=str(authority)) if authority else None
    return letters_of_imap(mailbox, is_known=is_known, trust=trust)


def _tell_mail(done: MailTaken, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(done)))
        return
    click.echo(
        f"{done.letters:,} letters: {done.taken:,} taken in, {done.set_aside:,} set aside, {done.again:,} taken before."
    )
    click.echo(
        f"{done.new:,} new addresses, {done.known:,} known ones; {done.without_address:,} letters name none."
    )
    click.echo(
        f"Left where they lie: {done.not_listed:,} of senders not listed, {done.not_vouched:,} not vouched for."
    )
    for one in done.skipped[:SHOWN]:
        click.echo(f"{one.place}: {one.reason}")
    if done.unreadable > SHOWN:
        click.echo(
            f"... and {done.unreadable - SHOWN:,} more letters that could not be read. --json names them."
        )
