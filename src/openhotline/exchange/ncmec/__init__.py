"""NCMEC's hash sharing interface, version 2: documents for a server, and a client."""

from openhotline.exchange.ncmec.client import Checkpoint, Client, fetch
from openhotline.exchange.ncmec.documents import (
    CLASSIFICATIONS,
    CONTENT_TYPE,
    FEEDBACK_TYPES,
    Deletion,
    Entry,
    Member,
    QueryResult,
    Reason,
    Submission,
    write_members,
    write_problem,
    write_query_result,
    write_reasons,
    write_status,
    write_submission,
)
from openhotline.exchange.ncmec.reading import read_members, read_reasons, read_status, read_submission

__all__ = [
    "CLASSIFICATIONS",
    "CONTENT_TYPE",
    "FEEDBACK_TYPES",
    "Checkpoint",
    "Client",
    "Deletion",
    "Entry",
    "Member",
    "QueryResult",
    "Reason",
    "Submission",
    "fetch",
    "read_members",
    "read_reasons",
    "read_status",
    "read_submission",
    "write_members",
    "write_problem",
    "write_query_result",
    "write_reasons",
    "write_status",
    "write_submission",
]
