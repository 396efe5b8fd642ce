"""``openhotline origin result`` and ``explain``: a stored deep look, and what today's would say instead."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import click

from openhotline_server.commands import data_option, site_ready

if TYPE_CHECKING:
    from openhotline.datasets.origin_files import FileOrigin

number_option = click.option("--number", type=click.IntRange(1), help="Which look; the latest if left out.")


@click.command("result")
@click.argument("item", type=click.UUID)
@number_option
@click.option("--as", "path", metavar="FILE", help="The name of the file in the result; ITEM if left out.")
@click.option("--json", "as_json", is_flag=True, help="Print what `openhotline examine --as-of` reads.")
@data_option
def result(item: uuid.UUID, number: int | None, path: str | None, as_json: bool) -> None:
    """Show what the deep look said of ITEM. Exit 1: it had none, or there is no such item.

    \b
    Example: openhotline origin result 0b6e3a52-63a2-4f3e-9a5e-6a3c1c7f7c11 --json > result.json
    """
    site_ready()
    from openhotline.cli.examine_output import show
    from openhotline_server.evidence.queries import get_item
    from openhotline_server.pipeline.origin_explaining import stored_look

    entry = _entry(stored_look(get_item(item), number=number))
    entry["file"] = path or entry["file"]
    if as_json:
        click.echo(json.dumps([entry], indent=1))
    else:
        show(entry)


@click.command("explain")
@click.argument("item", type=click.UUID)
@number_option
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def explain(item: uuid.UUID, number: int | None, as_json: bool) -> None:
    """Examine ITEM once more with what the site has today, and say what differs from the stored result and why.

    Nothing of it is kept; `openhotline origin examine --again` keeps it. Exit 1: ITEM had no look, or its bytes are gone.

    \b
    Example: openhotline origin explain 0b6e3a52-63a2-4f3e-9a5e-6a3c1c7f7c11
    """
    site_ready()
    from dataclasses import asdict

    from openhotline.cli.examine_output import show_comparison
    from openhotline.provenance.comparison import compare
    from openhotline_server.evidence.queries import get_item
    from openhotline_server.pipeline.origin_explaining import look_today, stored_look

    found = get_item(item)
    comparison = compare(_entry(stored_look(found, number=number)), _entry(look_today(found)))
    if as_json:
        click.echo(json.dumps(asdict(comparison), indent=1))
    else:
        show_comparison(str(item), comparison)


def _entry(found: FileOrigin) -> dict[str, Any]:
    from openhotline.cli.examine_output import entry_of

    return entry_of(found, devices=bool(found.record.get("inputs", {}).get("devices")))
