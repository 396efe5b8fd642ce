"""Why a file gave no picture: codes for findings, and the sentence that goes with each.

The code travels in ``details`` of the error, so that it survives the way out of a confined process and
``reason_of`` can read it anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from openhotline.errors import OpenHotlineError, TooLarge, Undecodable, WorkerFailed

UNDECODABLE: Mapping[str, str] = {
    "empty": "The file holds no bytes. Ask the sender for it again.",
    "not_a_picture": "The content is none of the picture formats that are read here. "
    "Record it as it is, or open it by other means.",
    "truncated": "The picture ends before its last line. Ask the sender for the whole file.",
    "damaged": "The picture's data is damaged and cannot be decoded. Ask the sender for it again.",
    "unsupported": "The picture uses a variant of its format that no decoder here reads. "
    "Convert it by other means, or record it as it is.",
}
TOO_LARGE: Mapping[str, str] = {
    "too_many_pixels": "The picture declares more pixels than the limit. "
    "Raise the limit on pixels if such pictures are expected.",
    "too_many_bytes": "The file is larger than the limit for one picture. "
    "Raise the limit on request bytes if such files are expected.",
}
FAILED: Mapping[str, str] = {
    "crashed": "The confined process died on this file. The file is kept; nothing was learned from it.",
    "out_of_time": "The confined process was stopped because this file took too long. "
    "Try again when the machine is less busy, or raise the time limit.",
    "out_of_cpu_time": "The confined process was stopped because this file took too much processor time. "
    "Raise the limit if such files are expected.",
    "out_of_memory": "The confined process was stopped because this file needed too much memory. "
    "Raise the memory limit if such files are expected.",
    "stumbled": "The confined step met something that its authors had not foreseen in this file. "
    "Report the details; the file is kept.",
    "malformed_reply": "The confined process answered in a form that it never uses, and was replaced. "
    "Treat the file as hostile.",
    "reply_too_large": "The confined process had more to say about this file than the limit on replies.",
}


def undecodable(reason: str) -> Undecodable:
    """Return the error for a file that is no readable picture."""
    return Undecodable(UNDECODABLE[reason], details=reason)


def too_large(reason: str) -> TooLarge:
    """Return the error for a file above a limit."""
    return TooLarge(TOO_LARGE[reason], details=reason)


def worker_failed(reason: str, *, more: str = "") -> WorkerFailed:
    """Return the error for a file that a confined process did not survive; ``more`` is for the operator."""
    return WorkerFailed(FAILED[reason], details=f"{reason} {more}".rstrip())


def reason_of(error: OpenHotlineError) -> str:
    """Return the reason code that an error of this package carries, or ``other``."""
    code = error.details.split(maxsplit=1)[0] if error.details.strip() else ""
    return code if code in UNDECODABLE or code in TOO_LARGE or code in FAILED else "other"
