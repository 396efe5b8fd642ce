"""Reports that come as mail: letters from an mbox file or an IMAP mailbox, read as text and nothing else.

A letter says where something lies; what hangs on it is hashed, never opened and never kept. Who sent it is believed only
on the word of the server that received it (:mod:`openhotline.exchange.mailbox.authentication`): signatures cannot be
verified afterwards, because keys and addresses in the name system change.
"""

from openhotline.exchange.mailbox.authentication import is_authentic
from openhotline.exchange.mailbox.imap import Mailbox, letters_of_imap
from openhotline.exchange.mailbox.letters import LARGEST, RawLetter
from openhotline.exchange.mailbox.mbox import letters_of_mbox
from openhotline.exchange.mailbox.reading import Attachment, Letter, read_letter
from openhotline.exchange.mailbox.senders import Senders, read_senders

__all__ = [
    "LARGEST",
    "Attachment",
    "Letter",
    "Mailbox",
    "RawLetter",
    "Senders",
    "is_authentic",
    "letters_of_imap",
    "letters_of_mbox",
    "read_letter",
    "read_senders",
]
