"""``openhotline gate``: a small service of its own for platforms that hold a list."""

from __future__ import annotations

import os
import signal
import threading
from datetime import UTC, datetime
from pathlib import Path

import click

from openhotline.errors import WrongUsage

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@click.command("gate")
@click.argument("lists", nargs=-1, metavar="LIST...", type=click.Path(exists=True, path_type=Path))
@click.option("--keys", type=click.Path(path_type=Path), help="The key file: who may ask, and how much.")
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    default=Path("openhotline-gate"),
    show_default=True,
    help="The gate's folder: its log and prepared lists.",
)
@click.option("--address", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8790, show_default=True, help="0: any that is free."
)
@click.option(
    "--plain-http", is_flag=True, help="Listen elsewhere than on the loopback, behind a proxy with TLS."
)
@click.option(
    "--certificate",
    type=click.Path(path_type=Path),
    help="Speak TLS with this certificate and its chain (PEM).",
)
@click.option(
    "--key", type=click.Path(path_type=Path), help="The certificate's key (PEM, without a password)."
)
@click.option(
    "--distance", type=click.IntRange(0, 255), default=31, show_default=True, help="Bits that may differ."
)
@click.option(
    "--min-quality", type=click.IntRange(0, 100), default=50, show_default=True, help="Of PDQ hashes."
)
@click.option("--turned", is_flag=True, help="Find turned and mirrored pictures as well.")
@click.option(
    "--workers", type=click.IntRange(1, 256), help="Processes that decode; one per core if left out."
)
@click.option(
    "--new-key", metavar="NAME", help="Print a new key for NAME and its lines for the key file; no more."
)
@click.option(
    "--export-log", type=click.Path(path_type=Path), help="Write the log as a ledger export; no more."
)
def gate(
    lists: tuple[Path, ...],
    keys: Path | None,
    state: Path,
    address: str,
    port: int,
    plain_http: bool,
    certificate: Path | None,
    key: Path | None,
    distance: int,
    min_quality: int,
    turned: bool,
    workers: int | None,
    new_key: str | None,
    export_log: Path | None,
) -> None:
    """Answer over HTTP whether files and hashes are on LISTs: upload check in one call.

    Every caller has a key and limits; without a key file the gate does not start. Every question is a line in the
    gate's own chained log. A LIST that is replaced by another file, and a changed key file, are taken up while it
    runs. See docs/guide/matching.md for the calls.

    \b
    Example:
      openhotline gate --new-key example-platform
      openhotline gate list.csv --keys keys.toml --port 8790
      openhotline gate list.csv --keys keys.toml --address 0.0.0.0 --certificate gate.pem --key gate.key
      openhotline gate --export-log questions.txt
      openhotline ledger verify questions.txt

    \b
    Exit code: 0 stopped as asked, 1 a list or the key file was refused, 2 wrong usage, 3 could not run.
    """
    from openhotline.known import Rule

    if new_key:
        _print_key(new_key)
    elif export_log:
        _export(state, export_log)
    elif not lists or keys is None:
        raise click.UsageError("Name at least one LIST, and a key file with --keys.")
    elif (certificate is None) != (key is None):
        raise WrongUsage("TLS needs both: --certificate FILE and --key FILE.")
    elif address not in LOOPBACK and not plain_http and certificate is None:
        raise WrongUsage(
            "The gate speaks plain HTTP. Listen on 127.0.0.1, give --certificate and --key, or say --plain-http "
            "behind a proxy with TLS."
        )
    else:
        from openhotline.exchange.gate.service import Settings

        processes = workers or len(os.sched_getaffinity(0))
        _serve(
            Settings(lists, keys, state, Rule(distance, min_quality, turned), processes),
            address,
            port,
            certificate,
            key,
        )


def _serve(settings: object, address: str, port: int, certificate: Path | None, key: Path | None) -> None:
    from openhotline.exchange.gate.server import GateServer, tls_of
    from openhotline.exchange.gate.service import Gate, Settings

    assert isinstance(settings, Settings)
    tls = tls_of(certificate, key) if certificate and key else None
    click.echo("Preparing the lists.")
    asked_to_stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked_to_stop.set())
    with Gate(settings, clock=lambda: datetime.now(UTC)) as running:
        server = GateServer((address, port), running, tls=tls)
        threading.Thread(target=server.serve_forever, daemon=True, name="openhotline-gate").start()
        click.echo(
            f"The gate is at {'https' if tls else 'http'}://{address}:{server.server_address[1]}/  (Ctrl-C stops it)"
        )
        # A signal that comes just before the wait begins does not end it: its handler runs when the wait is over.
        while not asked_to_stop.wait(0.5):
            pass
        server.stop()
    click.echo("The gate has stopped.")


def _print_key(name: str) -> None:
    from openhotline.exchange.gate.keys import entry_for, new_key

    secret, digest = new_key()
    click.echo(f"Key, shown once: {secret}")
    click.echo("Lines for the key file:\n")
    click.echo(entry_for(name, digest))


def _export(state: Path, target: Path) -> None:
    from openhotline.exchange.gate.question_log import export_log

    partial = target.with_name(target.name + ".partial")
    with partial.open("wb") as stream:
        end = export_log(state / "questions.log", stream)
    partial.replace(target)
    click.echo(f"{end.lines:,} lines. Check them with `openhotline ledger verify`.")
