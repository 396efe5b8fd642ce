"""The fixed words of the CyberTipline reporting protocol: what may stand where a document names one of a few values."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class IncidentType(StrEnum):
    """What a report is about."""

    POSSESSION_AND_DISTRIBUTION = "Child Pornography (possession, manufacture, and distribution)"
    TRAFFICKING = "Child Sex Trafficking"
    TOURISM = "Child Sex Tourism"
    MOLESTATION = "Child Sexual Molestation"
    MISLEADING_DOMAIN = "Misleading Domain Name"
    MISLEADING_WORDS = "Misleading Words or Digital Images on the Internet"
    ENTICEMENT = "Online Enticement of Children for Sexual Acts"
    UNSOLICITED = "Unsolicited Obscene Material Sent to a Child"


class EventName(StrEnum):
    """At which act of a user an IP address or a device was noted."""

    LOGIN = "Login"
    REGISTRATION = "Registration"
    PURCHASE = "Purchase"
    UPLOAD = "Upload"
    OTHER = "Other"
    UNKNOWN = "Unknown"


class AddressType(StrEnum):
    """Whose a postal address is."""

    HOME = "Home"
    BUSINESS = "Business"
    BILLING = "Billing"
    SHIPPING = "Shipping"
    TECHNICAL = "Technical"


class PhoneType(StrEnum):
    """Whose a telephone number is."""

    MOBILE = "Mobile"
    HOME = "Home"
    BUSINESS = "Business"
    WORK = "Work"
    FAX = "Fax"
    INTERNET = "Internet"
    RECOVERY = "Recovery"


class EmailType(StrEnum):
    """Whose a mail address is."""

    HOME = "Home"
    WORK = "Work"
    BUSINESS = "Business"
    RECOVERY = "Recovery"


class AccountType(StrEnum):
    """How an associated account belongs to a person."""

    BILLING = "Billing"
    LINKED = "Linked"
    BUSINESS = "Business"
    CREATOR = "Creator"
    PARENT = "Parent/Guardian"
    OTHER = "Other"


class FileRelevance(StrEnum):
    """Whether a file is what the report is about, or goes along with it."""

    REPORTED = "Reported"
    SUPPLEMENTAL = "Supplemental Reported"


class IndustryClassification(StrEnum):
    """The providers' scale (January 2014, updated June 2022): the LETTER IS AGE, A prepubescent and B pubescent.

    The number is the act: 1 sex act, 2 lascivious exhibition. No letter of another scheme may stand here, and none
    of these is a grade of ours.
    """

    A1 = "A1"
    A2 = "A2"
    B1 = "B1"
    B2 = "B2"


class MetadataType(StrEnum):
    """What pairs of names and values of a file are."""

    EXIF = "EXIF"
    HASH = "HASH"


class BatchReason(StrEnum):
    """Why one report speaks of many users."""

    VIRAL_POTENTIAL_MEME = "VIRAL_POTENTIAL_MEME"


class Code(IntEnum):
    """What an answer says. The protocol's own list is not exhaustive: another number is read as its thousand."""

    SUCCESS = 0
    SERVER_ERROR = 1000
    SAVE_FAILED = 1100
    UPLOAD_FAILED = 1110
    FILE_UPLOAD_FAILED = 1111
    RESOURCE_NOT_FOUND = 1210
    UPDATE_FAILED = 1300
    AUTHENTICATION_REQUIRED = 2000
    NOT_AUTHORISED = 3000
    NO_SUBMISSIONS = 3100
    NO_UPDATES = 3300
    INVALID_REQUEST = 4000
    VALIDATION_FAILED = 4100
    MALFORMED_XML = 4110
    MALFORMED_FILE = 4200
    NO_SUCH_REPORT = 5001
    NO_SUCH_FILE = 5002
    ALREADY_RETRACTED = 5101
    ALREADY_FINISHED = 5102


def may_mend(code: int) -> bool:
    """Whether the same call may succeed later: a fault of the server (1xxx). Everything else is permanent."""
    return 1000 <= code < 2000
