"""``openhotline serve``, ``web`` and ``worker``"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import click

from openhotline.errors import OpenHotlineError
from openhotline_server.commands import data_option, site_ready

ADDRESS = "127.0.0.1"
PORT = 8787


class Stopped(OpenHotlineError):
    """A part of the running site ended by itself."""


address_option = click.option(
    "--address", default=ADDRESS, show_default=True, help="The address to listen on."
)
port_option = click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65535))
web_workers = click.option(
    "--web-workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Web processes."
)


@click.command()
@address_option
@port_option
@web_workers
@data_option
def serve(address: str, port: int, web_workers: int) -> None:
    """Run the whole site in one process tree: web and worker together.

    \b
    Example: openhotline serve --port 8787
    """
    site_ready()
    parts = {
        "web": _start("web", "--address", address, "--port", str(port), "--web-workers", str(web_workers)),
        "worker": _start("worker"),
    }
    click.echo(f"OpenHotline is at http://{address}:{port}/  (Ctrl-C stops it)")
    _watch(parts)


@click.command()
@address_option
@port_option
@web_workers
@data_option
def web(address: str, port: int, web_workers: int) -> None:
    """Run the web role alone, for sites on several machines.

    \b
    Example: openhotline web --address 0.0.0.0 --web-workers 4
    """
    site_ready()
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "openhotline_server.site.wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=web_workers,
        blocking_threads=4,
        log_access=False,
        log_level="warning",  # type: ignore[arg-type]
    ).serve()


@click.command()
@data_option
def worker() -> None:
    """Run the worker role alone: the machine part of the pipeline, the outbox, and looks at told addresses.

    \b
    Example: openhotline worker
    """
    site_ready()
    from django.core.management import call_command

    from openhotline_server.pipeline import following, housekeeping, sending
    from openhotline_server.pipeline.origin_tasks import look_at_what_waits
    from openhotline_server.pipeline.retro_tasks import compare_what_waits

    compare_what_waits()
    housekeeping.begin()
    sending.begin()
    following.begin()
    look_at_what_waits()
    call_command("db_worker", interval=0.5, verbosity=0)


def _start(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "openhotline", *arguments], env=os.environ.copy())


def _watch(parts: dict[str, subprocess.Popen[bytes]]) -> None:
    """Wait until somebody stops the site or a part of it ends; then stop the other part as well."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        while True:
            for name, process in parts.items():
                if process.poll() is not None:
                    raise Stopped(
                        f"The {name} part ended by itself (exit code {process.returncode}). Start it again."
                    )
            time.sleep(0.5)
    except KeyboardInterrupt:
        return
    finally:
        for process in parts.values():
            process.terminate()
        for process in parts.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
