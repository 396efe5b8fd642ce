"""The CyberTipline reporting protocol, both directions: its documents, and a client of it.

The documents are frozen dataclasses; ``formats/`` describes them as versioned data, in our own words. What we write
is checked by the strict description, what comes in by the liberal one.
"""

from openhotline.exchange.cybertip.answers import Files, ReportDoneResponse, ReportResponse
from openhotline.exchange.cybertip.client import CybertipClient, XsdCheck
from openhotline.exchange.cybertip.delivering import (
    Delivered,
    OutgoingFile,
    Submission,
    deliver,
    draft_ends,
    next_try,
)
from openhotline.exchange.cybertip.files import (
    Details,
    FileAnnotations,
    FileDetails,
    NameValuePair,
    OriginalFileHash,
)
from openhotline.exchange.cybertip.incidents import InternetDetails, WebPage
from openhotline.exchange.cybertip.people import ContactPerson, DeviceId, Email, IpCapture, Person
from openhotline.exchange.cybertip.reading import (
    checked,
    read_done,
    read_file_details,
    read_report,
    read_response,
)
from openhotline.exchange.cybertip.report import IncidentSummary, Report, ReportAnnotations, Reporter
from openhotline.exchange.cybertip.schema import LARGEST_DOCUMENT, VERSION, liberal, parse, strict, text_of
from openhotline.exchange.cybertip.terms import (
    Code,
    FileRelevance,
    IncidentType,
    IndustryClassification,
    MetadataType,
    may_mend,
)
from openhotline.exchange.cybertip.writing import CONTENT_TYPE, write

__all__ = [
    "CONTENT_TYPE",
    "LARGEST_DOCUMENT",
    "VERSION",
    "Code",
    "ContactPerson",
    "CybertipClient",
    "Delivered",
    "Details",
    "DeviceId",
    "Email",
    "FileAnnotations",
    "FileDetails",
    "FileRelevance",
    "Files",
    "IncidentSummary",
    "IncidentType",
    "IndustryClassification",
    "InternetDetails",
    "IpCapture",
    "MetadataType",
    "NameValuePair",
    "OriginalFileHash",
    "OutgoingFile",
    "Person",
    "Report",
    "ReportAnnotations",
    "ReportDoneResponse",
    "ReportResponse",
    "Reporter",
    "Submission",
    "WebPage",
    "XsdCheck",
    "checked",
    "deliver",
    "draft_ends",
    "liberal",
    "may_mend",
    "next_try",
    "parse",
    "read_done",
    "read_file_details",
    "read_report",
    "read_response",
    "strict",
    "text_of",
    "write",
]
