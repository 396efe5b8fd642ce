"""RDAP: which registry answers for a network, a system or a domain, asked politely, kept for a day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from whoisit.bootstrap import Bootstrap
from whoisit.errors import WhoisItError
from whoisit.query import QueryBuilder

from openhotline.errors import BadInput, Busy, NotFound, OpenHotlineError
from openhotline.trace.answer import Answer, Question, contacts, failed
from openhotline.trace.guarded import Guarded
from openhotline.trace.kept import Kept
from openhotline.trace.pace import Pace
from openhotline.trace.rdap_reading import ASN, DOMAIN, IP, Registered, read_registered

ACCEPT = "application/rdap+json, application/json"
KEEP = timedelta(days=1)
REFRESH = timedelta(days=7)
"""How old the list of registries may be. Ours: networks are moved between registries far less often."""
COME_LATER = (429, 503)


class Registries:
    """Who answers for what (IANA's bootstrap files, RFC 9224), and their answers. The only way to them is ``client``.

    ``plain`` allows http, for trials with a registry on this machine; ``sources`` then names where its files lie.
    """

    def __init__(
        self,
        client: Guarded,
        folder: Path,
        *,
        pace: Pace | None = None,
        plain: bool = False,
        sources: Mapping[str, str] | None = None,
    ) -> None:
        self._client, self._plain = client, plain
        self._pace = pace or Pace()
        self._sources = dict(sources or Bootstrap.BOOTSTRAP_URLS)
        self._lists = Kept(folder, keep=REFRESH)
        self._answers = Kept(folder / "rdap", keep=KEEP)
        self._loaded: tuple[datetime, Bootstrap] | None = None

    def ask(self, kind: str, value: str, *, at: datetime) -> tuple[Registered, dict[str, Any]]:
        """What is registered, and what was said about the asking. Kept answers cost no question."""
        bootstrap = self._bootstrap(at)
        key = f"{kind} {value}"
        kept = self._answers.find(key, at=at)
        said = {"asked": value, "kept": kept is not None}
        if kept is not None:
            return read_registered(kind, value, kept, bootstrap), said
        address = self._where(bootstrap, kind, value)
        document = self._fetch(address)
        read = read_registered(kind, value, document, bootstrap)
        self._answers.put(key, document, at=at)  # only what could be read is kept
        return read, {**said, "registry": urlsplit(address).hostname or ""}

    def _where(self, bootstrap: Bootstrap, kind: str, value: str) -> str:
        try:
            return str(QueryBuilder(bootstrap).build(query_type=kind, query_value=value)[1])
        except (WhoisItError, ValueError) as error:
            raise NotFound("No registry is known that answers for this.") from error

    def _fetch(self, address: str) -> dict[str, Any]:
        registry = urlsplit(address).hostname or ""
        self._pace.take_turn(registry)
        reply = self._client.document(address, accept=ACCEPT, plain=self._plain)
        if reply.status in COME_LATER:
            self._pace.be_patient(registry, _seconds(reply.headers.get("retry-after", "")))
            raise Busy("The registry asks for patience. Try again later.")
        if reply.status == 404:
            raise NotFound("The registry holds nothing of this.")
        if reply.status != 200:
            raise BadInput(f"The registry refuses the question (status {reply.status}).")
        return _document(reply.body)

    def _bootstrap(self, at: datetime) -> Bootstrap:
        """The list of registries: as loaded, else from the disk, else fetched; an old one where fetching fails."""
        if self._loaded and self._loaded[0] <= at < self._loaded[0] + REFRESH:
            return self._loaded[1]
        document = self._lists.find("bootstrap", at=at)
        if document is None:
            document = self._fetched_list(at)
        bootstrap = Bootstrap()
        try:
            bootstrap.load_bootstrap_data(
                document, overrides=True, allow_insecure=self._plain, from_json=False
            )
        except Exception as error:
            # A stranger's file must not end a trace: whoisit raises many things for a list that is not as it expects.
            self._lists.drop("bootstrap")
            raise BadInput("The list of registries cannot be read. It will be fetched anew.") from error
        self._loaded = (at, bootstrap)
        return bootstrap

    def _fetched_list(self, at: datetime) -> dict[str, Any]:
        try:
            document: dict[str, Any] = {name: self._fetch(url) for name, url in self._sources.items()}
        except OpenHotlineError:
            old = self._lists.newest("bootstrap")
            if old is None:
                raise
            return old[1]
        self._answers.forget_old(at=at)
        document["timestamp"] = int(at.timestamp())
        self._lists.put("bootstrap", document, at=at)
        return document


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadInput("The registry's answer is no JSON. It was not used.") from error
    if not isinstance(document, dict):
        raise BadInput("The registry's answer is no RDAP document. It was not used.")
    return document


def _seconds(said: str) -> float:
    """Retry-After in seconds; a date, or nothing, is taken for a minute."""
    return float(said) if said.isdecimal() and len(said) < 8 else 60.0


class RdapSource:
    """One kind of question to the registries. Network, system and domain are one voice, and only a network's counts."""

    group = "registry"

    def __init__(self, registries: Registries, kind: str) -> None:
        self._registries, self._kind = registries, kind
        self.name = {IP: "rdap network", ASN: "rdap asn", DOMAIN: "rdap domain"}[kind]

    def ask(self, question: Question, *, at: datetime) -> Answer:
        """The registry's answer. A network's country is to whom it was given: kept apart from where makers see it."""
        value = self._value(question)
        if not value:
            return failed(
                self.name, self.group, at, "Nothing is known yet that a registry could be asked for."
            )
        read, said = self._registries.ask(self._kind, value, at=at)
        network = self._kind == IP
        return Answer(
            self.name,
            self.group,
            at,
            kind="registry" if network else "",
            country=read.country if network else "",
            network=read.name if self._kind != DOMAIN else "",
            abuse=contacts(read.abuse, self.name),
            said={**said, "handle": read.handle, "name": read.name, "country": read.country},
        )

    def _value(self, question: Question) -> str:
        if self._kind == IP:
            return question.ips[0] if question.ips else ""
        if self._kind == ASN:
            return str(question.asn) if question.asn is not None else ""
        return "" if question.place.literal else question.place.domain
