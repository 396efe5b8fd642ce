"""Formats of hash lists: our own, as CSV and JSON, and the rows of anybody's.

Our own list is read whole and strictly: taken as it is described, or refused with the number of the first line
that is not. The lists of others are read as a stream of rows, each good or bad and each with its line.
"""

from openhotline.hashlists.as_csv import read_csv, write_csv
from openhotline.hashlists.as_json import FORMAT, VERSION, read_json, write_json
from openhotline.hashlists.distances import Distance, find_distance
from openhotline.hashlists.editions import Change, ChangeKind, diff
from openhotline.hashlists.entry import ALGORITHMS, COLUMNS, Entry, Grade, Status
from openhotline.hashlists.hash_list import HashList
from openhotline.hashlists.kinds import KINDS, MEDIA, Kind, normal_value
from openhotline.hashlists.ncmec import rows_of_ncmec
from openhotline.hashlists.page import Page
from openhotline.hashlists.reading import FORMS, read_rows
from openhotline.hashlists.repeats import Repeat, Repeats
from openhotline.hashlists.rows import BadRow, Item, Position, Row, Rows
from openhotline.hashlists.signatures import EditionSignature, read_signature, sign_edition, verify_edition
from openhotline.hashlists.sniffing import SNIFFED, sniff
from openhotline.hashlists.stopncii import rows_of_stopncii
from openhotline.hashlists.texts import normal_text, text_sha256
from openhotline.hashlists.vics_categories import Categories, read_categories

__all__ = [
    "ALGORITHMS",
    "COLUMNS",
    "FORMAT",
    "FORMS",
    "KINDS",
    "MEDIA",
    "SNIFFED",
    "VERSION",
    "BadRow",
    "Categories",
    "Change",
    "ChangeKind",
    "Distance",
    "EditionSignature",
    "Entry",
    "Grade",
    "HashList",
    "Item",
    "Kind",
    "Page",
    "Position",
    "Repeat",
    "Repeats",
    "Row",
    "Rows",
    "Status",
    "diff",
    "find_distance",
    "normal_text",
    "normal_value",
    "read_categories",
    "read_csv",
    "read_json",
    "read_rows",
    "read_signature",
    "rows_of_ncmec",
    "rows_of_stopncii",
    "sign_edition",
    "sniff",
    "text_sha256",
    "verify_edition",
    "write_csv",
    "write_json",
]
