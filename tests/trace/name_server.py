"""A name server on this machine that holds what a test says."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from openhotline.trace.names import Names


@contextmanager
def name_server(*records: str, rcode: int = dns.rcode.NOERROR) -> Iterator[Names]:
    """A name server that holds ``records``; with another ``rcode`` it says only that."""

    def reply(question: dns.message.Message) -> bytes:
        answer = dns.message.make_response(question)
        answer.set_rcode(rcode)
        asked = question.question[0]
        for record in records:
            name, kind, value = record.split()
            if kind in ("CNAME", dns.rdatatype.to_text(asked.rdtype)):
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, value))
        return answer.to_wire()

    with _udp(reply) as port:
        yield Names(["127.0.0.1"], port=port, seconds=20.0)


@contextmanager
def _udp(reply: Callable[[dns.message.Message], bytes]) -> Iterator[int]:
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind(("127.0.0.1", 0))
    line.settimeout(0.2)
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                wire, sender = line.recvfrom(4096)
            except TimeoutError:
                continue
            line.sendto(reply(dns.message.from_wire(wire)), sender)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(line.getsockname()[1])
    finally:
        over.set()
        thread.join(5)
        line.close()
