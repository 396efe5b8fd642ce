"""``openhotline audit clean``: a data set written back without what an audit found."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from openhotline.cli.audit_failing import needing_packages

if TYPE_CHECKING:  # the optional packages are loaded when the command runs, not whenever any does
    from openhotline.datasets.cleaning.finishing import Cleaned

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("clean")
@click.argument("dataset")
@click.option(
    "--audit",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of a finished audit of this data set.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="A new folder. Name it again to go on with a cleaning that was stopped.",
)
@click.option(
    "--near-duplicates", is_flag=True, help="Leave out what looks like a member that is left out, too."
)
@click.option(
    "--distance",
    type=click.IntRange(0, 128),
    default=31,
    show_default=True,
    help="Bits that may differ between near-duplicates.",
)
@click.option(
    "--unreadable",
    type=click.Choice(["keep", "drop"]),
    default="keep",
    show_default=True,
    help="What could not be read or decoded, and so not be compared.",
)
@click.option("--endpoint", default="", help="Of an object store that is not Amazon's.")
@click.option("--region", default="", help="Of an object store.")
@click.option("--anonymous", is_flag=True, help="Ask the object store without a key.")
@click.option(
    "--key", "keys", multiple=True, type=FILE, help="The public key that must have signed the audit."
)
@click.option("--signing-key", type=FILE, help="Ed25519, PEM. [default: your own, made on first use]")
@click.option("--json", "as_json", is_flag=True, help="Print the signed summary as JSON.")
def clean_command(
    dataset: str,
    audit: Path,
    out: Path,
    near_duplicates: bool,
    distance: int,
    unreadable: str,
    endpoint: str,
    region: str,
    anonymous: bool,
    keys: tuple[Path, ...],
    signing_key: Path | None,
    as_json: bool,
) -> None:
    """Write DATASET to OUT/data in the same form, without the members that the audit hit.

    DATASET is what was audited, wherever it lies now: every shard is compared with what the audit saw, and it is refused
    if one changed. The original is read and never written to. With a member of a WebDataset's tar goes its whole sample,
    and elsewhere its captions. OUT/removed.parquet says what is gone and why, OUT/written.parquet what is there, and
    OUT/summary.json, which is signed, names both.

    \b
    Example:
      openhotline audit clean /data/shards --audit audit-2026 --out cleaned
      openhotline audit clean /data/shards --audit audit-2026 --out cleaned --near-duplicates

    \b
    Exit code:
      0  the data set is written
      1  refused: the data set is not what was audited, or the audit is not whole or not finished
      2  wrong usage
      3  could not run to its end; the same command goes on where it was
    """
    if not near_duplicates and _given("distance"):
        raise click.UsageError("--distance is for --near-duplicates. Give both.")
    with needing_packages():
        from openhotline.datasets.cleaning.run import Wish, clean
        from openhotline.datasets.sealed.keys import audit_key, read_public
        from openhotline.datasets.sealed.signing import CLEANING
        from openhotline.datasets.sealed.witness import tell, told_of
    store = {"endpoint": endpoint, "region": region, "anonymous": anonymous}
    wish = Wish(
        dataset,
        audit,
        near=distance if near_duplicates else None,
        drop_unreadable=unreadable == "drop",
        store={name: value for name, value in store.items() if value},
    )
    trusted = [read_public(key) for key in keys]
    with _bar() as progress:
        cleaned = clean(wish, out, key=audit_key(signing_key), now=_now, trusted=trusted, progress=progress)
    tell(CLEANING, told_of(cleaned.document, cleaned.digest))
    click.echo(json.dumps(cleaned.document) if as_json else _words(cleaned, out))


def _given(option: str) -> bool:
    source = click.get_current_context().get_parameter_source(option)
    return source is click.core.ParameterSource.COMMANDLINE


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """Show a bar by bytes on standard error, if that is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda done, size: None
        return
    columns = (
        TextColumn("Writing"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, size: progress.update(task, completed=done, total=size or None)


def _words(cleaned: Cleaned, out: Path) -> str:
    counts = cleaned.counts
    told = (
        (counts["kept"], "members stay"),
        (counts["removed_hit"], "removed: on a list"),
        (counts["removed_near_duplicate"], "removed: near one that is"),
        (counts["removed_same_sample"], "removed: of the same sample or row"),
        (counts["removed_unreadable"], "removed: could not be compared"),
        (counts["files"], "files written"),
        (counts["rewritten"], "of them without something"),
    )
    lines = [f"{number:>15,}  {words}" for number, words in told]
    return "\n".join([*lines, "", f"The data set is {out / 'data'}. Signed with the key {cleaned.key_id}."])
