"""Addresses that a data set states, in the form in which lists hold theirs. Nothing is fetched, no network asked."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from string import punctuation
from urllib.parse import quote

from openhotline.addresses import normalise
from openhotline.addresses.hosts import is_ip, normal_host
from openhotline.addresses.parts import split
from openhotline.errors import BadInput, WrongUsage
from openhotline.hashlists.addresses import normal_url


def normal_address(text: str) -> str:
    """Return a web address as lists spell it. Raises BadInput for what is none.

    Tables hold what browsers take: signs that are not ASCII and spaces are escaped, a user's name before the host goes.
    """
    parts = split(text.strip())
    if parts is None:
        raise BadInput("An address begins with http:// or https://. Correct the table.")
    made = replace(
        parts,
        host=normal_host(parts.host),
        path=_escaped(parts.path),
        query=_escaped(parts.query),
        fragment=_escaped(parts.fragment),
    )
    return normal_url(made.written)


def names_of(normal: str) -> tuple[list[str], list[str]]:
    """Return what lists are asked about an address: its spellings as ``url``, and its host's names as ``domain``.

    A listed domain stands for every host below it. The second spelling is the one in which a site keeps what was
    reported, without what only tracks readers.
    """
    urls = [normal]
    with suppress(BadInput, WrongUsage):  # WrongUsage: a package that only a site needs is not there
        urls.append(normalise(normal).normal)
    parts = split(normal)
    return list(dict.fromkeys(urls)), _domains(parts.host) if parts else []


def _domains(host: str) -> list[str]:
    if is_ip(host.strip("[]")):
        return []
    labels = host.split(".")
    return [".".join(labels[first:]) for first in range(len(labels) - 1)]


def _escaped(text: str) -> str:
    return text if text.isascii() and text.isprintable() and " " not in text else quote(text, punctuation)
