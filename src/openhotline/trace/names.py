"""Names to addresses, by asking name servers ourselves: no hosts file, no search list, no environment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

from openhotline.errors import BadInput, Busy, NotFound
from openhotline.trace.answer import Answer, Question
from openhotline.trace.reach import host_of

NAME = "dns"
SECONDS = 5.0
MANY = 32
"""More addresses than this under one name say nothing more."""


@dataclass(frozen=True)
class Found:
    """A name's addresses, and the chain of names (CNAME) that led there, the asked one first."""

    ips: tuple[str, ...]
    chain: tuple[str, ...]


class Names:
    """Name servers: the machine's own, or those given (addresses; ``port`` is for trials)."""

    def __init__(self, servers: Sequence[str] = (), *, port: int = 53, seconds: float = SECONDS) -> None:
        self._servers, self._port, self._seconds = tuple(servers), port, seconds

    def resolve(self, host: str) -> tuple[str, ...]:
        """For the guarded client: the addresses alone."""
        return self.look_up(host).ips

    def look_up(self, host: str) -> Found:
        """A and AAAA. NotFound where there is no such name or it has no address, Busy where nobody can tell."""
        try:
            name = dns.name.from_text(host)
            answers = [
                self._resolver().resolve(name, kind, raise_on_no_answer=False) for kind in ("A", "AAAA")
            ]
        except dns.resolver.NXDOMAIN as error:
            raise NotFound("There is no such name any more.") from error
        except dns.exception.Timeout as error:
            raise Busy("The name servers did not answer in time. Try again later.") from error
        except (dns.resolver.NoNameservers, dns.resolver.NoResolverConfiguration, OSError) as error:
            raise Busy("No name server could answer. Try again later.") from error
        except (dns.exception.DNSException, ValueError) as error:
            raise BadInput("The host's name cannot be asked for.") from error
        ips = sorted(
            {str(ip_address(row.address)) for answer in answers for row in answer.rrset or ()},
            key=lambda ip: (ip_address(ip).version, int(ip_address(ip))),
        )
        if not ips:
            raise NotFound("The name has no address.")
        chain = [str(link).rstrip(".").lower() for answer in answers for link in _links(answer)]
        return Found(tuple(ips[:MANY]), tuple(dict.fromkeys([host, *chain])))

    def _resolver(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=not self._servers)
        if self._servers:
            resolver.nameservers, resolver.port = list(self._servers), self._port
        resolver.lifetime = self._seconds
        return resolver


def _links(answer: dns.resolver.Answer) -> list[dns.name.Name]:
    """The names in one answer's chain of CNAME records."""
    return [
        row.target for rrset in answer.response.answer if rrset.rdtype == dns.rdatatype.CNAME for row in rrset
    ]


@dataclass(frozen=True)
class NameSource:
    """DNS as a source: it names machines, never a country. An IP address as host needs no asking."""

    names: Names
    name: str = field(default=NAME, init=False)
    group: str = field(default=NAME, init=False)

    def ask(self, question: Question, *, at: datetime) -> Answer:
        literal = question.place.literal
        found = Found((literal,), ()) if literal else self.names.look_up(host_of(question.place.host))
        said = {"names": list(found.chain)}
        return Answer(NAME, NAME, at, ips=found.ips, said=said)
