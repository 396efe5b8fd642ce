"""What an XMP packet says about origin: the IPTC digital source type, and programs' and makers' labels.

Read with defusedxml as a stream: no document type, no entities, nothing fetched, no tree built.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from defusedxml.ElementTree import DefusedXMLParser

MAX_PACKET = 2 * 1024 * 1024  # bytes

# Local names, whatever the prefix: a prefix is the writer's choice, and a claim is only a claim.
PLACES = {
    "digitalsourcetype": "xmp_digital_source_type",
    "creatortool": "xmp_creator_tool",
    "credit": "xmp_credit",
    "software": "xmp_creator_tool",
    "usercomment": "xmp_user_comment",
    "aigc": "xmp_aigc",
    "aisystemused": "xmp_ai_system",
    "aipromptinformation": "xmp_ai_system",
}
# Where the property alone says it, whatever stands in it or beside it.
_ENOUGH = frozenset({"xmp_aigc"})

_META, _ROOT, _END = b":xmpmeta", b"<rdf:RDF", b":xmpmeta>"
_GROUPS = tuple(int.from_bytes(words[i : i + 4], "little") for words in (_META, _ROOT) for i in range(4))


def read_packet(packet: bytes) -> tuple[tuple[str, str], ...]:
    """Return (place, value) for all that speaks about origin; raises on a damaged or hostile packet."""
    start, end = packet.find(b"<"), packet.rfind(b">")
    if start < 0 or len(packet) > MAX_PACKET:
        raise ValueError("no packet, or one that is too large")
    target = _Listener()
    parser = DefusedXMLParser(target=target, forbid_dtd=True)
    parser.feed(packet[start : end + 1])
    parser.close()
    return tuple(dict.fromkeys(target.found))


def find_packet(data: bytes) -> Iterator[bytes]:
    """Yield the first packet that lies anywhere in a file, whole or cut off."""
    if not _may_hold_a_packet(data):
        return
    name = data.find(_META)
    start = data.rfind(b"<", max(0, name - 32), name) if name >= 0 else data.find(_ROOT)
    if start < 0:
        return
    end = data.find(_END, name + 1) + len(_END) if name >= 0 else data.find(b"</rdf:RDF>", start) + 10
    yield data[start:end] if end > start else data[start : start + MAX_PACKET]


def _may_hold_a_packet(data: bytes) -> bool:
    """Say "no" of nearly every file without one, in a quarter of the time that searching for the words takes.

    Wherever eight bytes stand in a file, four in a row of them fill an aligned group of four: those from the first,
    the second, the third or the fourth of them on.
    """
    if len(data) < len(_META):
        return False
    aligned = np.frombuffer(data, "<u4", len(data) // 4)
    return any((aligned == group).any() for group in _GROUPS)


class _Listener:
    """Collects values of attributes, of elements, and of resources that elements point to."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self._place = ""
        self._depth = 0
        self._text: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        for name, value in attributes.items():
            self._add(PLACES.get(_local(name), ""), value)
        if self._place:
            self._depth += 1
        elif _local(tag) in PLACES:
            self._place, self._depth, self._text = PLACES[_local(tag)], 1, []
        if self._place:
            self._add(self._place, next((v for k, v in attributes.items() if _local(k) == "resource"), ""))

    def data(self, text: str) -> None:
        if self._place:
            self._text.append(text)

    def end(self, tag: str) -> None:
        if not self._place:
            return
        self._depth -= 1
        if self._depth == 0:
            self._add(self._place, "".join(self._text) or "-" * (self._place in _ENOUGH))
            self._place = ""

    def close(self) -> None:
        """Nothing is left to do; the parser asks for it."""

    def _add(self, place: str, value: str) -> None:
        if place and value.strip():
            self.found.append((place, value.strip()))


def _local(name: str) -> str:
    return name.rsplit("}", 1)[-1].lower()
