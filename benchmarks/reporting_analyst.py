"""An analyst at work on the queue of addresses: ``python -m benchmarks.reporting_analyst NAME``, until input ends.

She takes the next address, decides it at once, and goes on. Prints the codes of the cases that she decided and, as its
last line, the milliseconds of each step, as JSON.
"""

from __future__ import annotations

import json
import select
import sys
import time


def main() -> None:
    from openhotline_server.commands import site_ready

    site_ready()
    from django.utils import timezone

    from openhotline_server.accounts.models import User
    from openhotline_server.pipeline.address_work import take_next
    from openhotline_server.triage.address_cases import move, skip
    from openhotline_server.triage.models import AddressCase

    person = User.objects.get(username=sys.argv[1])
    states = (AddressCase.State.TO_TELL, AddressCase.State.NOT_ILLEGAL, AddressCase.State.OFF_REMIT)
    took: dict[str, list[float]] = {"take": [], "decide": []}
    decided: list[str] = []
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], 0)[0]:
        began = time.perf_counter()
        case = take_next(person=person, at=timezone.now())
        if case is None:
            time.sleep(0.02)
            continue
        took["take"].append(1000 * (time.perf_counter() - began))
        began, turn = time.perf_counter(), len(took["take"])
        if turn % 20 == 0:
            skip(case=case, person=person, reason="Needs another language.", at=timezone.now())
        else:
            move(case=case, to=states[turn % 3], actor=str(person.code), at=timezone.now())
            decided.append(str(case.code))
        took["decide"].append(1000 * (time.perf_counter() - began))
    print(json.dumps({"decided": decided, "took": took}), flush=True)


if __name__ == "__main__":
    main()
