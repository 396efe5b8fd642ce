"""``openhotline lists index`` and ``compare``: what follows from an edition, done or checked by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from openhotline_server.commands import data_option, site_ready

if TYPE_CHECKING:
    from openhotline_server.lists.models import HashList

WAIT = 900.0


@click.command("index")
@click.argument("name", required=False)
@click.option("--rebuild", is_flag=True, help="Make it anew from the database.")
@click.option("--verify", is_flag=True, help="Read it whole and count what it holds.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def index(name: str | None, rebuild: bool, verify: bool, as_json: bool) -> None:
    """Bring the search index of the list NAME, or of every list, up to the newest edition.

    Exit 1: an index is damaged, or with --verify behind the database. Exit 3: another process has it in hand.

    \b
    Example: openhotline lists index --verify
    """
    if rebuild and verify:
        raise click.UsageError("Either --rebuild or --verify.")
    site_ready()
    from openhotline_server.lists.queries import get_list_named, list_lists

    found = [get_list_named(name)] if name else list(list_lists())
    states = [_see_to(one, rebuild=rebuild, verify=verify) for one in found]
    if as_json:
        click.echo(json.dumps(states))
    for state in [] if as_json else states:
        words = "damaged" if state["damaged"] else "behind" if state["behind"] else "up to date"
        click.echo(
            f"{state['name']:24} {words:12} edition {state['edition'] or '-'}, {state['hashes']:,} hashes"
        )
    if any(state["damaged"] or state["behind"] for state in states):
        raise click.exceptions.Exit(1)


def _see_to(found: HashList, *, rebuild: bool, verify: bool) -> dict[str, Any]:
    from openhotline.errors import Damaged
    from openhotline_server.lists import index as indexes

    damaged = ""
    try:
        if rebuild:
            indexes.rebuild(found, patience=WAIT)
        elif verify:
            indexes.verify(found)
        else:
            indexes.catch_up(found, patience=WAIT)
            indexes.merge(found)
    except Damaged as error:
        damaged = error.message
        click.secho(error.diagnostics(), fg="red", err=True)
    state = indexes.find_state(found)
    return {
        "name": found.name,
        "edition": state.applied,
        "newest": state.newest,
        "hashes": state.hashes,
        "behind": state.behind,
        "damaged": damaged,
    }


@click.command("compare")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def compare(name: str | None, as_json: bool) -> None:
    """Compare what changed on the list NAME, or on every list, with everything held. The worker does it by itself.

    \b
    Example: openhotline lists compare partner
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.lists.queries import get_list_named, list_lists
    from openhotline_server.pipeline.retro_matching import compare as compare_list

    answers = []
    for found in [get_list_named(name)] if name else list(list_lists()):
        done = compare_list(hash_list=found, clock=timezone.now)
        answers.append(
            {
                "name": found.name,
                "held": done.held,
                "found": done.found,
                "lapsed": done.lapsed,
                "cases": done.cases,
                "set_aside": done.set_aside,
            }
        )
    if as_json:
        click.echo(json.dumps(answers))
    for answer in [] if as_json else answers:
        words = (
            "set aside" if answer["set_aside"] else f"{answer['found']:,} found, {answer['lapsed']:,} lapsed"
        )
        click.echo(f"{answer['name']:24} {answer['held']:,} items held: {words}")
