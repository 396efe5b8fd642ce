"""``openhotline lists fetch``"""

from __future__ import annotations

import json
from pathlib import Path

import click

from openhotline.errors import WrongUsage
from openhotline_server.commands import data_option, site_ready
from openhotline_server.commands.lists_loading import progress_bar, tell

PROTOCOLS = ("ncmec", "stopncii")


@click.command("fetch")
@click.argument("name")
@click.option("--protocol", type=click.Choice(PROTOCOLS), required=True, help="What the peer speaks.")
@click.option("--base", required=True, help="The address of its feed, up to /v2 or /FetchHashes.")
@click.option("--user", default="", help="The user name, where the protocol has one (ncmec).")
@click.option(
    "--key-file", type=click.Path(path_type=Path), required=True, help="A file with the password or key."
)
@click.option(
    "--subscription-key-file",
    type=click.Path(path_type=Path),
    help="StopNCII's second key, where there is one.",
)
@click.option("--later", is_flag=True, help="Leave the comparison with everything held to the worker.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def fetch(
    name: str,
    protocol: str,
    base: str,
    user: str,
    key_file: Path,
    subscription_key_file: Path | None,
    later: bool,
    as_json: bool,
) -> None:
    """Fetch what a peer's feed says since the last time into the list NAME; for a timer.

    Stopped at any moment, it goes on where it was when the same command runs again. Exit 1: the feed cannot be taken,
    or so many of its rows are bad, or so many entries would go, that a person has to decide. Exit 3: the peer did not
    answer, or refused the key.

    \b
    Example: openhotline lists fetch partner --protocol ncmec --base https://peer.example.org/hashsharing \\
               --user us --key-file /run/secrets/partner
    """
    site_ready()
    from django.utils import timezone

    from openhotline.exchange.sources import HashSource
    from openhotline_server.ledger.events import COMMAND_LINE
    from openhotline_server.lists.models import Loading
    from openhotline_server.lists.queries import get_list_named
    from openhotline_server.pipeline.fetching import fetch_list
    from openhotline_server.pipeline.retro_matching import compare

    source = HashSource(
        protocol,
        base,
        user=user,
        secret=_secret(key_file),
        subscription=_secret(subscription_key_file) if subscription_key_file else "",
    )
    found = get_list_named(name)
    with progress_bar(hidden=as_json) as progress:
        done = fetch_list(
            hash_list=found, source=source, actor=COMMAND_LINE, clock=timezone.now, progress=progress
        )
    if done is None:
        click.echo(json.dumps({"list": name, "state": "done", "rows": 0}) if as_json else "Nothing new.")
        return
    stopped = done.state == Loading.State.STOPPED
    compared = None if later or stopped else compare(hash_list=found, clock=timezone.now)
    tell(found, done, compared, as_json=as_json)
    if stopped:
        raise click.exceptions.Exit(1)


def _secret(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError as error:
        raise WrongUsage("The file with the key cannot be read. Correct its path or permissions.") from error
