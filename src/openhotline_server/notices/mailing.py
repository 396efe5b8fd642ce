"""The mail that a notice is. The page shows it from the same stored text, so what is previewed is what leaves."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage

from openhotline_server.notices.models import Notice


def compose(notice: Notice) -> EmailMessage:
    """Subject, plain text and files, exactly as they were fixed. Sender, date and number are the outbox's."""
    message = EmailMessage()
    message["Subject"] = notice.title
    message["To"] = Address(addr_spec=notice.email)
    message.set_content(notice.words, cte="quoted-printable")
    for file in notice.attachments:
        main, _, sub = str(file["media_type"]).partition("/")
        message.add_attachment(
            str(file["text"]).encode(),
            maintype=main,
            subtype=sub,
            filename=str(file["name"]),
            params={"charset": "utf-8"},
        )
    return message
