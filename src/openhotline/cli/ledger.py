"""``openhotline ledger``: is the record of who did what still whole?"""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from openhotline.chain import PublicKey, Verified, verify_export
from openhotline.errors import ChainBroken

WORTH_A_BAR = 20_000_000
"""Bytes. A file of this size takes about a second to verify on one 2 GHz core; shorter work shows no bar."""


@click.group()
def ledger() -> None:
    """Check the ledger: the chained, signed record of every act."""


def _read_keys(
    _context: click.Context, _option: click.Parameter, texts: tuple[str, ...]
) -> tuple[PublicKey, ...]:
    try:
        return tuple(PublicKey.from_public_bytes(bytes.fromhex(text)) for text in texts)
    except ValueError:
        raise click.BadParameter(
            "a public key is 64 hexadecimal digits, as the hotline published it."
        ) from None


@ledger.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--public-key",
    "public_keys",
    callback=_read_keys,
    multiple=True,
    metavar="HEX",
    help="A signing key the hotline published, 64 hexadecimal digits. May be given several times. "
    "Without it the keys in the file are believed.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON object.")
def verify(file: Path, public_keys: tuple[PublicKey, ...], as_json: bool) -> None:
    """Verify FILE, a ledger export, from its first line to its end.

    \b
    Example:
      openhotline ledger verify ledger.txt
      openhotline ledger verify --public-key 3b6a27bc...29 --json ledger.txt

    \b
    Exit code:
      0  the ledger is whole
      1  it is broken, and the first broken line is named; or FILE is no ledger export
      2  wrong usage
      3  FILE could not be read
    """
    try:
        found = _verified(file, public_keys, quiet=as_json)
    except ChainBroken as error:
        if as_json:
            click.echo(
                json.dumps({"whole": False, "first_broken_line": error.sequence, "why": error.message})
            )
        raise
    click.echo(json.dumps(_answer(found)) if as_json else _sentence(found, pinned=bool(public_keys)))


def _verified(file: Path, keys: tuple[PublicKey, ...], *, quiet: bool) -> Verified:
    size = file.stat().st_size if file.is_file() else 0
    console = Console(stderr=True)
    bar: AbstractContextManager[Progress | None] = nullcontext()
    if size >= WORTH_A_BAR and console.is_terminal and not quiet:
        bar = Progress(console=console, transient=True)
    with bar as progress:
        if progress is None:
            return verify_export(file, public_key=keys or None)
        task = progress.add_task("Verifying", total=size)
        return verify_export(
            file, public_key=keys or None, on_progress=lambda read: progress.update(task, completed=read)
        )


def _answer(found: Verified) -> dict[str, object]:
    return {
        "whole": True,
        "lines": found.lines,
        "head": found.head,
        "checkpoints": found.checkpoints,
        "signed_to": found.signed_to,
        "key_ids": list(found.key_ids),
    }


def _sentence(found: Verified, *, pinned: bool) -> str:
    signed = f"{found.checkpoints:,} signed {_plural(found.checkpoints)}"
    whole = f"The ledger is whole: {found.lines:,} lines, {signed}."
    if not found.checkpoints:
        return f"{whole}\nNo line is signed yet, so this shows agreement within the file only."
    after = found.lines - found.signed_to
    signed = f"Lines up to {found.signed_to:,} are vouched for by key {', '.join(found.key_ids)}"
    tail = f"; {after:,} later lines are not signed yet." if after else "."
    if pinned:
        return f"{whole}\n{signed}{tail}"
    compare = "Compare that key with the one the hotline published (--public-key does it)."
    return f"{whole}\n{signed}{tail}\n{compare}"


def _plural(count: int) -> str:
    return "checkpoint" if count == 1 else "checkpoints"
