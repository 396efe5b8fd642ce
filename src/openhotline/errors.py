"""Everything that can go wrong, in one tree.

::

    OpenHotlineError            exit 3: it could not run
    ├── WrongUsage              exit 2: the call itself is mistaken
    ├── Refused                 exit 1: it ran, and the answer is no
    │   ├── NotAllowed          this person may not do this
    │   ├── NotFound            nothing of that name is here
    │   ├── Conflict            somebody or something came first
    │   ├── BadInput            a file or a value that cannot be taken as it is
    │   │   ├── Undecodable     bytes that are no readable picture
    │   │   └── TooLarge        more pixels, bytes or members than the limit
    │   ├── ChainBroken         the ledger was altered; names the first broken line
    │   └── Damaged             stored bytes are not what was stored
    ├── WrongMasterKey          the vault was made with another key
    ├── Destroyed               the object's key was forgotten, as ordered
    ├── Busy                    another process holds what this one needs
    ├── NotInitialised          the data directory is empty or half made
    └── WorkerFailed            a confined process died or ran past its limits

A message says what happened and what to do. It never holds bytes, addresses, file names of evidence or hashes
of evidence: it may end up in a log. Details that only the person at the keyboard may see go into ``details``.
"""

from __future__ import annotations


class OpenHotlineError(Exception):
    """The root. ``exit_code`` is what a command ends with; ``details`` is shown to the operator, never logged."""

    exit_code = 3

    def __init__(self, message: str, *, details: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def diagnostics(self) -> str:
        """Return the message and the details, for a terminal."""
        return f"{self.message}\n{self.details}".rstrip()


class WrongUsage(OpenHotlineError):
    """The call itself is mistaken: a missing argument, a value outside its range."""

    exit_code = 2


class Refused(OpenHotlineError):
    """It ran, and the answer is no."""

    exit_code = 1


class NotAllowed(Refused):
    """This person may not do this."""


class NotFound(Refused):
    """Nothing of that name is here."""


class Conflict(Refused):
    """Somebody or something came first."""


class BadInput(Refused):
    """A file or a value that cannot be taken as it is."""


class Undecodable(BadInput):
    """Bytes that are no readable picture."""


class TooLarge(BadInput):
    """More pixels, bytes or members than the limit."""


class ChainBroken(Refused):
    """The ledger was altered. ``sequence`` is the first line that does not fit."""

    def __init__(self, message: str, *, sequence: int, details: str = "") -> None:
        super().__init__(message, details=details)
        self.sequence = sequence


class Damaged(Refused):
    """Stored bytes are not what was stored: altered, truncated or missing."""


class WrongMasterKey(OpenHotlineError):
    """The vault was made with another master key."""


class Destroyed(OpenHotlineError):
    """The object's key was forgotten, as ordered; its bytes can never be read again."""


class Busy(OpenHotlineError):
    """Another process holds what this one needs."""


class NotInitialised(OpenHotlineError):
    """The data directory is empty or half made."""


class WorkerFailed(OpenHotlineError):
    """A confined process died or ran past its limits."""
