"""The protocol's description as data: its XSD by version, what else is understood, and checking a document by it.

There are two: :func:`strict` is what we write, :func:`liberal` what we take in. Problems name a line and an element
and never what stood there.
"""

from __future__ import annotations

import hashlib
import threading
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as Defused
from lxml import etree

from openhotline.errors import BadInput, TooLarge

VERSION = "2025-11"
"""The newest version that we know."""

LARGEST_DOCUMENT = 1 << 20
"""Bytes. A report with hundreds of addresses has some tens of thousands."""

_NO_XML = (etree.XMLSyntaxError, DefusedXmlException, SyntaxError, LookupError, ValueError)
_of_thread = threading.local()
_XS = "{http://www.w3.org/2001/XMLSchema}"


@dataclass(frozen=True, slots=True)
class Format:
    """One description: the bytes of its XSD."""

    name: str
    xsd: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the description in its canonical form: spaces between elements and comments do not count."""
        return digest_of(self.xsd)


@cache
def strict(version: str = VERSION) -> Format:
    """Return the description of what we write."""
    return Format(f"{version} strict", _data(f"{version}.xsd"))


@cache
def liberal(version: str = VERSION) -> Format:
    """Return the description of what we take in: the same, and what senders are known to add."""
    tree = _tree(_data(f"{version}.xsd"))
    for addition in tomllib.loads(_data(f"{version}-liberal.toml").decode())["addition"]:
        _add(tree, addition)
    xsd: bytes = etree.tostring(tree, encoding="utf-8", xml_declaration=True)
    return Format(f"{version} liberal", xsd)


def parse(data: bytes) -> Any:
    """Return the root of an untrusted document, or raise BadInput for what is no plain XML.

    Document types and entities are refused before anything is expanded.
    """
    if len(data) > LARGEST_DOCUMENT:
        raise TooLarge(f"The document is larger than {LARGEST_DOCUMENT:,} bytes. Divide it.")
    try:
        Defused.fromstring(data, forbid_dtd=True)
        return _tree(data)
    except _NO_XML:
        raise BadInput("The document is no XML, or declares a document type. Send plain XML.") from None


def text_of(root: Any) -> str:
    """Return a parsed document as text, in whatever encoding it came."""
    return str(etree.tostring(root, encoding="unicode"))


def check(root: Any, *, form: Format) -> None:
    """Raise BadInput where a document is not as described, and say at which line and element."""
    checker = _checker(form)
    if checker.validate(root):
        return
    first = checker.error_log[0]
    raise BadInput(f"The document is not as described at line {first.line}: {_where(first)}.")


def digest_of(xsd: bytes) -> str:
    """Return the SHA-256 of an XSD's canonical form (C14N), without comments and indentation."""
    try:
        Defused.fromstring(xsd, forbid_dtd=True)
        tree = _tree(xsd, remove_comments=True, remove_blank_text=True)
    except _NO_XML:
        raise BadInput("The description is no XML. Ask the peer's operator.") from None
    return hashlib.sha256(etree.tostring(tree, method="c14n")).hexdigest()


def _where(problem: Any) -> str:
    """Name the element and the rule; libxml's own sentence would repeat what stood there."""
    path = [step.partition("[")[0] for step in (problem.path or "").split("/") if step]
    rule = problem.type_name.removeprefix("SCHEMAV_").removeprefix("CVC_").lower().replace("_", " ")
    return f"{'/'.join(path[-3:]) or 'its beginning'} ({rule})"


def _checker(form: Format) -> Any:
    """A checker keeps the problems of its last document, so each thread has its own."""
    made: dict[str, Any] = _of_thread.__dict__
    if form.name not in made:
        made[form.name] = etree.XMLSchema(etree=_tree(form.xsd))
    return made[form.name]


def _tree(data: bytes, **manner: bool) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, **manner)
    return etree.fromstring(data, parser)


def _data(name: str) -> bytes:
    place = resources.files("openhotline.exchange.cybertip") / "formats" / name
    if not place.is_file():
        raise BadInput("That version of the protocol is not described here. Use a known version.")
    return place.read_bytes()


def _add(schema: Any, addition: Mapping[str, str]) -> None:
    """Add one element or attribute to a complex type."""
    kind = schema.find(f"{_XS}complexType[@name='{addition['type']}']")
    if "attribute" in addition:
        kind.append(_made("attribute", addition["attribute"], addition["kind"]))
        if older := addition.get("instead_of"):
            del kind.find(f"{_XS}attribute[@name='{older}']").attrib["use"]
        return
    element = _made("element", addition["element"], addition["kind"])
    element.set("minOccurs", "0")
    group = next(child for child in kind if child.tag in (f"{_XS}sequence", f"{_XS}all"))
    if "after" in addition:
        group.find(f"{_XS}element[@name='{addition['after']}']").addnext(element)
    else:
        element.set("fixed", "true")
        group.append(element)


def _made(tag: str, name: str, kind: str) -> Any:
    element = etree.Element(_XS + tag)
    element.set("name", name)
    element.set("type", kind)
    return element
