"""``openhotline demo``: a hotline with drawn pictures, a cast, and a day's work waiting."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import click

from openhotline.errors import BadInput
from openhotline_server.commands import site_ready

CAST = (
    ("ana", "Ana", "analyst", "first reader: opens the desk and grades"),
    ("ben", "Ben", "second_reader", "second reader: answers blind"),
    ("cleo", "Cleo", "second_reader", "decides where the two disagree"),
    ("mia", "Mia", "manager", "progress, statistics, policy, publishing"),
    ("oda", "Oda", "operator", "people and the ledger"),
)
PICTURES_WAITING = 260
PICTURES_DONE = 90


@click.command()
@click.option(
    "--data", type=click.Path(path_type=Path), default=Path(".demo"), show_default=True, help="Its folder."
)
@click.option("--reset", is_flag=True, help="Begin again from nothing.")
@click.option("--port", default=8787, show_default=True, type=click.IntRange(1, 65535))
@click.option("--no-serve", is_flag=True, help="Only make the data; do not start the site.")
def demo(data: Path, reset: bool, port: int, no_serve: bool) -> None:
    """Make and start a demonstration: drawn pictures, a cast of five, work waiting. Loopback only.

    \b
    Example: openhotline demo --reset --no-serve
    """
    os.environ |= {
        "OPENHOTLINE_DATA": str(data),
        "OPENHOTLINE_DEMO": "1",
        "OPENHOTLINE_HTTPS": "0",
        "OPENHOTLINE_REQUIRE_MFA": "0",
        # Addresses are traced by recorded answers; letters wait here, since no mail server is named.
        "OPENHOTLINE_RECORDED_ANSWERS": str((data / "answers").resolve()),
        "OPENHOTLINE_MAIL_FROM": "hotline@example.org",
        "OPENHOTLINE_JURISDICTIONS": "gb-eng,interpol-baseline,us-ncmec,example-non-photographic",
    }
    if reset and data.exists():
        if not (data / "demo.json").is_file() and any(data.iterdir()):
            raise BadInput(
                "That folder is no demonstration; it is not deleted. Name another one with --data."
            )
        shutil.rmtree(data)
    site_ready(initialise=True)
    passwords = _prepare(data)
    _tell(passwords, port)
    if not no_serve:
        from openhotline_server.commands.serving import serve

        serve.main(["--port", str(port)], standalone_mode=False)


def _prepare(data: Path) -> dict[str, str]:
    """Make what is missing. ``demo.json`` keeps the passwords of this one demonstration, readable by its owner."""
    from django.utils import timezone

    from openhotline_server.commands.first_line import note_initialised

    now = timezone.now()
    note_initialised(at=now)
    passwords = _cast(data / "demo.json", at=now)
    _earlier_batch(data / "pictures" / "earlier", at=now)
    _waiting_batch(data / "pictures" / "today")
    _reports(data / "answers")
    return passwords


def _cast(kept: Path, *, at: datetime) -> dict[str, str]:
    from openhotline_server.accounts.operations import add_person
    from openhotline_server.accounts.permissions import Role
    from openhotline_server.accounts.queries import list_people
    from openhotline_server.ledger.events import COMMAND_LINE

    if kept.is_file():
        passwords: dict[str, str] = json.loads(kept.read_text())
    else:
        passwords = {name: f"{name}-{secrets.token_urlsafe(9)}" for name, *_ in CAST}
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            json.dump(passwords, stream)
    here = {p.username for p in list_people()}
    for name, shown, role, _ in CAST:
        if name not in here:
            add_person(
                username=name,
                display_name=shown,
                role=Role(role),
                password=passwords[name],
                actor=COMMAND_LINE,
                at=at,
            )
    return passwords


def _earlier_batch(pictures: Path, *, at: datetime) -> None:
    """A batch of last month, already answered, so that figures and lists have something to show."""
    from openhotline_server.pipeline.demonstration import answer_earlier_batch

    _take_in(
        pictures,
        count=PICTURES_DONE,
        seed=7,
        source="Demonstration: drawn pictures of last month",
        received_on=(at - timedelta(days=31)).date(),
    )
    answer_earlier_batch(at=at)


def _waiting_batch(pictures: Path) -> None:
    from django.utils import timezone

    _take_in(
        pictures,
        count=PICTURES_WAITING,
        seed=11,
        source="Demonstration: drawn pictures of today",
        received_on=timezone.localdate(),
        signed=True,
    )


def _reports(answers: Path) -> None:
    """Reports of made-up addresses, some of them told of and gone by now."""
    from django.utils import timezone

    from openhotline_server.pipeline.demonstration_addresses import report_addresses

    report_addresses(answers=answers, at=timezone.now())


def _take_in(pictures: Path, *, count: int, seed: int, source: str, received_on, signed: bool = False):  # type: ignore[no-untyped-def]
    from django.conf import settings
    from django.utils import timezone

    from openhotline_server.commands.importing import progress_bar
    from openhotline_server.intake.queries import list_reports
    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.pipeline.demonstration import add_signed
    from openhotline_server.pipeline.drawing import draw_folder
    from openhotline_server.pipeline.importing import import_batch

    done = next((r for r in list_reports() if r.source == source and r.finished_at), None)
    if done is not None:
        return done
    if not (pictures / ".drawn").exists():
        click.echo(f"Drawing {count} pictures …", err=True)
        draw_folder(pictures, count=count, seed=seed)
        if signed:
            add_signed(pictures / "signed", trust=settings.DATA.trust, seed=seed, at=timezone.now())
    with progress_bar(hidden=False) as progress:
        return import_batch(
            path=pictures,
            source=source,
            received_on=received_on,
            actor=COMMAND_LINE,
            clock=timezone.now,
            progress=progress,
        ).report


def _tell(passwords: dict[str, str], port: int) -> None:
    click.echo("")
    click.secho(f"  OpenHotline demonstration: http://127.0.0.1:{port}/console/", bold=True)
    click.echo("  Every picture in it is drawn by code. Sign in as:")
    for name, _, _, does in CAST:
        click.echo(f"    {name:<5} {passwords[name]:<22} {does}")
    click.echo("")
