"""Write the reference pages from the code, or with ``--check`` say which of them no longer say what the code says."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

HERE = Path(__file__).resolve().parent
NOTE = (
    "<!-- Made by docs/reference/make.py from the code. Change the code, then run `make reference`. -->\n\n"
)


def settings() -> str:
    """Every environment variable, from the site's own list of them."""
    from openhotline_server.site.options import OPTIONS

    rows = "\n".join(
        f"| `{o.name}` | {f'`{o.default}`' if o.default else '(empty)'} | {o.meaning} |" for o in OPTIONS
    )
    return (
        "# Settings\n\nRead from the environment when a command starts. Any of them may instead be given as a file whose "
        "name stands in the same variable with `_FILE` at its end.\n\n"
        f"| variable | default | meaning |\n|---|---|---|\n{rows}\n"
    )


def commands() -> str:
    """Every command with its own help text."""
    from openhotline.cli import program

    parts = [
        "# Commands\n\nExit codes: 0 done · 1 found or refused, as the command says · 2 wrong usage · 3 could not run.\n"
    ]
    for name, command in _walk(program, click.Context(program, info_name="openhotline")):
        with click.Context(command, info_name=name) as context:
            context.terminal_width = 100
            parts.append(f"## `{name}`\n\n```text\n{command.get_help(context).rstrip()}\n```\n")
    return "\n".join(parts)


def _walk(
    group: click.Group, context: click.Context, prefix: str = "openhotline"
) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _walk(command, context, f"{prefix} {name}")
        elif command is not None:
            yield f"{prefix} {name}", command


def events() -> str:
    """Every kind of ledger line."""
    from openhotline_server.ledger.events import Event

    rows = "\n".join(f"- `{event.value}`" for event in sorted(Event))
    return (
        f"# Events\n\nThe kinds of lines in the ledger. The format stands in `ledger-format.md`.\n\n{rows}\n"
    )


def permissions() -> str:
    """Who may do what."""
    from openhotline_server.accounts.permissions import ROLE_PERMISSIONS, Permission, Role

    head = "| permission | " + " | ".join(str(r.label) for r in Role) + " |\n|---|" + "---|" * len(Role)
    rows = "\n".join(
        f"| `{p.value}` | " + " | ".join("yes" if p in ROLE_PERMISSIONS[r] else "" for r in Role) + " |"
        for p in sorted(Permission)
    )
    return f"# Permissions\n\n`stage:thing:act`. Nothing else opens a page or a call.\n\n{head}\n{rows}\n"


PAGES = {"settings.md": settings, "commands.md": commands, "events.md": events, "permissions.md": permissions}


def main() -> int:
    """Write or check every page; return the exit code."""
    os.environ["OPENHOTLINE_DATA"] = tempfile.mkdtemp()
    os.environ["DJANGO_SETTINGS_MODULE"] = "openhotline_server.site.settings"
    import django

    django.setup()
    stale = []
    for name, page in PAGES.items():
        text = NOTE + page()
        if "--check" not in sys.argv:
            (HERE / name).write_text(text)
        elif not (HERE / name).is_file() or (HERE / name).read_text() != text:
            stale.append(name)
    if stale:
        print(f"Stale: {', '.join(stale)}. Run `make reference`.", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
