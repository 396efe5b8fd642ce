"""``openhotline trust``: whose signatures on images count, as lists that the operator loads from files."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:  # certificates are read when this command runs, not whenever any does
    from openhotline.provenance.signed.trust_list import TrustList

DIRECTORY = click.option(
    "--trust",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    callback=lambda _context, _option, value: value or default_directory(),
    help="The folder of trust lists; else the folder trust in OPENHOTLINE_DATA, else in ./openhotline-data.",
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")


def default_directory() -> Path:
    """Return where trust lists lie when nobody says otherwise."""
    return Path(os.environ.get("OPENHOTLINE_DATA") or "openhotline-data").absolute() / "trust"


@click.group()
def trust() -> None:
    """Say whose signatures on images count. Nothing is fetched: the lists are files that you bring."""


@trust.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "--name", help="What the list is called, such as c2pa-official; else the first file's own name."
)
@click.option(
    "--dated",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day the list was published; else the day on which its newest certificate begins.",
)
@click.option(
    "--time-stamps",
    is_flag=True,
    help="The list vouches only for the clocks that stamp signatures, and for no signer.",
)
@DIRECTORY
@AS_JSON
def update(
    files: tuple[Path, ...],
    name: str | None,
    dated: datetime | None,
    time_stamps: bool,
    directory: Path,
    as_json: bool,
) -> None:
    """Load FILE... as one list, in the place of the list that had this name.

    Roots, single signers and allowed purposes are told apart by what is in them. A file that holds none of these is
    refused, and what was there before stays.

    \b
    Example:
      openhotline trust update C2PA-TRUST-LIST.pem --name c2pa-official --dated 2026-08-21
      openhotline trust update C2PA-TSA-TRUST-LIST.pem --name c2pa-clocks --time-stamps
      openhotline trust update anchors.pem allowed.pem store.cfg --name c2pa-interim

    \b
    Exit code:
      0  the list is in place
      1  refused: a file holds no certificates, or cannot be read as such
      2  wrong usage
      3  a file could not be opened, or the folder not written
    """
    from openhotline.provenance.signed.trust import update_trust

    day = dated.date() if dated else None
    found = update_trust(directory, files, name=name or _name(files[0]), dated=day, time_stamps=time_stamps)
    _print([found], as_json)


@trust.command()
@DIRECTORY
@AS_JSON
def show(directory: Path, as_json: bool) -> None:
    """Show the lists, in the order in which they are asked who signed.

    \b
    Example:
      openhotline trust show

    \b
    Exit code:
      0  shown, or there is none
      1  a stored list was altered
      2  wrong usage
    """
    from openhotline.provenance.signed.trust import load_trust

    _print(list(load_trust(directory).lists), as_json)


@trust.command()
@click.argument("name")
@DIRECTORY
def forget(name: str, directory: Path) -> None:
    """Take the list NAME away. What it vouched for counts as signed by somebody unknown.

    \b
    Example:
      openhotline trust forget c2pa-interim

    \b
    Exit code:
      0  it is gone
      1  there is no list of that name
      2  wrong usage
    """
    from openhotline.provenance.signed.trust import forget_trust

    forget_trust(directory, name)
    click.echo(f"The list {name} is gone.")


def _name(file: Path) -> str:
    """Return a list's name after its file's: C2PA-TRUST-LIST.pem is c2pa-trust-list."""
    return re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")[:40].strip("-")


def _print(lists: list[TrustList], as_json: bool) -> None:
    now = datetime.now(UTC)
    if as_json:
        click.echo(json.dumps([_words(one, now) for one in lists]))
    elif not lists:
        click.echo("No trust list is loaded: every signature counts as one by somebody unknown.")
    for one in [] if as_json else lists:
        _show(one, now)


def _words(one: TrustList, now: datetime) -> dict[str, object]:
    return {
        "name": one.name,
        "use": one.use,
        "dated": one.dated.isoformat(),
        "dated_by": one.dated_by,
        "sha256": one.sha256,
        "authorities": len(one.anchors),
        "signers": len(one.end_entities) + len(one.fingerprints),
        "purposes": len(one.purposes),
        "expired": one.expired(now),
    }


def _show(one: TrustList, now: datetime) -> None:
    expired = one.expired(now)
    click.echo(
        f"{one.name}: for {one.use.replace('_', ' ')}, dated {one.dated.isoformat()} (by the {one.dated_by})"
    )
    click.echo(
        f"  {len(one.anchors):,} authorities, {len(one.end_entities) + len(one.fingerprints):,} single signers, "
        f"{len(one.purposes):,} purposes"
    )
    if expired:
        click.echo(
            f"  {expired:,} certificates have ended; they count only for what was signed before, by a time stamp."
        )
    click.echo(f"  sha256 {one.sha256}")
