"""The letter as it will leave: one recipient, one Message-ID, plain ASCII lines, fixed once."""

from __future__ import annotations

import uuid
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses

from openhotline.errors import BadInput

AS_IT_LEAVES = policy.SMTP.clone(cte_type="7bit")
LONGEST = 20 * 2**20
"""Characters; a common limit of mail servers. A notice holds text and small documents."""


def fix_letter(
    message: EmailMessage, *, code: uuid.UUID, sender: str, recipient: str, at: datetime
) -> tuple[str, str]:
    """Return the Message-ID and the whole letter. Sender, recipient, date and Message-ID are set where they lack."""
    if not sender:
        raise BadInput("Letters need a sender's address. Set OPENHOTLINE_MAIL_FROM.")
    for name, value in (
        ("From", sender),
        ("To", recipient),
        ("Date", format_datetime(at)),
        ("Message-ID", f"<{code}@{sender.rpartition('@')[2]}>"),
    ):
        if name not in message:
            message[name] = value
    _require_one_recipient(message, recipient)
    try:
        text = message.as_bytes(policy=AS_IT_LEAVES).decode("ascii")
    except (MessageError, ValueError, LookupError) as error:
        raise BadInput("The letter cannot be written as mail. Look at its subject and addresses.") from error
    if len(text) > LONGEST:
        raise BadInput("The letter is longer than mail servers take. Tell of fewer addresses in one notice.")
    return str(message["Message-ID"]).strip(), text


def _require_one_recipient(message: EmailMessage, recipient: str) -> None:
    """A notice goes to whom it was approved for, and to nobody besides."""
    named = [address for _, address in getaddresses([str(h) for h in message.get_all("To", [])])]
    if [a.lower() for a in named] != [recipient.lower()] or "Cc" in message or "Bcc" in message:
        raise BadInput("The letter does not go to the notice's one recipient. Draft the notice again.")
