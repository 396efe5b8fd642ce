"""Formats of hash lists: our own, as CSV and JSON. Other organisations' formats join it here.

Reading is strict and whole: a list is taken as it is described, or refused with the number of the first line
that is not.
"""

from openhotline.hashlists.as_csv import read_csv, write_csv
from openhotline.hashlists.as_json import FORMAT, VERSION, read_json, write_json
from openhotline.hashlists.entry import ALGORITHMS, COLUMNS, Entry, Grade, Status
from openhotline.hashlists.hash_list import HashList

__all__ = [
    "ALGORITHMS",
    "COLUMNS",
    "FORMAT",
    "VERSION",
    "Entry",
    "Grade",
    "HashList",
    "Status",
    "read_csv",
    "read_json",
    "write_csv",
    "write_json",
]
