"""``openhotline lists set-aside``, ``put-back`` and ``end``: whether a list may match."""

from __future__ import annotations

import click

from openhotline_server.commands import data_option, site_ready


@click.command("set-aside")
@click.argument("name")
@click.option("--reason", required=True, help="Why; kept in the ledger.")
@data_option
def set_aside(name: str, reason: str) -> None:
    """Let the list NAME match no more until somebody puts it back. Exit 1: it does not match now.

    \b
    Example: openhotline lists set-aside partner --reason "the sender asked for it"
    """
    site_ready()
    from django.utils import timezone

    from openhotline.errors import Conflict
    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.lists import operations
    from openhotline_server.lists.queries import get_list_named

    found = get_list_named(name)
    if not operations.set_aside(hash_list=found, reason=reason, actor=COMMAND_LINE, at=timezone.now()):
        raise Conflict("This list is not in force.")
    click.echo("Set aside. Nothing rests on its matches until somebody puts it back.")


@click.command("put-back")
@click.argument("name")
@click.option("--by", required=True, metavar="USERNAME", help="Whoever decided it; she may manage lists.")
@click.option("--reason", required=True, help="Why its matches are in order; kept in the ledger.")
@data_option
def put_back(name: str, by: str, reason: str) -> None:
    """Let the list NAME match again. Exit 1: it is not set aside, or this person may not.

    \b
    Example: openhotline lists put-back partner --by mia --reason "a batch of known material"
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.accounts.queries import get_person
    from openhotline_server.lists.queries import get_list_named
    from openhotline_server.pipeline.lists_again import put_back_and_compare

    put_back_and_compare(
        hash_list=get_list_named(name), reason=reason, person=get_person(by), at=timezone.now()
    )
    click.echo("Put back. The worker compares it with everything held.")


@click.command("end")
@click.argument("name")
@click.option("--reason", required=True, help="Why; kept in the ledger.")
@data_option
def end(name: str, reason: str) -> None:
    """End the list NAME for good. What it said stays readable. Exit 1: it has ended, or it is our own.

    \b
    Example: openhotline lists end partner --reason "the partner closed"
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.lists.operations import end_list
    from openhotline_server.lists.queries import get_list_named

    end_list(hash_list=get_list_named(name), reason=reason, actor=COMMAND_LINE, at=timezone.now())
    click.echo("Ended. It matches no more and takes no more editions.")
