"""``openhotline feed publish-files``: feeds as signed files."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from openhotline.errors import WrongUsage
from openhotline_server.commands import data_option, site_ready

if TYPE_CHECKING:
    from openhotline.exchange.updates import Repository

WARN_BEFORE = timedelta(days=60)


@click.command("publish-files")
@click.argument("names", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every feed whose files were published before.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="The folder; else DIR/updates.")
@click.option(
    "--root-key",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="Renew the root with this key, which is kept off this machine.",
)
@click.option(
    "--replace-keys", is_flag=True, help="With --root-key: make new online keys; the old ones count no more."
)
@data_option
def publish_files(
    names: tuple[str, ...], every: bool, out: Path | None, root_key: Path | None, replace_keys: bool
) -> None:
    """Publish feeds as signed files for `openhotline subscribe`, or sign anew that they are the newest.

    Run it at least daily, by cron or a timer: subscribers stop trusting a list whose newest signature is three days
    old. Files in the data directory are served to entitled partners at /api/1/feeds/NAME/updates/.

    \b
    Example:
      openhotline feed publish-files category-a category-b
      openhotline feed publish-files --all
      openhotline feed publish-files category-a --root-key /media/offline/root.pem

    \b
    Exit code:
      0  the files are published
      1  there is no such feed, or a root has expired or its key is the wrong one
      2  wrong usage
      3  the site is not initialised, or a folder cannot be written
    """
    if bool(names) == every:
        raise WrongUsage("Name feeds, or give --all. One of them.")
    if replace_keys and root_key is None:
        raise WrongUsage("New keys need the root key: --root-key FILE.")
    if root_key is not None and len(names) != 1:
        raise WrongUsage("Each feed has a root key of its own. Name the one feed that --root-key is for.")
    site_ready()
    from django.utils import timezone

    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.sharing.feeds import ensure_standard_feeds
    from openhotline_server.sharing.queries import get_feed, list_feeds
    from openhotline_server.sharing.signed_files import publish_files as publish
    from openhotline_server.sharing.signed_files import repository_of

    now = timezone.now()
    ensure_standard_feeds(at=now)
    chosen = list(list_feeds()) if every else [get_feed(name) for name in names]
    for found in chosen:
        repository = repository_of(found, out)
        if every and not repository.exists:
            continue
        first = not repository.exists
        if root_key is not None and not first:
            _renew(repository, root_key, replace_keys, now)
        edition, fresh = publish(feed=found, repository=repository, actor=COMMAND_LINE, at=now)
        click.echo(
            f"{found.name}: edition {edition.number}, {edition.rows:,} rows{'' if fresh else ', as before'}."
        )
        _say_more(repository, first=first, now=now)


def _renew(repository: Repository, root_key: Path, replace_keys: bool, now: datetime) -> None:
    from openhotline.exchange.updates import read_signer

    repository.renew_root(read_signer(root_key), at=now, replace_keys=replace_keys)


def _say_more(repository: Repository, *, first: bool, now: datetime) -> None:
    if first:
        click.echo(f"  Hand the root to subscribers by another way than this: {repository.root_file}")
    if repository.keys.root_file.exists():
        click.echo(
            f"  Take the root key off this machine, it is needed once a year: {repository.keys.root_file}"
        )
    left = repository.root_expires_at() - now
    if left < WARN_BEFORE:
        click.echo(f"  The root expires in {left.days} days. Renew it: --root-key FILE.", err=True)
