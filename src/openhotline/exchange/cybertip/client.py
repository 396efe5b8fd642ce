"""The client side: one organisation's access to one server that speaks the CyberTipline reporting protocol.

A refusal becomes one of our errors by its class: Busy for what may mend (1xxx, a broken line), NotAllowed for 2xxx
and 3xxx, BadInput for 4xxx, NotFound and Conflict for 5xxx. Everything but Busy is permanent.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from urllib.parse import urlencode

from urllib3 import encode_multipart_formdata

from openhotline.errors import BadInput, Busy, Conflict, NotAllowed, NotFound, OpenHotlineError, WrongUsage
from openhotline.exchange.cybertip.answers import ReportDoneResponse, ReportResponse
from openhotline.exchange.cybertip.files import FileDetails
from openhotline.exchange.cybertip.reading import read_done, read_response
from openhotline.exchange.cybertip.report import Report
from openhotline.exchange.cybertip.schema import digest_of
from openhotline.exchange.cybertip.terms import Code, may_mend
from openhotline.exchange.cybertip.writing import CONTENT_TYPE, write
from openhotline.exchange.peer import Peer, Reply

FORM = "application/x-www-form-urlencoded"
CHANGED = (
    "The peer describes its documents otherwise than when this installation was set up. Reports may be refused: "
    "compare the two descriptions, then set the new digest."
)


@dataclass(frozen=True)
class XsdCheck:
    """Whether the peer's description is the pinned one. ``warning`` is empty where it is."""

    digest: str
    warning: str


class CybertipClient:
    """Calls, each made once: whether a second one would count twice is the peer's to say, so the caller decides."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self.request_id = ""
        """What the peer called the last call; for the log and for asking its operator."""

    @staticmethod
    def headers(user: str, password: str) -> dict[str, str]:
        """Return what identifies an organisation to the server (HTTP Basic)."""
        if not user or not password or ":" in user:
            raise WrongUsage("The protocol needs a user without a colon, and a password. Give both.")
        return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}

    def status(self) -> None:
        """Return if the server answers and knows us; raise if not."""
        self._response("GET", "/status")

    def compare_xsd(self, pinned: str) -> XsdCheck:
        """Fetch the peer's description and compare its digest with the one that was pinned."""
        found = digest_of(self._asked("GET", "/xsd").body)
        return XsdCheck(found, "" if found == pinned else CHANGED)

    def submit(self, report: Report) -> int:
        """Open a report and return its number there. The peer forgets it unless it is finished in time."""
        return _number(self._response("POST", "/submit", write(report), CONTENT_TYPE))

    def upload(self, report_id: int, untrusted_bytes: bytes) -> str:
        """Hand over a file and return its name there. Raises BadInput where another file arrived than was sent.

        The file goes without its own name: what is said of it goes by :meth:`describe`.
        """
        body, content_type = encode_multipart_formdata(
            {"id": str(report_id), "file": ("file", untrusted_bytes, "application/octet-stream")}
        )
        answer = self._response("POST", "/upload", body, content_type)
        if (answer.hash or "").lower() != hashlib.md5(untrusted_bytes, usedforsecurity=False).hexdigest():
            raise BadInput(
                "The peer received another file than was sent. Retract the report and send it again."
            )
        if not answer.file_id:
            raise BadInput("The peer does not say how it names the file. Ask its operator.")
        return answer.file_id

    def describe(self, details: FileDetails) -> None:
        """Say more of an uploaded file."""
        self._response("POST", "/fileinfo", write(details), CONTENT_TYPE)

    def finish(self, report_id: int) -> tuple[str, ...]:
        """Hand the report in for good, and return the names of its files."""
        answer = self._asked("POST", "/finish", urlencode({"id": report_id}).encode(), FORM)
        if b"<reportDoneResponse" not in answer.body:
            _raise_refusal(read_response(answer.body))
        done: ReportDoneResponse = read_done(answer.body)
        if done.response_code or done.report_id != report_id:
            raise _refusal(done.response_code or Code.INVALID_REQUEST)
        return done.files.file_id

    def retract(self, report_id: int) -> None:
        """Take back a report that is not finished."""
        self._response("POST", "/retract", urlencode({"id": report_id}).encode(), FORM)

    def _response(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> ReportResponse:
        answer = read_response(self._asked(method, path, body, kind).body)
        _raise_refusal(answer)
        return answer

    def _asked(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Reply:
        reply = self._peer.ask(method, path, body, kind)
        self.request_id = reply.request_id
        return reply


def _number(answer: ReportResponse) -> int:
    if answer.report_id is None:
        raise BadInput("The peer opened a report and does not say its number. Ask its operator.")
    return answer.report_id


def _raise_refusal(answer: ReportResponse) -> None:
    if answer.response_code != Code.SUCCESS:
        raise _refusal(answer.response_code)


def _refusal(code: int) -> OpenHotlineError:
    """Our error for a code. The peer's own sentence may repeat what we sent, so it is left out."""
    if may_mend(code):
        return Busy(f"The peer could not take this now (code {code}). Try again later.")
    if 2000 <= code < 4000:
        return NotAllowed(
            f"The peer does not allow this (code {code}). Check user, password and entitlement."
        )
    if code in (Code.NO_SUCH_REPORT, Code.NO_SUCH_FILE):
        return NotFound(f"The peer has no such report or file (code {code}). Submit the report again.")
    if code in (Code.ALREADY_RETRACTED, Code.ALREADY_FINISHED):
        return Conflict(f"The report was finished or retracted already (code {code}). Nothing is to be done.")
    return BadInput(f"The peer refuses the document (code {code}). Compare it with the peer's description.")
