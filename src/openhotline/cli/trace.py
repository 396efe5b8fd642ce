"""``openhotline trace``: where addresses lie, and who can take them down. No site is needed."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openhotline.errors import OpenHotlineError, WrongUsage

if TYPE_CHECKING:
    from openhotline.trace.agreement import Verdict
    from openhotline.trace.answer import Answer, Place
    from openhotline.trace.asking import Asking, Look

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, exists=True, path_type=Path)


@click.command("trace")
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@click.option("--recorded", type=_FOLDER, help="Take answers from this folder; nobody is asked.")
@click.option(
    "--record", type=_FOLDER, help="Write what was said into this folder. It then holds the addresses."
)
@click.option(
    "--ask-network",
    is_flag=True,
    envvar="OPENHOTLINE_ASK_NETWORK",
    help="Ask over the network; else OPENHOTLINE_ASK_NETWORK=1.",
)
@click.option(
    "--geo", multiple=True, type=_FILE, help="A country database (MaxMind format). May be repeated."
)
@click.option(
    "--asn",
    type=_FILE,
    envvar="OPENHOTLINE_ASN_DATABASE",
    help="A database of autonomous systems; else OPENHOTLINE_ASN_DATABASE.",
)
@click.option(
    "--proxy",
    default="",
    envvar="OPENHOTLINE_EGRESS_PROXY",
    help="An HTTP proxy that every question goes through; else OPENHOTLINE_EGRESS_PROXY.",
)
@click.option(
    "--keep",
    type=_FOLDER,
    help="Keep registries' answers here for a day; else trace/ in the data directory that OPENHOTLINE_DATA names.",
)
@click.option(
    "--agree",
    type=click.IntRange(1, 9),
    default=2,
    show_default=True,
    envvar="OPENHOTLINE_TRACE_AGREE",
    help="How many independent sources must name the same country.",
)
@click.option("--check", is_flag=True, help="Look by headers whether each address still answers, too.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array, one object an address.")
def trace_command(addresses: tuple[str, ...], as_json: bool, agree: int, check: bool, **how: Any) -> None:
    """Ask independent sources where addresses lie and who can take them down. Off unless it is switched on.

    Nothing of a page is fetched: name servers, registries, databases on this machine, and headers are asked. What
    each source said is printed, with its failures; the country only where enough of them agree.

    \b
    Example:
      openhotline trace --recorded answers https://files.example.org/a
      openhotline trace --ask-network --geo country.mmdb --record answers https://example.org/

    \b
    Exit code:
      0  every address was traced and its sources agree
      1  for one at least they do not, or it cannot be traced (an onion service)
      2  wrong usage, or asking is switched off
      3  could not run
    """
    _require_packages()
    asking = _asking(**how)
    rows = []
    for text in addresses:
        row = _traced(asking, text, agree, check)
        rows.append(row)
        if not as_json:
            click.echo(_sheet(row))
    if as_json:
        click.echo(json.dumps(rows, indent=1, ensure_ascii=False))
    sys.exit(0 if all(row["agreed"] for row in rows) else 1)


def _require_packages() -> None:
    """Tracing needs what only the site's installation brings."""
    try:
        import openhotline.addresses
        import openhotline.trace.live  # noqa: F401
    except ImportError as error:
        raise OpenHotlineError(
            "Tracing needs more packages. Run `pip install 'openhotline[server]'`."
        ) from error


def _asking(
    *,
    recorded: Path | None,
    record: Path | None,
    ask_network: bool,
    geo: tuple[Path, ...],
    asn: Path | None,
    proxy: str,
    keep: Path | None,
) -> Asking:
    from openhotline.trace.recorded import Recorded
    from openhotline.trace.recording import Recording

    asking: Asking
    if recorded is not None:
        asking = Recorded(recorded)
    elif ask_network:
        asking = _live(geo, asn, proxy, keep)
    else:
        raise WrongUsage(
            "Asking over the network is switched off. Give --ask-network, or --recorded with a folder of answers."
        )
    return Recording(asking, record) if record is not None else asking


def _live(geo: tuple[Path, ...], asn: Path | None, proxy: str, keep: Path | None) -> Asking:
    from openhotline.trace.live import live_asking

    named = [part.strip() for part in os.environ.get("OPENHOTLINE_GEO_DATABASES", "").split(",")]
    databases = geo or tuple(Path(name) for name in named if name)
    folder = keep or Path(os.environ.get("OPENHOTLINE_DATA") or "openhotline-data") / "trace"
    return live_asking(folder, geo_databases=databases, asn_database=asn, proxy=proxy)


def _traced(asking: Asking, text: str, need: int, check: bool) -> dict[str, Any]:
    """One address's row: the verdict, every answer, and the check where one was asked for."""
    from openhotline.addresses import normalise
    from openhotline.trace.agreement import agree
    from openhotline.trace.answer import WEB, Place, to_json

    normal = normalise(text)
    place = Place(normal.normal, str(normal.network), normal.host, normal.domain)
    at = datetime.now(UTC)
    answers = asking.trace(place, at=at) if place.network == WEB else ()
    row = _row(place, agree(answers, need=need), answers)
    row["answers"] = [to_json(answer) for answer in answers]
    if check and place.network == WEB:
        row["check"] = _looked(asking.look(place, at=at))
    return row


def _row(place: Place, verdict: Verdict, answers: tuple[Answer, ...]) -> dict[str, Any]:
    return {
        "address": place.address,
        "network": place.network,
        "country": verdict.country,
        "agreed": verdict.agreed,
        "agreeing": verdict.agreeing,
        "against": verdict.against,
        "leading": verdict.leading,
        "ip": verdict.ip,
        "asn": verdict.asn,
        "holder": verdict.network,
        "front": verdict.front,
        "origin_known": verdict.origin_known,
        "abuse": [{"email": contact.email, "source": contact.source} for contact in verdict.abuse],
        "failures": sum(1 for answer in answers if answer.failure),
    }


def _looked(look: Look) -> dict[str, Any]:
    return {
        "outcome": look.outcome,
        "status": look.status,
        "words": look.words,
        "certificate": look.certificate,
    }


def _sheet(row: dict[str, Any]) -> str:
    """A row for people: the verdict first, then who said what."""
    lines = [row["address"], f"  {_verdict(row)}"]
    if row["front"]:
        known = "the provider named the origin" if row["origin_known"] else "the origin is not known"
        lines.append(f"  behind {row['front']}; {known}")
    lines += [f"  abuse   {one['email']} ({one['source']})" for one in row["abuse"]]
    lines += [f"  {answer['source']:14} {_said(answer)}" for answer in row["answers"]]
    if "check" in row:
        lines.append(f"  check   {row['check']['outcome']}: {row['check']['words']}")
    return "\n".join(_harmless(line) for line in lines)


def _verdict(row: dict[str, Any]) -> str:
    if row["network"] != "web":
        return "no trace: this is no address on the web"
    voices = f"{row['agreeing']} for, {row['against']} against"
    if row["agreed"]:
        return f"hosted in {row['country']} ({voices})"
    return f"the sources do not agree ({voices}); nothing is settled"


def _said(answer: dict[str, Any]) -> str:
    if answer["failure"]:
        return f"failed: {answer['failure']}"
    said = [answer["country"], answer["front"], *answer["ips"]]
    said += [f"AS{answer['asn']}"] if answer["asn"] is not None else []
    said += [answer["network"]]
    return " ".join(part for part in said if part) or "says nothing of it"


def _harmless(line: str) -> str:
    """A line that can do a terminal no harm: names of networks come from strangers."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in line)
