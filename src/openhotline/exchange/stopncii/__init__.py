"""StopNCII's hash exchange: documents for a server, and a client."""

from openhotline.exchange.stopncii.client import Checkpoint, Client, fetch
from openhotline.exchange.stopncii.documents import (
    CONTENT_TYPE,
    Feedback,
    FetchPage,
    Opinion,
    Record,
    Signal,
    Status,
    read_feedbacks,
    seconds,
    write_feedbacks,
    write_fetch_page,
)

__all__ = [
    "CONTENT_TYPE",
    "Checkpoint",
    "Client",
    "Feedback",
    "FetchPage",
    "Opinion",
    "Record",
    "Signal",
    "Status",
    "fetch",
    "read_feedbacks",
    "seconds",
    "write_feedbacks",
    "write_fetch_page",
]
