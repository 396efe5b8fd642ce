"""The demonstration's reports: made-up addresses of documentation domains, from the form to pages that are gone.

Nothing is asked over the network: a folder of recorded answers stands for registries, databases and hosts. No letter
leaves: the past's letters are written down as taken by nobody.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from openhotline.trace.recorded import FORMAT, Recorded
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Role
from openhotline_server.accounts.queries import list_people
from openhotline_server.assessment.addresses import assess_address
from openhotline_server.intake.given import Given, GivenAddress
from openhotline_server.intake.messages import answer_hotline, ask_reporter
from openhotline_server.intake.models import Report
from openhotline_server.intake.receipts import make_receipt
from openhotline_server.ledger.events import SYSTEM
from openhotline_server.notices import approving, outbox, outbox_queries, queries, removal_queries, smtp
from openhotline_server.notices.contact_rules import Entry
from openhotline_server.notices.contacts import add_contact, list_contacts
from openhotline_server.notices.kinds import ContactKind
from openhotline_server.notices.models import PoliceAnswer
from openhotline_server.pipeline import acting, following
from openhotline_server.pipeline.leaving import begin_clocks
from openhotline_server.pipeline.reporting import take_in
from openhotline_server.pipeline.tracing import trace_now
from openhotline_server.triage.address_lists import cases_by_address
from openhotline_server.triage.models import AddressCase

AGO = timedelta(days=8)
NOWHERE = "This is a demonstration: the letter was given to nobody."


@dataclass(frozen=True)
class Host:
    """A made-up host: documentation networks (RFC 5737, RFC 5398) in countries of our choice."""

    country: str
    ip: str
    asn: int
    network: str
    mail: str
    agrees: bool = True


HOSTS = {
    "pictures.example.net": Host("NL", "192.0.2.10", 64500, "Example Hosting", "abuse@hosting.example"),
    "board.example.org": Host("NL", "192.0.2.77", 64500, "Example Hosting", "abuse@hosting.example"),
    "files.example.com": Host("US", "198.51.100.4", 64501, "Sample Cloud", "abuse@cloud.example"),
    "gallery.example.com": Host("US", "198.51.100.9", 64501, "Sample Cloud", "abuse@cloud.example"),
    "share.example.org": Host("GB", "203.0.113.5", 64502, "Specimen Networks", "abuse@networks.example"),
    "forum.example.net": Host("BG", "203.0.113.99", 64503, "Pattern Data Centre", "abuse@pattern.example"),
    "mirror.example.net": Host(
        "BG", "203.0.113.98", 64503, "Pattern Data Centre", "abuse@pattern.example", agrees=False
    ),
}
PHOTO = {"child": "yes", "image_type": "photograph", "indecent": "yes", "ai": "none"}
GENERATED = {"child": "yes", "image_type": "pseudo_photograph", "indecent": "yes", "ai": "wholly_generated"}
NOTHING = {"child": "no", "discount_reason": "off_remit"}
EARLIER: tuple[tuple[str, dict[str, str], int, float | None], ...] = (
    # address, facts, pictures, days until it went (None: it is there still)
    (
        "https://pictures.example.net/a/1041",
        {**GENERATED, "age_band": "7-10", "severity": "C", "sex": "girl"},
        14,
        0.2,
    ),
    (
        "https://pictures.example.net/a/1042",
        {**GENERATED, "age_band": "11-13", "severity": "B", "sex": "girl"},
        6,
        0.3,
    ),
    (
        "https://board.example.org/t/88",
        {**GENERATED, "age_band": "7-10", "severity": "B", "sex": "girl"},
        120,
        5.0,
    ),
    (
        "https://files.example.com/d/7f3a",
        {**PHOTO, "age_band": "11-13", "severity": "C", "sex": "girl"},
        1,
        1.4,
    ),
    (
        "https://gallery.example.com/u/31/",
        {**GENERATED, "age_band": "14-15", "severity": "C", "sex": "girl"},
        33,
        None,
    ),
    (
        "https://share.example.org/s/9",
        {**GENERATED, "age_band": "11-13", "severity": "C", "sex": "girl"},
        4,
        0.05,
    ),
    (
        "https://forum.example.net/thread/512",
        {**GENERATED, "age_band": "7-10", "severity": "C", "sex": "both"},
        60,
        None,
    ),
    ("https://gallery.example.com/u/77/", NOTHING, 0, None),
    (
        "https://share.example.org/s/11",
        {**PHOTO, "age_band": "14-15", "severity": "C", "sex": "boy"},
        2,
        None,
    ),
)
THIS_MORNING = "https://pictures.example.net/a/1099"
WAITING: tuple[tuple[str, str, Given], ...] = (
    (
        "Public form",
        "form-1",
        Given(
            (GivenAddress("https://pictures.example.net/a/1107"),),
            words="A search led me there. I did not look further.",
        ),
    ),
    (
        "Public form",
        "form-2",
        Given(
            (GivenAddress("https://share.example.org/s/14"),),
            words="It is a picture of me. I am 15.",
            about_self=True,
            language="en",
        ),
    ),
    (
        "Public form",
        "form-3",
        Given(
            (GivenAddress("https://PICTURES.example.net:443/a/1107#top"),),
            words="Somebody sent me this link in a chat.",
        ),
    ),
    (
        "Public form",
        "form-5",
        Given(words="Such pictures are passed round in a group of an app. I do not know its address."),
    ),
    (
        "Public form",
        "form-4",
        Given(
            (GivenAddress("https://gallery.example.com/u/31/"),), words="Is this page not known to you yet?"
        ),
    ),
    (
        "Example platform",
        "partner-1",
        Given(
            tuple(
                GivenAddress(f"https://board.example.org/t/{90 + n}/post/{n}", stated={"ai": "generated"})
                for n in range(12)
            )
        ),
    ),
    (
        "Partner hotline",
        "hotline-1",
        Given(
            (
                GivenAddress(
                    "https://files.example.com/d/c01d",
                    stated={"severity": "B", "scheme": "partner", "known_series": True},
                ),
                GivenAddress("https://mirror.example.net/thread/512"),
            )
        ),
    ),
)


def report_addresses(*, answers: Path, at: datetime) -> None:
    """A week of reports: some told of and gone, some still there, some of today that wait. Once."""
    if list_contacts().exists():
        return
    begins = at - AGO
    answers.mkdir(parents=True, exist_ok=True)
    (answers / "demonstration.json").write_text(json.dumps(_recorded(begins), indent=1))
    asking = Recorded(answers)
    people = {person.role: person for person in list_people()}
    ana, mia = people[Role.ANALYST], people[Role.MANAGER]
    _fill_book(mia, at=begins)
    cases = _assess_earlier(ana, asking, begins=begins)
    acting.draft_due(at=begins + timedelta(hours=3), person=ana)
    _let_leave(mia, asking, at=begins + timedelta(hours=4))
    at_home = [c for c in cases if c.state == AddressCase.State.REFERRED]
    acting.police_answered(  # of the other one the police have not said anything yet
        case=at_home[0],
        answer=PoliceAnswer.Answer.AUTHORISED,
        reference="DEMO/7",
        person=mia,
        at=begins + timedelta(hours=6),
    )
    acting.draft_due(at=begins + timedelta(hours=7), person=ana)
    _let_leave(mia, asking, at=begins + timedelta(hours=8))
    _follow(asking, until=at)
    _report_today(ana, asking, at=at)


def _recorded(begins: datetime) -> dict[str, object]:
    """What sources say of each host, and since when a page is gone."""
    records: list[dict[str, object]] = []
    for name, host in HOSTS.items():
        registry = host.country if host.agrees else "CY"
        records.append(
            {
                "host": name,
                "answers": [
                    {"source": "dns", "ips": [host.ip]},
                    {
                        "source": "rdap network",
                        "country": registry,
                        "network": host.network,
                        "abuse": [{"email": host.mail}],
                    },
                    {"source": "geo:first maker", "country": host.country},
                    {"source": "geo:second maker", "country": registry},
                    {"source": "asn", "asn": host.asn, "network": host.network},
                ],
                "check": {"outcome": "online", "status": 200, "ip": host.ip},
            }
        )
    for address, _, _, days in EARLIER:
        if days is not None:
            since = begins + timedelta(hours=8, days=days)
            records.append(
                {
                    "address": address,
                    "since": since.isoformat(),
                    "check": {"outcome": "gone", "status": 404},
                }
            )
    return {"format": FORMAT, "records": records}


def _fill_book(mia: User, *, at: datetime) -> None:
    book = (
        (ContactKind.POLICE, Entry("Police, our country", "unit@police.example", countries=("GB",))),
        (ContactKind.HOTLINE, Entry("Partner hotline, Netherlands", "desk@hotline-nl.example", countries=("NL",))),
        (ContactKind.HOTLINE, Entry("Partner hotline, Bulgaria", "desk@hotline-bg.example", countries=("BG",))),
        (ContactKind.AGENCY, Entry("National agency, reports abroad", "abroad@agency.example")),
        (ContactKind.MEMBER, Entry("Sample Cloud, safety team", "safety@cloud.example", asns=(64501,))),
        (ContactKind.HOST, Entry("Specimen Networks", "abuse@networks.example", asns=(64502,))),
    )  # fmt: skip
    for kind, entry in book:
        add_contact(kind=kind, entry=entry, person=mia, at=at)


def _assess_earlier(ana: User, asking: Recorded, *, begins: datetime) -> list[AddressCase]:
    cases = []
    for number, (address, facts, pictures, _) in enumerate(EARLIER):
        now = begins + timedelta(minutes=11 * number)
        given = Given((GivenAddress(address),))
        source = "Public form" if number % 2 else "Example platform"
        kind = Report.Kind.FORM if number % 2 else Report.Kind.PARTNER
        case = _taken(kind, source, f"earlier-{number}", given, asking, at=now)[0]
        cases.append(_assessed(case, ana, facts, pictures, at=now + timedelta(minutes=6)))
    return cases


def _assessed(
    case: AddressCase, ana: User, facts: dict[str, str], pictures: int, *, at: datetime
) -> AddressCase:
    nothing = facts["child"] == "no"
    assess_address(
        case=case,
        person=ana,
        facts=facts,
        site_type="" if nothing else "image_host",
        commercial="" if nothing else "non_commercial",
        pictures=pictures,
        films=0,
        identifying=(),
        note="",
        at=at,
    )
    return acting.after_assessment(case=case, person=ana, at=at)


def _taken(
    kind: Report.Kind, source: str, origin: str, given: Given, asking: Recorded, *, at: datetime
) -> list[AddressCase]:
    """Take one report in and trace what is new, as the worker does; give its cases."""
    taken = take_in(
        kind=kind,
        source=source,
        given=given,
        received_on=at.date(),
        origin=f"demonstration:{origin}",
        actor=SYSTEM,
        at=at,
    )
    for mention in taken.mentions:
        if not mention.known:
            trace_now(address=mention.address, at=at + timedelta(minutes=1), asking=asking)
    found = cases_by_address(mention.address_id for mention in taken.mentions)
    return [found[mention.address_id] for mention in taken.mentions]


def _let_leave(mia: User, asking: Recorded, *, at: datetime) -> None:
    """Approve what was drafted and write the letters down as taken: nothing is given to any mail server."""
    for notice in list(queries.list_notices().filter(approved_at=None, dropped_at=None, case=None)):
        if not approving.list_cases(notice):
            continue
        acting.approve_and_queue(notice=notice, person=mia, at=at, asking=asking)
    for letter in list(outbox_queries.list_due(at=at)):
        claimed = outbox.claim(outgoing=letter, at=at)
        if claimed is None:
            continue
        outbox.note_leaving(claimed=claimed, at=at)
        settled = outbox.settle(
            claimed=claimed, result=smtp.Result(smtp.Outcome.TAKEN, NOWHERE, server_works=True), at=at
        )
        begin_clocks(at=at, notice=settled.notice)


def _follow(asking: Recorded, *, until: datetime) -> None:
    """Make every look that was due in these weeks, at the time when it was due."""
    for now in _due_times(until):
        following.follow_due(clock=lambda now=now: now, asking=asking)  # type: ignore[misc]


def _due_times(until: datetime) -> Iterator[datetime]:
    while (removal := removal_queries.list_looks_due(at=until).first()) is not None:
        assert removal.next_check_at is not None
        yield removal.next_check_at


def _report_today(ana: User, asking: Recorded, *, at: datetime) -> None:
    """What waits: reports to look at, a draft for the manager's word, a reporter's answer, one that was set aside."""
    for number, (source, origin, given) in enumerate(WAITING):
        kind = {"Public form": Report.Kind.FORM, "Partner hotline": Report.Kind.HOTLINE}.get(
            source, Report.Kind.PARTNER
        )
        now = at - timedelta(hours=3) + timedelta(minutes=27 * number)
        _taken(kind, source, origin, given, asking, at=now)
    now = at - timedelta(hours=2)
    told = Given((GivenAddress(THIS_MORNING),))
    case = _taken(Report.Kind.PARTNER, "Example platform", "partner-2", told, asking, at=now)[0]
    facts = {**GENERATED, "age_band": "11-13", "severity": "C", "sex": "girl"}
    _assessed(case, ana, facts, 9, at=now + timedelta(minutes=9))
    acting.draft_due(at=now + timedelta(minutes=12), person=ana)
    take_in(
        kind=Report.Kind.FORM,
        source="Public form",
        given=Given((GivenAddress("https://board.example.org/t/1"),), words="The same again and again."),
        received_on=at.date(),
        origin="demonstration:flood",
        actor=SYSTEM,
        at=now,
        standing=Report.Standing.QUARANTINED,
    )
    _talk(ana, at=at)


def _talk(ana: User, *, at: datetime) -> None:
    """A question to a reporter, and her answer, which nobody has read yet."""
    forms = Report.objects.filter(kind=Report.Kind.FORM, standing=Report.Standing.TAKEN)
    report = forms.order_by("-created_at").first()
    assert report is not None
    make_receipt(report=report, at=report.created_at)
    question = "Thank you. Did the page ask for a password before it showed anything?"
    ask_reporter(report=report, words=question, person=ana, at=at - timedelta(minutes=50))
    answer_hotline(report=report, words="No, it opened at once.", at=at - timedelta(minutes=20))
