"""``openhotline statistics``"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openhotline.errors import WrongUsage
from openhotline_server.commands import data_option, site_ready

if TYPE_CHECKING:
    from openhotline_server.statistics.publication import TableSet

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder for the files."
)
@click.option("--study", default="", help="Count the reports of one study, by its title.")
@click.option("--from", "first", type=_DAY, help="Count reports received on this day or later.")
@click.option("--until", "last", type=_DAY, help="Count reports received on this day or earlier.")
@click.option("--public", is_flag=True, help="Protect small numbers: what is written may be published.")
@click.option("--json", "as_json", is_flag=True, help="Print the index and all figures as one JSON object.")
@data_option
def statistics(
    out: Path, study: str, first: datetime | None, last: datetime | None, public: bool, as_json: bool
) -> None:
    """Count everything and write the tables into a folder: CSV, JSON and a chart each, with an index.

    Counts are in items. docs/reference/statistics.md says what each figure means. A file that stands in the
    folder already is replaced.

    \b
    Example:
      openhotline statistics --out figures
      openhotline statistics --study "Study of September" --public --out figures

    \b
    Exit code:
      0  the tables are written
      1  there is no study with that title
      2  wrong usage
      3  the site is not initialised, or the folder cannot be written
    """
    if first and last and last < first:
        raise WrongUsage("The period ends before it begins. Exchange --from and --until.")
    site_ready()
    from django.utils import timezone

    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.statistics.operations import note_public_figures
    from openhotline_server.statistics.publication import count_tables, write_set
    from openhotline_server.statistics.scope import Scope

    scope = Scope(study.strip(), first.date() if first else None, last.date() if last else None)
    now = timezone.now()
    counted = count_tables(scope, public=public)
    paths = write_set(counted, out, at=now)
    if public:
        note_public_figures(counted=counted, actor=COMMAND_LINE, at=now)
    click.echo(_answer(counted, at=now) if as_json else f"{len(paths)} files are in {out}.")


def _answer(counted: TableSet, *, at: datetime) -> str:
    from openhotline_server.statistics.publication import index, json_text
    from openhotline_server.statistics.writing import rows_by_column

    rows = {table.name: rows_by_column(table) for table in counted.tables}
    return json_text({**index(counted, at=at), "rows": rows}).rstrip("\n")
