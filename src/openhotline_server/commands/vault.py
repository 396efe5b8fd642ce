"""``openhotline vault``: look after the sealed evidence."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import click

from openhotline_server.commands import data_option, site_ready


@click.group()
def vault() -> None:
    """Check the sealed evidence, give it a new master key, destroy an item."""


@vault.command("check")
@click.option("--names-only", is_flag=True, help="Only see that every file is there; do not read the bytes.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def check(names_only: bool, as_json: bool) -> None:
    """Read everything that is sealed and name what is damaged, missing or left over. Exit 1: something is.

    \b
    Example: openhotline vault check
    """
    site_ready()
    from openhotline_server.evidence.queries import items_without_bytes, without_preview
    from openhotline_server.evidence.store import vault as opened
    from openhotline_server.findings.devices import devices_without_pattern
    from openhotline_server.findings.queries import list_shown

    problems = [
        {"kind": p.kind.value, "what": f"{p.what} (object {p.sha256})"}
        for p in opened().check(contents=not names_only)
    ]
    problems += [
        {"kind": "missing", "what": f"item {i.code} has no bytes in the vault"} for i in items_without_bytes()
    ]
    problems += [
        {"kind": "missing", "what": f"item {i.code} has no preview: openhotline vault previews makes it anew"}
        for i in without_preview(list_shown().iterator(chunk_size=2000))
    ]
    problems += [
        {"kind": "missing", "what": f"device {d.code} has no pattern in the vault"}
        for d in devices_without_pattern()
    ]
    if as_json:
        click.echo(json.dumps(problems))
    elif not problems:
        click.echo("The vault is whole.")
    for problem in [] if as_json else problems:
        click.secho(f"{problem['kind']}: {problem['what']}", fg="red", err=True)
    if problems:
        raise click.exceptions.Exit(1)


@vault.command("previews")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def previews(as_json: bool) -> None:
    """Open every preview, and make those that are missing or damaged anew from the originals. Exit 1: some cannot be.

    \b
    Example: openhotline vault previews
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.pipeline.remaking_previews import remake_previews

    done = remake_previews(actor=COMMAND_LINE, clock=timezone.now)
    lost = [str(item.code) for item in done.lost]
    if as_json:
        click.echo(json.dumps({"previews": done.previews, "remade": done.remade, "lost": lost}))
    else:
        click.echo(f"{done.previews:,} previews; {done.remade:,} were made anew.")
    for code in [] if as_json else lost:
        click.secho(
            f"item {code} has no preview, and its original does not open. Restore it from a backup.",
            fg="red",
            err=True,
        )
    if lost:
        raise click.exceptions.Exit(1)


@vault.command("rotate")
@click.argument("new_key_file", type=click.Path(path_type=Path))
@data_option
def rotate(new_key_file: Path) -> None:
    """Wrap every object's key with the master key in NEW_KEY_FILE; one is made if the file is not there.

    Stop the site first. Cut short, run it again. Afterwards set OPENHOTLINE_VAULT_KEY_FILE to the new file, or put it
    in the old one's place.

    \b
    Example: openhotline vault rotate /srv/keys/vault-2027.key
    """
    site_ready()
    from openhotline.vault import MasterKey
    from openhotline_server.evidence.store import vault as opened

    if not new_key_file.exists():
        MasterKey.generate().write(new_key_file)
    done = opened().rewrap(MasterKey.from_file(new_key_file))
    for name in done.damaged:
        click.secho(f"damaged: the key of object {name} opens with neither master key", fg="red", err=True)
    click.echo(f"Done: {done.keys:,} keys are wrapped anew. The old master key opens nothing any more.")


@vault.command("destroy")
@click.argument("item", type=click.UUID)
@click.option("--reason", required=True, help="Why it may go; kept in the ledger.")
@data_option
def destroy(item: uuid.UUID, reason: str) -> None:
    """Destroy the bytes of ITEM for good: its key is forgotten. Exit 1: it is on our list, or there is no such item.

    \b
    Example: openhotline vault destroy 0b6e3a52-63a2-4f3e-9a5e-6a3c1c7f7c11 --reason "retention ended"
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.evidence.queries import get_item
    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.pipeline.destroying import destroy_item

    destroy_item(item=get_item(item), reason=reason, actor=COMMAND_LINE, at=timezone.now())
    click.echo("Destroyed. What was found and decided about it stays.")
