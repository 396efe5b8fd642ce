"""``openhotline audit``: does a data set hold known material? Looked at by nobody."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openhotline.cli.audit_bar import audit_bar
from openhotline.cli.audit_failing import refusals_apart
from openhotline.cli.audit_group import RUN, AuditGroup

if TYPE_CHECKING:  # the engine and the tables are loaded when an audit runs, not whenever any command does
    from openhotline.datasets.audit.asked import Asked
    from openhotline.datasets.audit.summary import Summary

HASHES = ("md5", "sha1", "sha256", "pdq", "pdq_quality")


@click.group("audit", cls=AuditGroup)
def audit() -> None:
    """Look for known material in a data set, and never show any of it.

    \b
    Example:
      openhotline audit /path/to/dataset --list list.csv --out audit
      openhotline audit verify audit

    `openhotline audit DATASET` is short for `openhotline audit run DATASET`; see `openhotline audit run --help` for
    its options and exit codes. A data set that is named like a command below is written ./NAME.
    """


@audit.command(RUN)
@click.argument("dataset")
@click.option(
    "--list",
    "lists",
    multiple=True,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="A list file or a prepared list; may come several times.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of this audit. Name it again to go on with one that was stopped.",
)
@click.option(
    "--fingerprints", is_flag=True, help="Keep every member's hashes, for later lists and overlaps."
)
@click.option("--census", is_flag=True, help="Count what pictures' metadata claim of their origin.")
@click.option(
    "--fetch", is_flag=True, help="Fetch pictures that tables name by address alone. [default: nothing is]"
)
@click.option(
    "--distance", type=click.IntRange(0, 239), default=31, show_default=True, help="Bits that may differ."
)
@click.option(
    "--min-quality",
    type=click.IntRange(0, 100),
    default=50,
    show_default=True,
    help="Of PDQ hashes, on both sides.",
)
@click.option("--workers", type=click.IntRange(1, 100_000), help="Processes. [default: one a processor]")
@click.option("--engine", type=click.Choice(["local", "ray"]), default="local", show_default=True)
@click.option("--address", default="", help="Of a Ray cluster: HOST:PORT, ray://HOST:PORT or auto.")
@click.option("--image-column", default="", help="Of tables: the pictures. [default: by the usual names]")
@click.option("--key-column", default="", help="Of tables: what names a row.")
@click.option("--url-column", default="", help="Of tables: addresses.")
@click.option(
    "--hash-column", "hash_columns", multiple=True, metavar="KIND=NAME", help=f"KIND: {', '.join(HASHES)}."
)
@click.option("--endpoint", default="", help="Of an object store that is not Amazon's.")
@click.option("--region", default="", help="Of an object store.")
@click.option("--anonymous", is_flag=True, help="Ask the object store without a key.")
@click.option(
    "--signing-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Ed25519, PEM. [default: your own, made on first use]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def run_command(dataset: str, out: Path, signing_key: Path | None, as_json: bool, **options: Any) -> None:
    """Compare every picture, and every hash and address that is stated, with lists.

    DATASET is a folder, one file, or s3://BUCKET/PREFIX. Folders of pictures, tar (WebDataset), parquet, Arrow and
    Hugging Face's data sets, and zip are read, mixed as they come. Nothing is unpacked to disk or shown,
    and nothing fetched without --fetch, which asks the servers that a table names; see the guide before you use it.

    It may be stopped at any moment: the same command goes on where it was. DIR then holds hits.parquet, errors.parquet,
    shards.parquet, report.html, and summary.json with its signature.

    \b
    Example:
      openhotline audit run /path/to/dataset --list list.csv --out audit --fingerprints
      openhotline audit run s3://bucket/prefix --list list.csv --out /shared/audit --engine ray --address 10.0.0.1:6379

    \b
    Exit code:
      0  every member was compared with every entry that can be, and nothing matches
      1  something matches
      2  wrong usage
      3  could not run to its end, or there was nothing to look at
      4  nothing matches, but something could not be read, decoded or compared. See errors.parquet
    """
    from openhotline.datasets.audit.engine.quiet import daft_quietly
    from openhotline.datasets.sealed.keys import audit_key
    from openhotline.datasets.sealed.witness import tell, told_of

    asked = _asked(dataset, **options)
    daft_quietly()  # or say what to install
    with refusals_apart(), audit_bar("Auditing", over_rows=as_json) as bar:
        from openhotline.datasets.audit.run import run_audit

        summary = run_audit(
            asked, out, key=audit_key(signing_key), now=_now, progress=bar.show, doubt=bar.say
        )
    tell("audit", told_of(summary.document, summary.digest))
    _print(summary, out, as_json=as_json)
    sys.exit(3 if not summary.counts["seen"] and not summary.exit_code else summary.exit_code)


def _asked(
    dataset: str,
    *,
    lists: tuple[Path, ...],
    distance: int,
    min_quality: int,
    workers: int | None,
    hash_columns: tuple[str, ...],
    endpoint: str,
    region: str,
    anonymous: bool,
    fingerprints: bool,
    census: bool,
    fetch: bool,
    engine: str,
    address: str,
    **columns: str,
) -> Asked:
    from openhotline.datasets.audit.asked import Asked
    from openhotline.datasets.inputs import Reading
    from openhotline.known import Rule

    if engine == "ray" and not address:
        raise click.UsageError(
            "The engine ray needs --address: where the head of the cluster listens, or auto."
        )
    store: dict[str, Any] = {"endpoint": endpoint, "region": region, "anonymous": anonymous}
    reading = Reading(
        hash_columns=dict(_pair(text) for text in hash_columns),
        store={name: value for name, value in store.items() if value},
        **columns,
    )
    return Asked(
        dataset,
        lists,
        rule=Rule(distance, min_quality),
        reading=reading,
        fingerprints=fingerprints,
        census=census,
        fetch=fetch,
        engine=engine,
        workers=workers or 0,
        address=address,
    )


def _pair(text: str) -> tuple[str, str]:
    kind, _, name = text.partition("=")
    if kind not in HASHES or not name:
        raise click.UsageError(f"--hash-column is KIND=NAME, and KIND one of {', '.join(HASHES)}.")
    return kind, name


def _now() -> datetime:
    return datetime.now(UTC)


def _print(summary: Summary, out: Path, *, as_json: bool) -> None:
    if as_json:
        import json

        click.echo(json.dumps(summary.document))
        return
    counts = summary.counts
    if not counts["seen"]:
        click.echo("There is nothing to look at in this data set. Check what was named.", err=True)
    not_read = counts["unreadable"] + counts["unread"]
    for number, words in (
        (counts["seen"], "members seen"),
        (counts["hashed"], "pictures hashed"),
        (counts["too_poor"], "of them too poor to be compared by their looks"),
        (not_read, "could not be read or decoded"),
        (counts["hit_members"], "members match"),
    ):
        click.echo(f"{number:>15,}  {words}")
    if counts["failed_shards"]:
        click.echo(
            f"{counts['failed_shards']:>15,}  shards failed. Run the same command again to try them once more"
        )
    click.echo(f"\nThe report is {out / 'report.html'}. Signed with the key {summary.key_id}.")
