"""The command ``openhotline``: one file per command, and one way for all of them to fail.

Exit codes: 0 done · 1 found or refused, as the command's help says · 2 wrong usage · 3 could not run.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from importlib.metadata import entry_points, version
from typing import Any

import click

from openhotline.errors import OpenHotlineError


class Program(click.Group):
    """The library's commands, and those that other parts of the distribution register by entry point."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_commands())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _commands().get(cmd_name)


def _commands() -> dict[str, click.Command]:
    from openhotline.cli.audit import audit
    from openhotline.cli.device import device
    from openhotline.cli.examine import examine_command
    from openhotline.cli.gate import gate
    from openhotline.cli.hash import hash_command
    from openhotline.cli.ledger import ledger
    from openhotline.cli.list_check import list_group
    from openhotline.cli.match import match_command
    from openhotline.cli.provenance import provenance
    from openhotline.cli.subscribe import subscribe
    from openhotline.cli.trace import trace_command
    from openhotline.cli.trust import trust

    own = (
        audit,
        device,
        examine_command,
        gate,
        hash_command,
        ledger,
        list_group,
        match_command,
        provenance,
        subscribe,
        trace_command,
        trust,
    )
    commands: dict[str, click.Command] = {command.name: command for command in own if command.name}
    for point in entry_points(group="openhotline.commands"):
        commands |= {c.name: c for c in point.load() if c.name}
    return commands


def _use_data(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        os.environ["OPENHOTLINE_DATA"] = value


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("openhotline"), prog_name="openhotline")
@click.option(
    "--data",
    expose_value=False,
    callback=_use_data,
    is_eager=True,
    help="The data directory; else OPENHOTLINE_DATA.",
)
def program() -> None:
    """The self-hosted child-protection hotline.

    \b
    openhotline init
    openhotline user add ana --role analyst --display-name "Ana"
    openhotline import /path/to/batch --source "partner hotline" --received 2026-11-02
    openhotline serve
    openhotline statistics --out tables

    Exit codes: 0 done, 1 found or refused, 2 wrong usage, 3 could not run.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run a command and end the process with the documented exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        # Outside click's own mode an exit code comes back as the answer; commands themselves answer nothing.
        answer = program.main(arguments, standalone_mode=False)
        code = answer if isinstance(answer, int) else 0
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.ClickException as error:
        error.show()
        code = 2
    except click.Abort:
        code = _fail("Stopped. Nothing is lost; run the command again to go on.", arguments)
    except OpenHotlineError as error:
        code = _fail(error.diagnostics(), arguments, error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as error:
        code = _fail(_system_sentence(error), arguments)
    except Exception as error:
        # A stranger's file must not end a command in a page of program text; OPENHOTLINE_TRACE=1 shows that page.
        if os.environ.get("OPENHOTLINE_TRACE") == "1":
            raise
        code = _fail(_unforeseen(error), arguments)
    sys.exit(code)


def _fail(message: str, arguments: list[str], code: int = 3) -> int:
    if "--json" in arguments:
        click.echo(json.dumps({"error": message, "exit_code": code}))
    click.secho(message, fg="red", err=True)
    return code


def _system_sentence(error: OSError) -> str:
    where = f"\n{error.filename}" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full. Make room, then run the command again; it goes on where it stopped." + where
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "Permission was refused by the system. Run it as the account that owns the data." + where
    return f"The system refused: {error.strerror}. Correct it and run the command again." + where


def _unforeseen(error: Exception) -> str:
    if type(error).__module__.startswith(("django.db", "sqlite3", "psycopg")):
        return (
            f"The database refused: {error}. If it says locked, wait and run again; if it says malformed or not a "
            "database, restore it from the backup. Nothing was half written."
        )
    text: Any = str(error) or "no more is known"
    return (
        f"Something unforeseen stopped the command ({type(error).__name__}: {text}). Nothing is lost; run it again, and "
        "if it stays, run it with OPENHOTLINE_TRACE=1 and report what it prints."
    )
