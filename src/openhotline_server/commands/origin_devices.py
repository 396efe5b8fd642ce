"""``openhotline origin device``: cameras whose sensor pattern this site knows."""

from __future__ import annotations

import json
from pathlib import Path

import click

from openhotline_server.commands import data_option, site_ready

by_option = click.option(
    "--by", required=True, metavar="USERNAME", help="Whoever decided it; she may manage lists."
)


@click.group()
def device() -> None:
    """Cameras whose sensor pattern is known: what they took is found in every item."""


@device.command("add")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@by_option
@data_option
def add(name: str, file: Path, by: str) -> None:
    """Add the camera NAME with the pattern in FILE, which `openhotline device learn` made. It is sealed in the vault.

    Exit 1: FILE is no sound pattern, another camera has the name, or this person may not.

    \b
    Example: openhotline origin device add "seized phone 3" phone3.pattern --by mia
    """
    site_ready()
    from django.utils import timezone

    from openhotline.provenance.sensor.pattern import LARGEST_FILE
    from openhotline_server.accounts.queries import get_person
    from openhotline_server.findings.devices import add_device

    with file.open("rb") as stream:
        pattern = stream.read(LARGEST_FILE + 1)
    add_device(name=name, pattern=pattern, person=get_person(by), at=timezone.now())
    click.echo("Added. `openhotline origin examine --all --again` compares what is held with it.")


@device.command("list")
@click.option("--ended", is_flag=True, help="Those that ended as well.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def list_(ended: bool, as_json: bool) -> None:
    """Name every camera, with how many items it matches.

    \b
    Example: openhotline origin device list
    """
    site_ready()
    from openhotline_server.findings.origins import list_devices, match_counts

    devices = list(list_devices(ended=ended))
    counts = match_counts(devices)
    rows = [
        {
            "code": str(d.code),
            "name": d.name,
            "digest": d.digest,
            "learned_at": d.learned_at.isoformat(),
            "ended_at": d.ended_at.isoformat() if d.ended_at else None,
            "items": counts.get(d.pk, 0),
        }
        for d in devices
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        state = "ended" if row["ended_at"] else "in force"
        click.echo(f"{row['name']:<40} {state:<8} {row['items']:>9,} items  {str(row['digest'])[:16]}")
    if not rows:
        click.echo("No camera is known. `openhotline device learn` makes a pattern from a camera's pictures.")


@device.command("end")
@click.argument("name")
@click.option("--reason", required=True, help="Why; kept in the ledger.")
@by_option
@data_option
def end(name: str, reason: str, by: str) -> None:
    """Compare nothing with the camera NAME any more. What matched it keeps its place until a reader looks.

    \b
    Example: openhotline origin device end "seized phone 3" --reason "wrong frames" --by mia
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.accounts.queries import get_person
    from openhotline_server.findings.devices import end_device
    from openhotline_server.findings.origins import get_device

    end_device(device=get_device(name), reason=reason, person=get_person(by), at=timezone.now())
    click.echo("Ended. Its matches count no more.")
