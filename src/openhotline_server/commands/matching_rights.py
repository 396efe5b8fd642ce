"""``openhotline partner``: who may ask whether something is on a list."""

from __future__ import annotations

import json
from typing import Any

import click

from openhotline_server.commands import data_option, site_ready

DAYS_SHOWN = 30


@click.group()
def partner() -> None:
    """Partner organisations' rights to ask whether something is on a list."""


@partner.command("grant")
@click.argument("name")
@click.argument("list_", metavar="LIST")
@click.option("--distance", is_flag=True, help="Answers tell distances in bits.")
@click.option("--tags", is_flag=True, help="Answers tell grades and tags; needed for the Shield-shaped API.")
@click.option("--per-minute", type=click.IntRange(1), help="Files and hashes a minute; 600 if left out.")
@click.option("--per-day", type=click.IntRange(1), help="Files and hashes a day; 20,000 if left out.")
@data_option
def grant(
    name: str, list_: str, distance: bool, tags: bool, per_minute: int | None, per_day: int | None
) -> None:
    """Let the partner organisation NAME ask about LIST. What was granted before for this list is replaced.

    Whoever may ask freely, and is told distances, can rebuild hashes of the list: see
    docs/explanation/no-oracle.md before giving --distance or high limits.

    \b
    Example: openhotline partner grant example-platform own --per-minute 120
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.accounts.queries import get_person
    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.lists.queries import get_list_named
    from openhotline_server.sharing import grants

    made = grants.grant(
        partner=get_person(name),
        hash_list=get_list_named(list_),
        terms=grants.Terms(
            tells_distance=distance,
            tells_tags=tags,
            per_minute=per_minute or grants.PER_MINUTE,
            per_day=per_day or grants.PER_DAY,
        ),
        actor=COMMAND_LINE,
        at=timezone.now(),
    )
    click.echo(f"{name} may ask about {list_}: {_limits(made)}. The calls stand in docs/guide/matching.md.")


@partner.command("grants")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def list_grants(name: str, as_json: bool) -> None:
    """Show what the partner organisation NAME may ask about, and how much it asked on each of the last 30 days.

    \b
    Example: openhotline partner grants example-platform
    """
    site_ready()
    from datetime import timedelta

    from django.utils import timezone

    from openhotline_server.accounts.queries import get_person
    from openhotline_server.sharing import grants

    person = get_person(name)
    granted = list(grants.grants_of(person))
    used = grants.asked_by_day(person, since=timezone.now() - timedelta(days=DAYS_SHOWN))
    if as_json:
        click.echo(json.dumps({"grants": [_as_document(one) for one in granted], "asked": used}))
        return
    for one in granted:
        click.echo(f"{one.hash_list.name:<30} {_limits(one)}")
    if not granted:
        click.echo("Nothing is granted. `openhotline partner grant NAME LIST` grants something.")
    for day, asked in used.items():
        click.echo(f"{day}  {asked:>10,} asked")


@partner.command("end-grant")
@click.argument("name")
@click.argument("list_", metavar="LIST")
@data_option
def end_grant(name: str, list_: str) -> None:
    """Let the partner organisation NAME ask about LIST no longer, from now on. Exit 1: it may not anyway.

    \b
    Example: openhotline partner end-grant example-platform own
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.accounts.queries import get_person
    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.lists.queries import get_list_named
    from openhotline_server.sharing import grants

    grants.end_grant(
        partner=get_person(name), hash_list=get_list_named(list_), actor=COMMAND_LINE, at=timezone.now()
    )
    click.echo(f"{name} may ask about {list_} no longer.")


def _limits(one: Any) -> str:
    told = [
        words for words, granted in (("distances", one.tells_distance), ("tags", one.tells_tags)) if granted
    ]
    return f"{one.per_minute:,} a minute, {one.per_day:,} a day; told: {', '.join(told) or 'yes or no'}"


def _as_document(one: Any) -> dict[str, Any]:
    return {
        "list": one.hash_list.name,
        "tells_distance": one.tells_distance,
        "tells_tags": one.tells_tags,
        "per_minute": one.per_minute,
        "per_day": one.per_day,
        "granted_at": one.granted_at.isoformat(),
    }
