"""``openhotline referral``: packs for victim identification. One person prepares, another releases."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openhotline_server.commands import data_option, site_ready

if TYPE_CHECKING:
    from openhotline_server.accounts.models import User

_person = click.option(
    "--person",
    "name",
    required=True,
    metavar="NAME",
    help="Sign-in name of who does it; her password is asked for.",
)
_out = click.option("--out", required=True, type=click.Path(path_type=Path), help="The pack to write.")


@click.group()
def referral() -> None:
    """Refer a case to victim identification: only where something in it identifies somebody."""


@referral.command("prepare")
@click.argument("case", type=click.UUID)
@_person
@_out
@data_option
def prepare(case: uuid.UUID, name: str, out: Path) -> None:
    """Write a pack of CASE without originals: hashes, facts, origin, custody, CyberTipline XML, VICS, the ledger.

    \b
    Example: openhotline referral prepare 6ff1d3a1-1111-4111-8111-111111111111 --person mia --out pack.zip
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.pipeline import referring

    pack = referring.prepare(code=case, out=out, person=_proven(name), at=timezone.now())
    click.echo(f"Written: {out}, {pack.items:,} items, no originals. Content: {pack.content}")


@referral.command("release")
@click.argument("case", type=click.UUID)
@_person
@_out
@click.option(
    "--receiver",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The receiver's certificate (PEM, RSA): originals are sealed for it.",
)
@data_option
def release(case: uuid.UUID, name: str, out: Path, receiver: Path) -> None:
    """Write the pack of CASE with sealed originals. Another person than the one who prepared it does this.

    Compare the certificate's fingerprint with the receiver by telephone before the pack leaves the house.

    \b
    Example: openhotline referral release 6ff1d3a1-1111-4111-8111-111111111111 --person max --receiver vi.pem --out p.zip
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.pipeline import referring
    from openhotline_server.sharing.referral_pack import read_receiver

    now = timezone.now()
    known = read_receiver(receiver.read_bytes(), at=now)
    pack = referring.release(code=case, out=out, receiver=known, person=_proven(name), at=now)
    click.echo(f"Written: {out}, {pack.items:,} items, {pack.originals:,} originals sealed.")
    click.echo(f"Receiver's fingerprint (SHA-256): {known.fingerprint}")


def _proven(name: str) -> User:
    """The person, if she gives her password: two names typed by one are not two people."""
    from openhotline.errors import NotAllowed
    from openhotline_server.accounts.queries import get_person

    person = get_person(name)
    password = click.prompt(f"Password of {name}", hide_input=True, err=True)
    if not (person.is_active and person.check_password(password)):
        raise NotAllowed("The password is not this person's. Try again.")
    return person
