"""``openhotline lists``: the lists that this site matches against, and the rules of each."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from openhotline_server.commands import data_option, site_ready
from openhotline_server.commands.lists_fetching import fetch
from openhotline_server.commands.lists_index import compare, index
from openhotline_server.commands.lists_loading import abandon, accept, load, rejected
from openhotline_server.commands.lists_state import end, put_back, set_aside

if TYPE_CHECKING:
    from openhotline_server.lists.models import HashList
    from openhotline_server.lists.operations import Governance


@click.group()
def lists() -> None:
    """Add hash lists, load their editions, set their rules, keep their indexes."""


for command in (load, fetch, rejected, accept, abandon, index, compare, set_aside, put_back, end):
    lists.add_command(command)

RULES: tuple[tuple[str, str, Any, str], ...] = (
    ("--threshold", "max_distance", click.IntRange(0, 64), "PDQ bits that may differ; 31 if never set."),
    (
        "--min-quality",
        "min_quality",
        click.IntRange(0, 100),
        "Least PDQ quality, both sides; 50 if never set.",
    ),
    ("--turned/--not-turned", "turned", bool, "Look for turned and mirrored pictures as well."),
    (
        "--expires-days",
        "expires_after_days",
        click.IntRange(0, 36500),
        "Entries go after so many days; 0: never.",
    ),
    ("--bad-rows", "bad_row_percent", click.FloatRange(0, 100), "Per cent of bad rows that stop a loading."),
    ("--most-withdrawn", "withdrawal_percent", click.IntRange(0, 100), "Per cent lost at once that stop it."),
    ("--flood-hours", "flood_window_hours", click.IntRange(1), "The flood rule's window."),
    ("--flood-items", "flood_least_items", click.IntRange(1), "Fewer items in it are never a flood."),
    ("--flood-times", "flood_times_usual", click.IntRange(1), "So many times the usual share are one."),
    ("--flood-percent", "flood_least_percent", click.IntRange(0, 100), "A smaller share is never one."),
)


def rules(function: Callable[..., None]) -> Callable[..., None]:
    """The options for a list's rules; what is not given is left as it is."""
    for flag, name, kind, words in reversed(RULES):
        function = click.option(flag, name, type=kind, default=None, help=words)(function)
    return click.option("--tag", "tags", multiple=True, metavar="NAME=VALUE", help="severity=… or ai=…")(
        function
    )


@lists.command("add")
@click.argument("name")
@click.option("--title", required=True, help="What people call the list.")
@click.option("--suppresses", is_flag=True, help="It holds known false positives: they take matches back.")
@rules
@data_option
def add(name: str, title: str, suppresses: bool, **given: Any) -> None:
    """Add the list NAME, still without entries. Exit 1: there is one of that name.

    \b
    Example: openhotline lists add partner --title "Partner hotline" --threshold 20 --tag severity=A
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.lists.operations import Governance, add_list

    made = add_list(
        name=name,
        title=title,
        governance=_changed(Governance(), given),
        suppresses=suppresses,
        actor=COMMAND_LINE,
        at=timezone.now(),
    )
    click.echo(f"Added. Load its first edition with `openhotline lists load {made.name} FILE`.")


@lists.command("set")
@click.argument("name")
@rules
@data_option
def set_(name: str, **given: Any) -> None:
    """Put other rules in force for the list NAME. They hold from the next match on.

    \b
    Example: openhotline lists set partner --threshold 24 --expires-days 365
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.lists.operations import Governance, govern
    from openhotline_server.lists.queries import get_list_named

    found = get_list_named(name)
    rules_now = _changed(Governance.of(found), given)
    govern(hash_list=found, governance=rules_now, actor=COMMAND_LINE, at=timezone.now())
    click.echo("The rules are in force.")


@lists.command("show")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def show(name: str | None, as_json: bool) -> None:
    """Show every list, or everything about the list NAME.

    \b
    Example: openhotline lists show partner
    """
    site_ready()
    from openhotline_server.lists.queries import get_list_named, list_lists

    if name is None:
        rows = [_line(found) for found in list_lists()]
        click.echo(json.dumps(rows) if as_json else "\n".join(map(_as_text, rows)) or "There is no list yet.")
        return
    facts = _line(get_list_named(name)) | _everything(get_list_named(name))
    if as_json:
        click.echo(json.dumps(facts))
    else:
        for key, value in facts.items():
            click.echo(f"{key.replace('_', ' '):24} {value}")


def _changed(governance: Governance, given: dict[str, Any]) -> Governance:
    from dataclasses import replace

    changes = {name: value for name, value in given.items() if value is not None and name != "tags"}
    if changes.get("expires_after_days") == 0:
        changes["expires_after_days"] = None
    tags = dict(governance.tags)
    for tag in given["tags"]:
        key, equals, value = tag.partition("=")
        if not equals:
            raise click.BadParameter("write it as NAME=VALUE", param_hint="--tag")
        tags[key] = value
    return replace(governance, **changes, tags={name: value for name, value in tags.items() if value})


def _line(found: HashList) -> dict[str, Any]:
    from openhotline_server.lists.queries import find_edition

    edition = find_edition(found)
    return {
        "name": found.name,
        "title": found.title,
        "purpose": found.purpose,
        "state": found.state,
        "reason": found.state_reason,
        "edition": edition.number if edition else None,
        "entries": edition.entries if edition else 0,
    }


def _as_text(row: dict[str, Any]) -> str:
    state = row["state"].replace("_", " ")
    edition = f"edition {row['edition']}" if row["edition"] else "no edition"
    return f"{row['name']:24} {state:10} {edition:14} {row['entries']:>12,} entries  {row['title']}"


def _everything(found: HashList) -> dict[str, Any]:
    from dataclasses import asdict

    from openhotline_server.lists import index as indexes
    from openhotline_server.lists.operations import Governance
    from openhotline_server.lists.queries import kinds_in_force, list_loadings

    last = list_loadings(found).first()
    state = indexes.find_state(found)
    return {
        **asdict(Governance.of(found)),
        "kinds": kinds_in_force(found),
        "index_edition": state.applied,
        "index_hashes": state.hashes,
        "last_loading": last.state if last else None,
        "last_loading_problem": last.problem if last else "",
    }
