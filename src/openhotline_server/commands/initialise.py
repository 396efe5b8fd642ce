"""``openhotline init``"""

from __future__ import annotations

import json

import click

from openhotline_server.commands import data_option, site_ready


@click.command("init")
@data_option
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def initialise(as_json: bool) -> None:
    """Make a data directory with its own secrets, vault and database. Run again, it only makes what is missing.

    \b
    Example: openhotline --data /srv/openhotline init
    """
    site_ready(initialise=True)
    from django.conf import settings
    from django.utils import timezone

    from openhotline_server.commands.first_line import note_initialised

    new = note_initialised(at=timezone.now())
    answer = {"data": str(settings.DATA.root), "new": new}
    if as_json:
        click.echo(json.dumps(answer))
        return
    click.echo(f"{'Ready' if new else 'Already ready'}: {settings.DATA.root}")
    click.echo("Keep a copy of secrets/ apart from the data: without the master key nothing can be read.")
    click.echo("Next: openhotline user add NAME --role manager")
