"""``openhotline feed``"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openhotline.errors import WrongUsage
from openhotline_server.commands import data_option, site_ready
from openhotline_server.commands.feed_files import publish_files

if TYPE_CHECKING:
    from openhotline.exchange.vics import Categories


@click.group()
def feed() -> None:
    """Feeds of our own list: which there are, who reads them, and as files."""


feed.add_command(publish_files)


def _words(_context: click.Context, _option: click.Parameter, text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


@feed.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def list_(as_json: bool) -> None:
    """List every feed, what it selects, and which partners may read it.

    \b
    Example: openhotline feed list --json
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.sharing.feeds import ensure_standard_feeds
    from openhotline_server.sharing.queries import list_feeds
    from openhotline_server.sharing.recipients import list_recipients

    ensure_standard_feeds(at=timezone.now())
    rows = [
        {
            "name": found.name,
            "title": found.title,
            "content": found.content,
            "outcomes": found.outcomes,
            "grades": found.grades,
            "ai": found.ai,
            "released_at_times": found.released_at_times,
            "recipients": [partner.username for partner in list_recipients(found)],
        }
        for found in list_feeds()
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(f"{row['name']:<22} {row['title']:<50} {', '.join(row['recipients']) or 'nobody'}")


@feed.command("add")
@click.argument("name")
@click.option("--title", default="", help="What people read; the name if left out.")
@click.option("--content", type=click.Choice(["hashes", "addresses"]), default="hashes", show_default=True)
@click.option("--outcomes", default="", callback=_words, help="Only these, of the deciding jurisdiction.")
@click.option("--grades", default="", callback=_words, help="Only these, of the deciding jurisdiction.")
@click.option("--ai", default="", callback=_words, help="Only these codes of the AI dimension.")
@click.option(
    "--times", default="", callback=_words, help="Times of day at which new lines come out; else at once."
)
@data_option
def add(
    name: str,
    title: str,
    content: str,
    outcomes: list[str],
    grades: list[str],
    ai: list[str],
    times: list[str],
) -> None:
    """Make a feed NAME. It begins with everything of its selection that was published before. Exit 1: it exists.

    \b
    Example: openhotline feed add partner-x --grades A,B --times 12:00,17:00
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.sharing.feeds import make_feed

    selection = {
        "content": content,
        "outcomes": outcomes,
        "grades": grades,
        "ai": ai,
        "released_at_times": [_time(text) for text in times],
    }
    make_feed(name=name, title=title or name, selection=selection, actor=COMMAND_LINE, at=timezone.now())
    click.echo(
        f"The feed {name} is there. Nobody may read it yet: `openhotline user entitle` lets a partner."
    )


def _time(text: str) -> str:
    from datetime import time

    try:
        return time.fromisoformat(text).strftime("%H:%M")
    except ValueError:
        raise WrongUsage("A time of day is written as 12:00. Correct --times.") from None


@feed.command("export")
@click.argument("name")
@click.option("--form", type=click.Choice(["csv", "json", "vics"]), default="csv", show_default=True)
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write."
)
@click.option(
    "--categories",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="For vics: your confirmed file of category numbers.",
)
@click.option("--without-categories", is_flag=True, help="For vics: write no category numbers.")
@data_option
def export(name: str, form: str, out: Path, categories: Path | None, without_categories: bool) -> None:
    """Write the feed NAME into a file, to be handed over by a person. The ledger keeps that it was done.

    VICS category numbers mean another thing in every country, so a VICS file is written only with a mapping that
    somebody confirmed with the police partner it is for, or without numbers. `openhotline feed categories`
    prints one to begin with.

    \b
    Example:
      openhotline feed export category-a --form vics --categories uk.toml --out category-a.json

    \b
    Exit code:
      0  the file is written
      1  there is no such feed, nothing was published, or the categories are not confirmed
      2  wrong usage
      3  the site is not initialised, or the file cannot be written
    """
    if form != "vics" and (categories or without_categories):
        raise WrongUsage("Categories are for --form vics. Leave the option out.")
    if form == "vics" and (categories is None) == (not without_categories):
        raise WrongUsage("A VICS file needs --categories FILE, or --without-categories. Give one of them.")
    site_ready()
    from django.utils import timezone

    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.sharing.exporting import export_feed
    from openhotline_server.sharing.queries import get_feed

    export_feed(
        feed=get_feed(name),
        form=form,
        out=out,
        categories=_categories(categories),
        actor=COMMAND_LINE,
        at=timezone.now(),
    )
    click.echo(f"Written: {out}.")


def _categories(path: Path | None) -> Categories | None:
    from openhotline.exchange.vics import read_categories

    return read_categories(path.read_text("utf-8")) if path else None


@feed.command("categories")
@click.option("--profile", type=click.Choice(["uk", "us"]), default="uk", show_default=True)
def categories(profile: str) -> None:
    """Print a file of VICS category numbers to begin with. It is not confirmed: its first lines say what to do.

    \b
    Example: openhotline feed categories --profile uk > uk.toml
    """
    from openhotline.exchange.vics import shipped_text

    click.echo(shipped_text(profile), nl=False)
