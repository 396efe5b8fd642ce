"""``openhotline subscribe``: a hotline's list, fetched and believed only as far as it is signed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from openhotline.exchange.updates import Update


@click.command()
@click.argument("url")
@click.option(
    "--root",
    required=True,
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="The root file that the hotline handed you, by another way than this address.",
)
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="The folder to keep it in."
)
@click.option(
    "--key-file",
    envvar="OPENHOTLINE_SUBSCRIBE_KEY_FILE",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="A file with your key; else OPENHOTLINE_SUBSCRIBE_KEY_FILE names it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON object.")
def subscribe(url: str, root: Path, out: Path, key_file: Path | None, as_json: bool) -> None:
    """Fetch a hotline's list from URL into a folder: list.csv, and state.json with its edition.

    What is not signed, is older than what was seen, or has expired is refused, and the list that is held stays. Run it
    as often as you like: what is new comes as a small file.

    \b
    Example:
      openhotline subscribe https://hotline.example.org/api/1/feeds/all/updates/ \\
        --root root.json --key-file ohl.key --out hotline-list

    \b
    Exit code:
      0  list.csv is the newest edition
      1  refused: not signed, altered, older, expired, or you are not entitled
      2  wrong usage
      3  the server was not reached or stopped in the middle, or the folder is in use; run it again later
    """
    from openhotline.exchange.updates import Subscriber

    key = key_file.read_text("utf-8").strip() if key_file else ""
    update = Subscriber(out, url, root.read_bytes(), key=key).update()
    click.echo(json.dumps(_answer(update)) if as_json else _sentence(update))


def _answer(update: Update) -> dict[str, object]:
    return {
        "list": update.edition.name,
        "edition": update.edition.number,
        "rows": update.edition.rows,
        "published_at": update.edition.published_at.isoformat(),
        "file": str(update.list_file),
        "way": update.way.value,
    }


def _sentence(update: Update) -> str:
    edition = update.edition
    return f"{edition.name}: edition {edition.number}, {edition.rows:,} rows, {update.way}. It is in {update.list_file}."
