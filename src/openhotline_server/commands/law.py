"""``openhotline law``: the jurisdiction files in force."""

from __future__ import annotations

import json

import click

from openhotline_server.commands import data_option, site_ready


@click.group()
def law() -> None:
    """Show the jurisdiction files in force and derive results anew when one changed."""


@law.command("show")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def show(as_json: bool) -> None:
    """List the configured jurisdiction files, the deciding one first.

    \b
    Example: openhotline law show --json
    """
    site_ready()
    from openhotline_server.assessment.results import jurisdictions

    rows = [
        {"code": j.code, "edition": j.edition, "status": j.status, "title": j.title} for j in jurisdictions()
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(f"{row['code']:<26} {row['edition']:<12} {row['status']:<12} {row['title']}")


@law.command("derive")
@data_option
def derive() -> None:
    """Derive the results of every standing assessment by the files in force. Earlier editions' results stay.

    \b
    Example: openhotline law derive
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.assessment.operations import derive_again

    click.echo(f"Derived anew: {derive_again(at=timezone.now()):,} assessments.")
