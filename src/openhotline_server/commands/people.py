"""``openhotline user``"""

from __future__ import annotations

import json
import secrets

import click

from openhotline_server.commands import data_option, site_ready

ROLES = ("analyst", "second_reader", "manager", "operator", "partner")


@click.group()
def user() -> None:
    """Add and list the people who may sign in, and partners' keys."""


@user.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What the person is at this hotline.")
@click.option("--display-name", default="", help="The name that others see; the sign-in name if left out.")
@click.option(
    "--password-file", type=click.File(), help="A file with the password; left out: one is made and printed."
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def add(name: str, role: str, display_name: str, password_file: click.File | None, as_json: bool) -> None:
    """Add a person who may sign in as NAME. Exit 1: the name is taken or the password too weak.

    \b
    Example: openhotline user add ana --role analyst --display-name "Ana"
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.accounts.operations import add_person
    from openhotline_server.accounts.permissions import Role
    from openhotline_server.ledger.events import COMMAND_LINE

    given = password_file.read().strip() if password_file else None  # type: ignore[attr-defined]
    password = given or secrets.token_urlsafe(15)
    person = add_person(
        username=name.lower(),
        display_name=display_name or name,
        role=Role(role),
        password=password,
        actor=COMMAND_LINE,
        at=timezone.now(),
    )
    answer = {"name": person.username, "role": role, **({} if given else {"password": password})}
    if as_json:
        click.echo(json.dumps(answer))
        return
    click.echo(f"{person.display_name} may sign in as {person.username} ({role.replace('_', ' ')}).")
    if not given:
        click.echo(f"Password, shown once: {password}")
    click.echo("A second factor is set up at the first sign-in.")


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def list_(as_json: bool) -> None:
    """List everybody who may sign in.

    \b
    Example: openhotline user list --json
    """
    site_ready()
    from openhotline_server.accounts.queries import list_people

    rows = [
        {"name": p.username, "display_name": p.display_name, "role": p.role, "active": p.is_active}
        for p in list_people()
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(
            f"{row['name']:<20} {row['role']:<14} {row['display_name']}{'' if row['active'] else ' (closed)'}"
        )
    if not rows:
        click.echo("Nobody yet. Add somebody with `openhotline user add NAME --role manager`.")


@user.command("key")
@click.argument("name")
@data_option
def key(name: str) -> None:
    """Give the partner organisation NAME a key for the API; it is shown once.

    \b
    Example: openhotline user key example-platform
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.accounts.operations import issue_partner_key
    from openhotline_server.accounts.queries import get_person
    from openhotline_server.ledger.events import COMMAND_LINE

    issued = issue_partner_key(partner=get_person(name), actor=COMMAND_LINE, at=timezone.now())
    click.echo(issued.secret)


@user.command("end-keys")
@click.argument("name")
@data_option
def end_keys(name: str) -> None:
    """End every key of the partner organisation NAME at once.

    \b
    Example: openhotline user end-keys example-platform
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.accounts.operations import revoke_partner_key
    from openhotline_server.accounts.queries import get_person, keys_in_force
    from openhotline_server.ledger.events import COMMAND_LINE

    keys = list(keys_in_force(get_person(name)))
    for found in keys:
        revoke_partner_key(key=found, actor=COMMAND_LINE, at=timezone.now())
    click.echo(f"Ended: {len(keys)} keys.")


@user.command("entitle")
@click.argument("name")
@click.option(
    "--feed", default="all", show_default=True, help="The feed; `openhotline feed list` prints them."
)
@click.option("--end", is_flag=True, help="End the right instead.")
@data_option
def entitle(name: str, feed: str, end: bool) -> None:
    """Let the partner organisation NAME read a feed of our own list.

    \b
    Example: openhotline user entitle example-platform --feed category-a
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.accounts.queries import get_person
    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.sharing import operations
    from openhotline_server.sharing.feeds import ensure_standard_feeds
    from openhotline_server.sharing.queries import get_feed

    now = timezone.now()
    ensure_standard_feeds(at=now)
    act = operations.end_entitlement if end else operations.entitle
    act(partner=get_person(name), feed=get_feed(feed), actor=COMMAND_LINE, at=now)
    click.echo(
        f"{name} may read the feed {feed} no longer."
        if end
        else f"{name} may read the feed {feed} with its key. The addresses stand in docs/guide/partners.md."
    )
