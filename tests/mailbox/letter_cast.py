"""Letters that several tests read."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

SENDER = "desk@example.org"
OWN_SERVER = "mx.hotline.example"
VOUCHED = f"{OWN_SERVER}; dkim=pass header.d=example.org; spf=pass smtp.mailfrom=desk@example.org"
SENDERS = f"{SENDER} = Example Hotline\n@police.example = Police of Example\n"


def letter(
    text: str,
    *,
    sender: str = SENDER,
    number: str = "<1@example.org>",
    vouched: str = VOUCHED,
    html: str = "",
    attached: bytes = b"",
) -> bytes:
    """A letter as a mail server stores it."""
    message = EmailMessage()
    if vouched:
        message["Authentication-Results"] = vouched
    message["From"] = f"Desk <{sender}>"
    message["To"] = "reports@hotline.example"
    message["Subject"] = "Report"
    message["Date"] = "Mon, 02 Nov 2026 07:59:00 +0000"
    if number:
        message["Message-ID"] = number
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    if attached:
        message.add_attachment(attached, maintype="image", subtype="png", filename="picture.png")
    return message.as_bytes()


def write_mbox(path: Path, *letters: bytes) -> Path:
    """An mbox file of letters, quoted as mboxrd."""
    with path.open("wb") as stream:
        for one in letters:
            stream.write(b"From desk@example.org Mon Nov  2 08:00:00 2026\n")
            lines = one.split(b"\n")
            quoted = (b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in lines)
            stream.write(b"\n".join(quoted).rstrip(b"\n") + b"\n\n")
    return path
