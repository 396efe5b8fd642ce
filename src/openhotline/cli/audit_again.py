"""``openhotline audit match``, ``overlap`` and ``verify``: what is done with a finished audit, without its pictures."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openhotline.cli.audit_again_output import (
    bar,
    counted,
    overlap_words,
    sealed_told,
    sealed_words,
    summary_json,
    summary_words,
)
from openhotline.cli.audit_failing import needing_packages, refusals_apart
from openhotline.errors import Refused

if TYPE_CHECKING:  # the optional packages are loaded when a command runs, not whenever any does
    from openhotline.datasets.audit.summary import Summary

FOLDER = click.Path(exists=True, path_type=Path)
DISTANCE = click.option(
    "--distance", type=click.IntRange(0, 239), default=31, show_default=True, help="Bits that may differ."
)
MIN_QUALITY = click.option(
    "--min-quality",
    type=click.IntRange(0, 100),
    default=50,
    show_default=True,
    help="Of PDQ hashes, on both sides.",
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON object.")


@click.command("match")
@click.argument("audit", metavar="AUDIT", type=FOLDER)
@click.option(
    "--list",
    "lists",
    multiple=True,
    required=True,
    type=FOLDER,
    metavar="LIST",
    help="A list file in any form, or a prepared list. May be given several times.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write to, a new one.",
)
@DISTANCE
@MIN_QUALITY
@click.option(
    "--signing-key",
    type=click.Path(path_type=Path),
    help="An Ed25519 key in PEM; else this account's own, made on first use.",
)
@AS_JSON
def match_command(
    audit: Path,
    lists: tuple[Path, ...],
    out: Path,
    distance: int,
    min_quality: int,
    signing_key: Path | None,
    as_json: bool,
) -> None:
    """Compare the fingerprints that AUDIT kept with LIST: a later edition, or another list.

    No picture is read. AUDIT is the folder of an audit that ran with --fingerprints; its signature and its files are
    checked first. What is written is what an audit writes, and near.parquet: the members of which only the picture
    can say whether they match, because the stored hash is a quick one. They count as errors until they are looked at.
    Addresses, and hashes that a table states beside its pictures, are not kept and not compared.

    \b
    Example:
      openhotline audit match audit-2026 --list list-47.csv --out audit-2026-list-47

    \b
    Exit code:
      0  every member was compared with every entry that can be, and nothing matches
      1  something matches
      2  wrong usage
      3  could not run
      4  nothing matches, but something could not be compared
    """
    with needing_packages():
        from openhotline.datasets.sealed.keys import audit_key
        from openhotline.datasets.sealed.signing import AUDIT
        from openhotline.datasets.sealed.witness import tell, told_of
    with refusals_apart():
        key = audit_key(signing_key)
        summary = _matched(audit, lists, out, distance, min_quality, key)
    click.echo(summary_json(summary) if as_json else summary_words(summary, out))
    tell(AUDIT, told_of(summary.document, summary.digest))
    sys.exit(summary.exit_code)


def _matched(
    audit: Path, lists: Sequence[Path], out: Path, distance: int, min_quality: int, key: Any
) -> Summary:
    from openhotline.datasets.again.matching import audit_folder, match_again
    from openhotline.datasets.again.stored import fingerprint_files, rows_in
    from openhotline.datasets.audit.asked import open_lists
    from openhotline.datasets.audit.keeping import LISTS
    from openhotline.known import Rule

    source = audit_folder(audit)
    rows = rows_in(fingerprint_files(source))
    opened = open_lists(lists, out / LISTS)
    for one in opened:
        for doubt in one.known.doubts:
            click.echo(f"{one.known.name}: {doubt}", err=True)
    with bar("Matching") as show:
        return match_again(
            source,
            [one.known for one in opened],
            Rule(distance, min_quality),
            out,
            {"lists": [one.told for one in opened]},
            key=key,
            at=datetime.now(UTC),
            progress=counted(show, rows),
        )


@click.command("overlap")
@click.argument("a", metavar="A", type=FOLDER)
@click.argument("b", metavar="B", type=FOLDER)
@click.option(
    "--out",
    "table",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The parquet file of pairs to write.",
)
@DISTANCE
@MIN_QUALITY
@AS_JSON
def overlap_command(a: Path, b: Path, table: Path, distance: int, min_quality: int, as_json: bool) -> None:
    """Say what two data sets have in common, by the fingerprints that their audits A and B kept.

    Members are the same where their SHA-256 is, and near where their PDQ hashes are. Of one member at most a hundred
    pairs are written, the nearest; all are counted. Stored hashes are quick ones: near its threshold a distance may
    be off by some bits.

    \b
    Example:
      openhotline audit overlap audit-a audit-b --out both.parquet

    \b
    Exit code:
      0  they have nothing in common
      1  something is in both
      2  wrong usage
      3  could not run
    """
    with needing_packages():
        from openhotline.datasets.again.overlap import overlap
        from openhotline.datasets.again.stored import fingerprint_files, rows_in
        from openhotline.known import Rule
    with refusals_apart():
        rows = max(rows_in(fingerprint_files(source)) for source in (a, b))
        with bar("Comparing") as show:
            found = overlap(a, b, table, Rule(distance, min_quality), progress=counted(show, rows))
    click.echo(json.dumps(asdict(found)) if as_json else overlap_words(found))
    sys.exit(1 if found.any else 0)


@click.command("verify")
@click.argument("folder", metavar="AUDIT", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--key",
    "keys",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="PUBLIC.pem",
    help="The public key of who signed, which you got from them. May be given several times.",
)
@AS_JSON
def verify_command(folder: Path, keys: tuple[Path, ...], as_json: bool) -> None:
    """Check the signature of AUDIT's summary, and every file that it names.

    Works for what `audit`, `audit match`, `audit clean` and `audit models` wrote. Without --key the public key in the
    folder is believed: then it is shown that nothing was changed since it was signed, and not who signed it.

    \b
    Example:
      openhotline audit verify audit-2026 --key keeper.pem

    \b
    Exit code:
      0  the summary is signed by this key, and every file is the one that was signed
      1  it is not, or something is missing
      2  wrong usage
      3  could not be read
    """
    with needing_packages():
        from openhotline.datasets.sealed.keys import read_public
        from openhotline.datasets.sealed.sealing import verify_sealed
    try:
        trusted = [read_public(key) for key in keys]
        with bar("Checking") as show:
            sealed = verify_sealed(folder, trusted, progress=show)
    except Refused as problem:
        if as_json:
            click.echo(json.dumps({"whole": False, "why": problem.message}))
        raise
    click.echo(json.dumps(sealed_told(sealed)) if as_json else sealed_words(sealed))
