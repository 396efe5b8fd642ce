"""Real mail servers on this machine, sound ones and such that fail at a step in a way of their own."""

# ruff: noqa: N802  the mail server's library names its hooks so

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from openhotline_server.notices.mail_server import MailServer, mail_server_of

STEPS = ("connect", "ehlo", "mail", "rcpt", "data", "letter")
WAYS = ("4xx", "5xx", "dies", "silent", "rubbish")


class Kept:
    """What a server took, letter by letter: (recipient, Message-ID, content)."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, bytes]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters.append((envelope.rcpt_tos[0], envelope.content))
        return "250 2.0.0 Taken as Q1"

    def message_ids(self) -> list[str]:
        """The Message-ID of each, as often as it was taken."""
        return [
            line.partition(b":")[2].strip().decode()
            for _, content in self.letters
            for line in content.splitlines()
            if line.lower().startswith(b"message-id:")
        ]


class Faulty(SMTP):
    """A server that fails at ``step`` in the way ``way``."""

    def __init__(self, *arguments: Any, step: str, way: str, **named: Any) -> None:
        self.step, self.way = step, way
        super().__init__(*arguments, **named)

    async def _fail(self) -> None:
        if self.way == "dies":
            self.transport.abort()
        elif self.way == "silent":
            await asyncio.sleep(60)
        else:
            await self.push({"4xx": "451 later", "5xx": "550 no", "rubbish": "what?"}[self.way])

    async def push(self, status: Any) -> None:
        if self.step == "connect" and str(status).startswith("220"):
            self.step = "connected"
            await self._fail()
            return
        await super().push(status)

    async def smtp_EHLO(self, hostname: str) -> None:
        await (self._fail() if self.step == "ehlo" else super().smtp_EHLO(hostname))

    async def smtp_HELO(self, hostname: str) -> None:
        await (self._fail() if self.step == "ehlo" else super().smtp_HELO(hostname))

    async def smtp_MAIL(self, arg: str) -> None:
        await (self._fail() if self.step == "mail" else super().smtp_MAIL(arg))

    async def smtp_RCPT(self, arg: str) -> None:
        await (self._fail() if self.step == "rcpt" else super().smtp_RCPT(arg))

    async def smtp_DATA(self, arg: str) -> None:
        if self.step == "data":
            await self._fail()
        elif self.step == "letter":
            await self.push("354 go on")
            while (await self._reader.readline()) not in (b".\r\n", b""):
                if self.way == "dies":
                    break
            await self._fail()
        else:
            await super().smtp_DATA(arg)


@contextmanager
def mail_server(
    kept: Any = None, *, step: str = "", way: str = "", port: int = 0, **named: Any
) -> Iterator[tuple[MailServer, Kept]]:
    """A running server. With ``step`` and ``way`` it fails there."""
    keeper = kept or Kept()
    port = port or free_port()

    class Here(Controller):
        def factory(self) -> SMTP:
            if step:
                return Faulty(
                    self.handler, step=step, way=way, hostname="mail.example.org", **self.SMTP_kwargs
                )
            return SMTP(self.handler, hostname="mail.example.org", **self.SMTP_kwargs)

        def _trigger_server(self) -> None:
            """Nothing is read here: a server that never answers cannot be waited for."""
            if not step:
                super()._trigger_server()
                return
            with socket.create_connection(("127.0.0.1", self.port), 5):
                self._factory_invoked.wait(5)

    controller = Here(keeper, hostname="127.0.0.1", port=port, **named)
    controller.start()
    try:
        yield mail_server_of(f"smtp://127.0.0.1:{port}"), keeper
    finally:
        controller.stop()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def trusting(certificate: str) -> ssl.SSLContext:
    """A context that trusts one certificate and no other."""
    return ssl.create_default_context(cafile=certificate)
