"""The commands about audits: each is loaded when it is asked for, and without a name it is ``run``."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

RUN = "run"
OTHERS = {
    "clean": "openhotline.cli.audit_clean:clean_command",
    "match": "openhotline.cli.audit_again:match_command",
    "models": "openhotline.cli.audit_models:models_command",
    "overlap": "openhotline.cli.audit_again:overlap_command",
    "verify": "openhotline.cli.audit_again:verify_command",
}


class AuditGroup(click.Group):
    """Commands about audits; without one's name, ``run``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*self.commands, *OTHERS])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in OTHERS:
            return super().get_command(ctx, cmd_name)
        module, _, name = OTHERS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def make_parser(self, ctx: click.Context) -> Any:
        return _WithRun(super().make_parser(ctx))


@dataclass(frozen=True)
class _WithRun:
    """Reads words as ``parser`` does, with ``run`` before them where they begin with no command's name."""

    parser: Any

    def parse_args(self, args: list[str]) -> Any:
        if args and args[0] not in ("-h", "--help", RUN, *OTHERS):
            args = [RUN, *args]
        return self.parser.parse_args(args=args)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.parser, name)
