"""``openhotline outbox``: letters on their way, for whoever keeps the site running."""

from __future__ import annotations

import json
from typing import Any

import click

from openhotline_server.commands import data_option, site_ready

STATES = ("waiting", "sending", "uncertain", "dead", "sent")
WAYS = ("send_again", "it_left", "try_again", "give_up")
SHOWN = 200


@click.group()
def outbox() -> None:
    """Letters that wait, may have left, were given up, or are sent."""


@outbox.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only these.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def list_(state: str | None, as_json: bool) -> None:
    """Name letters, the oldest first (200 at the most without --json), and what is wrong. Exit 1: something is.

    \b
    Example: openhotline outbox list --state uncertain
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.notices.outbox_queries import counts, list_letters
    from openhotline_server.pipeline.outbox_health import outbox_health

    alarms = outbox_health(timezone.now())
    letters = list_letters(state or "")
    rows = [_row(letter) for letter in (letters if as_json else letters[:SHOWN])]
    if as_json:
        click.echo(json.dumps({"counts": counts(), "alarms": alarms, "letters": rows}))
    else:
        click.echo(
            ", ".join(f"{n:,} {name}" for name, n in sorted(counts().items())) or "The outbox is empty."
        )
        for row in rows:
            click.echo(f"{row['code']}  {row['state']:<9}  {row['tries']:>4} tries  {row['trouble']}")
        for words in alarms:
            click.echo(words, err=True)
    if alarms:
        raise click.exceptions.Exit(1)


@outbox.command()
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@data_option
def send(as_json: bool) -> None:
    """Send what is due now, in this process; beside a running worker as well. Exit 1: a letter could not be sent.

    \b
    Example: openhotline outbox send
    """
    site_ready()
    from dataclasses import asdict

    from django.conf import settings
    from django.utils import timezone

    from openhotline.errors import WrongUsage
    from openhotline_server.pipeline.sending import send_due

    if not settings.SMTP_URL:
        raise WrongUsage("No mail server is set. Set OPENHOTLINE_SMTP_URL.")
    done = send_due(clock=timezone.now)
    if as_json:
        click.echo(json.dumps(asdict(done)))
    else:
        click.echo(
            f"{done.sent} sent, {done.failed} not sent, {done.put_off} put off, {done.doubted} in doubt."
        )
        if done.stopped:
            click.echo("The mail server does not work; the other letters wait for the next round.")
    if done.failed or done.doubted:
        raise click.exceptions.Exit(1)


@outbox.command()
@click.argument("code", type=click.UUID)
@click.argument("decision", type=click.Choice(WAYS))
@click.option("--by", required=True, metavar="USERNAME", help="Whoever decided it; she may send notices.")
@click.option("--words", default="", help="Why; kept in the ledger.")
@data_option
def decide(code: Any, decision: str, by: str, words: str) -> None:
    """Say what becomes of the letter CODE that stands still.

    One that may have left: it_left or send_again. One that was given up: try_again or give_up. One that waits: give_up.
    Exit 1: that decision does not fit it, or this person may not.

    \b
    Example: openhotline outbox decide 7b3c8a52-9f0e-4a59-8d4e-2f8f1f6f0a11 it_left --by mia --words "in the mail log"
    """
    site_ready()
    from django.utils import timezone

    from openhotline_server.accounts.queries import get_person
    from openhotline_server.notices.outbox import Decision
    from openhotline_server.notices.outbox_queries import get_letter
    from openhotline_server.pipeline.sending import decide_letter

    decided = decide_letter(
        letter=get_letter(code),
        decision=Decision(decision),
        words=words,
        person=get_person(by),
        at=timezone.now(),
    )
    click.echo(f"Recorded. The letter is {decided.get_state_display().lower()}.")


def _row(letter: Any) -> dict[str, Any]:
    """One letter without its recipient or its words: they are on the screen, for whoever may send."""
    return {
        "code": str(letter.code),
        "notice": str(letter.notice.code),
        "kind": letter.notice.kind,
        "state": letter.state,
        "tries": letter.tries,
        "queued_at": letter.queued_at.isoformat(),
        "next_try_at": letter.next_try_at.isoformat(),
        "sent_at": letter.sent_at.isoformat() if letter.sent_at else None,
        "trouble": letter.trouble,
        "message_id": letter.message_id,
    }
