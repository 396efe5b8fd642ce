"""Who may send reports by mail: a text file that the operator keeps.

One sender a line, an address or a whole domain, and after a sign ``=`` whose it is, in words::

    # partners
    hotline@example.org = Example Hotline
    @police.example = Police of Example
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from openhotline.errors import BadInput

_sender = re.compile(r"[^@\s=]*@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Senders:
    """Names by address or by ``@domain``, all in small letters."""

    names: Mapping[str, str]

    def name_of(self, address: str) -> str:
        """Whose address this is, or nothing for one that is not listed. A domain does not stand for those below it."""
        address = address.lower()
        return self.names.get(address) or self.names.get("@" + address.rpartition("@")[2], "")


def read_senders(text: str) -> Senders:
    """Read the file. Raises BadInput with the number of the first line that is not as described."""
    names: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].strip()
        if not words:
            continue
        sender, _, name = (part.strip() for part in words.partition("="))
        if not _sender.fullmatch(sender) or not name:
            raise BadInput(f"Line {number} of the senders is not 'address = name'. Correct it.")
        if sender.lower() in names:
            raise BadInput(f"Line {number} names a sender a second time. Keep one of the lines.")
        names[sender.lower()] = name
    if not names:
        raise BadInput("The file of senders names nobody. Write one sender a line: address = name.")
    return Senders(names)
