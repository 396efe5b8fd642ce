"""The network, asked source by source. A source that fails is kept as a failure with its sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from openhotline.errors import OpenHotlineError
from openhotline.trace.answer import Answer, Place, Question, failed, from_json, to_json
from openhotline.trace.asking import Look, Source
from openhotline.trace.checking import look
from openhotline.trace.databases import asn_source, country_source
from openhotline.trace.fronts import FrontSource, load_fronts
from openhotline.trace.guarded import Guarded
from openhotline.trace.names import Names, NameSource
from openhotline.trace.pace import load_pace
from openhotline.trace.rdap import RdapSource, Registries
from openhotline.trace.rdap_reading import ASN, DOMAIN, IP
from openhotline.trace.security_txt import SecurityTextSource
from openhotline.trace.statements import still_holding

UNREMARKABLE = "Mozilla/5.0"


class Live:
    """Sources in the order they are asked. ``machine`` finds the machine that answers and whether it is a front;
    ``origin`` is then asked about that machine. Where the provider named another one as the origin, it is asked about
    that one, after ``stated``.
    """

    def __init__(
        self,
        client: Guarded,
        *,
        machine: Sequence[Source],
        origin: Sequence[Source],
        stated: Sequence[Source] = (),
    ) -> None:
        self._client = client
        self._machine, self._origin, self._stated = tuple(machine), tuple(origin), tuple(stated)

    def trace(self, place: Place, *, at: datetime, statements: Sequence[Answer] = ()) -> tuple[Answer, ...]:
        """Ask every source once. It takes as long as the slowest server is let: seconds each, in a worker."""
        question = Question(place)
        answers: list[Answer] = []
        for source in self._machine:
            answers.append(ask_safely(source, question, at=at))
            question = question.after(answers[-1])
        statements = still_holding(statements, answers)
        stated = next((one for one in statements if one.ips and not one.failure), None)
        if stated is not None:
            answers = [_of_the_front(answer) for answer in answers]
            question = Question(place, ips=stated.ips)
        for source in (*(self._stated if stated else ()), *self._origin):
            answers.append(ask_safely(source, question, at=at))
            question = question.after(answers[-1])
        return (*answers, *statements)

    def look(self, place: Place, *, at: datetime) -> Look:
        """Look by headers whether the place still answers."""
        return look(self._client, place, at=at)


def ask_safely(source: Source, question: Question, *, at: datetime) -> Answer:
    """One source's answer, or its failure with a sentence."""
    try:
        return from_json(to_json(source.ask(question, at=at)), at=at)  # what strangers sent is made plain
    except OpenHotlineError as error:
        return failed(source.name, source.group, at, error.message)
    except Exception:  # noqa: BLE001
        # A stranger's file must not end a trace: one source that stumbles over what it was told is one failure.
        return failed(source.name, source.group, at, "What the source said could not be understood.")


def _of_the_front(answer: Answer) -> Answer:
    """The front's network must not be taken for the origin's: it stays only in what was said."""
    said = {**answer.said, "front_ips": list(answer.ips), "front_asn": answer.asn}
    return replace(answer, ips=(), asn=None, network="", said=said)


def live_asking(
    folder: Path,
    *,
    geo_databases: Sequence[Path] = (),
    asn_database: Path | None = None,
    proxy: str = "",
    names: Names | None = None,
) -> Live:
    """Everything that is configured. ``folder`` keeps registries' answers, and the operator's own fronts.toml and
    registries.toml if there are any.
    """
    names = names or Names()
    # A site that reads who asks may answer otherwise or be warned; a registry should know.
    client = Guarded(on=True, resolve=names.resolve, proxy=proxy, agent=UNREMARKABLE)
    known = Guarded(on=True, resolve=names.resolve, proxy=proxy)
    registries = Registries(known, folder, pace=load_pace(folder / "registries.toml"))
    asn: list[Source] = [asn_source(asn_database)] if asn_database else []
    countries: list[Source] = [country_source(path) for path in geo_databases]
    return Live(
        client,
        machine=[NameSource(names), *asn, FrontSource(client, load_fronts(folder / "fronts.toml"))],
        origin=[
            *countries,
            RdapSource(registries, IP),
            RdapSource(registries, ASN),
            RdapSource(registries, DOMAIN),
            SecurityTextSource(client),
        ],
        stated=asn,
    )
