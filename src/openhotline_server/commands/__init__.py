"""The site's commands. They join ``openhotline`` through the entry point group ``openhotline.commands``.

Nothing here imports Django before a command runs, so that the library's own commands start at once.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from openhotline.errors import NotInitialised, OpenHotlineError


def _use_data(context: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    if value is not None:
        os.environ["OPENHOTLINE_DATA"] = str(value)


data_option: Callable[[Any], Any] = click.option(
    "--data",
    type=click.Path(path_type=Path),
    expose_value=False,
    is_eager=True,
    callback=_use_data,
    help="The data directory; else OPENHOTLINE_DATA, else ./openhotline-data.",
)


class ServerMissing(OpenHotlineError):
    """The library is installed without the site."""


def site_ready(*, initialise: bool = False) -> None:
    """Make the site usable in this process: settings, data directory, database at the newest state.

    With ``initialise`` an empty data directory is made ready first; without, it is refused with what to do.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openhotline_server.site.settings")
    try:
        import django
    except ImportError as error:
        raise ServerMissing("The site is not installed. Run `pip install 'openhotline[server]'`.") from error
    from openhotline_server.site import data_directory

    data = data_directory.current()
    if initialise:
        data.initialise()
    data.require()
    django.setup()
    _migrate(initialise=initialise)


def _migrate(*, initialise: bool) -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    if not initialise and not connection.introspection.table_names():
        raise NotInitialised(
            "The database is empty. Run `openhotline init` first, or restore it from the backup."
        )
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


def _commands() -> list[click.Command]:
    from openhotline_server.commands.demo import demo
    from openhotline_server.commands.feeds import feed
    from openhotline_server.commands.importing import import_
    from openhotline_server.commands.initialise import initialise
    from openhotline_server.commands.law import law
    from openhotline_server.commands.ledger import ledger
    from openhotline_server.commands.lists import lists
    from openhotline_server.commands.mail import mail
    from openhotline_server.commands.matching_rights import partner
    from openhotline_server.commands.origin import origin
    from openhotline_server.commands.outbox import outbox
    from openhotline_server.commands.people import user
    from openhotline_server.commands.referral import referral
    from openhotline_server.commands.reporting import reports
    from openhotline_server.commands.serving import serve, web, worker
    from openhotline_server.commands.statistics import statistics
    from openhotline_server.commands.study import study
    from openhotline_server.commands.vault import vault

    return [
        initialise,
        user,
        feed,
        import_,
        serve,
        web,
        worker,
        statistics,
        study,
        ledger,
        law,
        vault,
        lists,
        partner,
        origin,
        outbox,
        reports,
        referral,
        mail,
        demo,
    ]


def __getattr__(name: str) -> Any:
    if name == "COMMANDS":
        return _commands()
    raise AttributeError(name)
