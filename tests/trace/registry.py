"""RDAP documents as registries give them, about documentation networks only; and a registry on this machine."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.trace.servers import Server, says, serving


def card(*rows: list[Any]) -> list[Any]:
    return ["vcard", [["version", {}, "text", "4.0"], *rows]]


def mail(address: str) -> list[Any]:
    return ["email", {}, "text", address]


def entity(handle: str, roles: list[str], *rows: list[Any], inside: tuple[Any, ...] = ()) -> dict[str, Any]:
    return {
        "objectClassName": "entity",
        "handle": handle,
        "roles": roles,
        "vcardArray": card(["fn", {}, "text", handle], *rows),
        "entities": list(inside),
    }


NETWORK: dict[str, Any] = {
    "objectClassName": "ip network",
    "rdapConformance": ["rdap_level_0"],
    "handle": "192.0.2.0 - 192.0.2.255",
    "startAddress": "192.0.2.0",
    "endAddress": "192.0.2.255",
    "ipVersion": "v4",
    "name": "EXAMPLE-NET",
    "type": "ASSIGNED PA",
    "country": "NL",
    "status": ["active"],
    "links": [],
    "notices": [],
    "events": [{"eventAction": "registration", "eventDate": "2020-01-01T00:00:00Z"}],
    "entities": [
        entity("ORG-EX1", ["registrant"], mail("office@example.net"), inside=(
            entity("ABUSE-EX1", ["abuse"], mail("abuse@example.net"), mail("second@example.net")),
        )),
    ],
}  # fmt: skip

SYSTEM: dict[str, Any] = {
    "objectClassName": "autnum",
    "handle": "AS64500",
    "startAutnum": 64500,
    "endAutnum": 64500,
    "name": "EXAMPLE-AS",
    "country": "NL",
    "links": [],
    "entities": [entity("ABUSE-EX2", ["technical", "abuse"], mail("noc@example.net"))],
}

DOMAIN: dict[str, Any] = {
    "objectClassName": "domain",
    "handle": "D1-EXAMPLE",
    "ldhName": "example.org",
    "links": [],
    "nameservers": [],
    "entities": [
        entity("9999", ["registrar"], inside=(entity("R-AB", ["abuse"], mail("abuse@registrar.example")),))
    ],
}


@contextmanager
def registry(answers: Mapping[str, Any]) -> Iterator[Server]:
    """A registry that holds ``answers`` by path, and the lists of registries, which name itself for everything."""

    def serve(line: socket.socket, head: str) -> None:
        path = head.split()[1]
        found = {**lists(server.port), **answers}.get(path)
        if found is None:
            says(404)(line, head)
        elif callable(found):
            found(line, head)
        else:
            body = found if isinstance(found, bytes) else json.dumps(found).encode()
            says(200, {"Content-Type": "application/rdap+json"}, body)(line, head)

    with serving(serve) as server:
        yield server


def lists(port: int) -> dict[str, Any]:
    base = [f"http://registry.example.org:{port}/"]
    return {
        "/asn.json": {"services": [[["64496-64511"], base]]},
        "/dns.json": {"services": [[["org"], base]]},
        "/ipv4.json": {"services": [[["1.0.0.0/8"], base]]},
        "/ipv6.json": {"services": [[["2600::/12"], base]]},
        "/object.json": {"services": [[["x@example.org"], ["EX"], base]]},
    }


def sources(port: int) -> dict[str, str]:
    return {
        name: f"http://registry.example.org:{port}/{name}.json"
        for name in ("asn", "dns", "ipv4", "ipv6", "object")
    }
