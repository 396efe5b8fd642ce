"""100,000 reports, 60 of 100 of a known address, taken in while two analysts work on the queue: nothing lost or twice.

A site of its own takes them in by the operations that every door uses, some hundreds at once as the partners' door does
with its bulk calls; with ``--http`` through that door itself. Every hundredth delivery comes twice. Two analysts, each a
process of her own, take the next address, decide it, and go on, for as long as reports come.

Printed are reports a second, how long each call and each step of the analysts took (median and 95 of 100), and what was
counted afterwards: every report once, every place one address and one case, every sighting counted, no address decided
by both, and the ledger verified from its first line to its last. If one of these does not hold, it ends with 1.

Run: ``make bench-reporting``, or ``python -m benchmarks.reporting --reports 5000`` for a short look.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from tests.desk.desk_site import served

from benchmarks.reporting_deliveries import Drawn, draw
from benchmarks.reporting_partners import Sent, by_http

ANALYSTS = ("ana", "eva")
PARTNERS = ("pia", "paul", "pat")
SEED = 5


def by_operations(deliveries: Iterator[Drawn], together: int) -> Sent:
    """Take in reports as the doors do, so many in one call."""
    from django.utils import timezone

    from openhotline_server.intake.given import Given, GivenAddress
    from openhotline_server.intake.models import Report
    from openhotline_server.intake.reports import ToTake
    from openhotline_server.pipeline.reporting import take_in_many

    sent, began = Sent(), time.perf_counter()
    while part := list(islice(deliveries, together)):
        now = timezone.now()
        rows = [
            ToTake(
                kind=Report.Kind.PARTNER if one.partner else Report.Kind.FORM,
                source="A partner" if one.partner else "Public form",
                given=Given([GivenAddress(one.text, stated=_stated(one))], at_risk_now=one.at_risk),
                received_on=now.date(),
                origin=one.key,
            )
            for one in part
        ]
        call = time.perf_counter()
        taken = take_in_many(deliveries=rows, actor="benchmark", at=now)
        sent.took.append(1000 * (time.perf_counter() - call))
        sent.deliveries += len(part)
        sent.codes.update(str(one.report.code) for one in taken)
    sent.seconds = time.perf_counter() - began
    return sent


def _stated(one: Drawn) -> dict[str, Any]:
    return {"severity": "A", "scheme": "drawn"} if one.partner and one.place % 10 == 0 else {}


@contextmanager
def analysts(environment: dict[str, str]) -> Iterator[list[subprocess.Popen[str]]]:
    """Two analysts who work until the block ends."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.reporting_analyst", name],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ANALYSTS
    ]
    try:
        for one in running:
            if one.stdout is None or one.stdout.readline().strip() != "ready":
                raise RuntimeError("An analyst could not begin.")
        yield running
    finally:
        for one in running:
            if one.poll() is None and one.returncode is None and one.stdin and not one.stdin.closed:
                one.kill()


def ended(running: Sequence[subprocess.Popen[str]]) -> list[dict[str, Any]]:
    """Let the analysts end and say what they did."""
    return [json.loads(one.communicate("end\n", timeout=120)[0]) for one in running]


def site() -> list[str]:
    """Make a site with its people; return the partners' keys."""
    from openhotline_server.commands import site_ready

    site_ready(initialise=True)
    from django.utils import timezone

    from openhotline_server.accounts.models import User
    from openhotline_server.accounts.operations import issue_partner_key

    now = timezone.now()
    people = [*((name, "analyst") for name in ANALYSTS), *((name, "partner") for name in PARTNERS)]
    made = [User.objects.create(username=n, display_name=n, role=r, joined_at=now) for n, r in people]
    partners = [one for one in made if one.role == "partner"]
    return [issue_partner_key(partner=one, actor="benchmark", at=now).secret for one in partners]


def mistakes(drawn: Sequence[Drawn], worked: Sequence[dict[str, Any]]) -> list[str]:
    """Count everything anew, from the reports that were drawn; return what does not hold."""
    from django.db.models import Count

    from openhotline.addresses import normalise
    from openhotline_server.intake.models import Address, Mention, Report
    from openhotline_server.ledger import queries as ledger
    from openhotline_server.triage.models import AddressCase

    distinct = {one.key: one for one in drawn}
    times: dict[str, int] = {}
    for one in distinct.values():
        digest = normalise(one.text).digest
        times[digest] = times.get(digest, 0) + 1
    mentions = dict(Mention.objects.values_list("address__digest").annotate(n=Count("pk")).order_by())
    counted = dict(AddressCase.objects.values_list("address__digest", "reported_times"))
    decided = [code for one in worked for code in one["decided"]]
    moved = ledger.search(event="address_case.moved").values_list("subject", flat=True)
    holds = {
        "every report is there once": Report.objects.count() == len(distinct),
        "every place is one address": Address.objects.count() == len({one.place for one in drawn}),
        "every mention is there once": mentions == times,
        "every address has its case, every sighting counts": counted == times,
        "first mentions are as many as places": Mention.objects.filter(known=False).count() == len(times),
        "no address was decided twice": len(set(decided)) == len(decided),
        "every decision is in the ledger": sorted(moved) == sorted(f"address-case:{c}" for c in decided),
        "the ledger is whole": ledger.verify().lines == ledger.length(),
    }
    return [name for name, is_so in holds.items() if not is_so]


def tell(name: str, took: Sequence[float]) -> None:
    """Print the median and the 95th of 100, in milliseconds."""
    if len(took) > 1:
        ordered = sorted(took)
        late = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
        print(
            f"{name:<28} {len(took):>8,} times  median {statistics.median(took):8.1f} ms  p95 {late:8.1f} ms"
        )


def main() -> int:
    """Run it and print what it found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--reports", type=int, default=100_000)
    parser.add_argument("--duplicates", type=float, default=0.6)
    parser.add_argument("--together", type=int, default=100, help="reports in one call")
    parser.add_argument("--http", action="store_true", help="three partners send through the API")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="openhotline-reporting-") as folder:
        data = Path(folder) / "data"
        os.environ["OPENHOTLINE_DATA"] = str(data)
        os.environ.setdefault("OPENHOTLINE_HTTPS", "0")
        keys = site()
        drawn = list(draw(asked.reports, asked.duplicates, SEED))
        with analysts(dict(os.environ)) as running:
            if asked.http:
                with served(data) as address:
                    sent = by_http(address, keys, drawn, asked.together)
            else:
                sent = by_operations(iter(drawn), asked.together)
            worked = ended(running)
        return _told(sent, drawn, worked)


def _told(sent: Sent, drawn: Sequence[Drawn], worked: Sequence[dict[str, Any]]) -> int:
    distinct = len({one.key for one in drawn})
    print(f"{distinct:,} reports in {sent.deliveries:,} deliveries, {len({d.place for d in drawn}):,} places")
    print(f"{sent.deliveries / sent.seconds:,.0f} deliveries a second, {sent.seconds:.0f} s in all")
    if sent.waited:
        print(f"{sent.waited:.0f} s of all partners together were waits that the API asked for")
    tell("one call", sent.took)
    for step in ("take", "decide"):
        tell(f"analysts: {step}", [ms for one in worked for ms in one["took"][step]])
    decided = ", ".join(str(len(one["decided"])) for one in worked)
    print(f"decided: {decided}")
    wrong = mistakes(drawn, worked)
    if len(sent.codes) != distinct:
        wrong.append("every report was answered with a code of its own")
    print("Nothing lost, nothing twice." if not wrong else f"DOES NOT HOLD: {'; '.join(wrong)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
