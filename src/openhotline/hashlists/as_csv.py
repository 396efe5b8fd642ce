"""Our own list as CSV: one line an entry, flat memory when writing."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from typing import TextIO

from openhotline.errors import BadInput
from openhotline.hashlists.entry import COLUMNS, Entry, Grade, Status
from openhotline.hashlists.hash_list import Uniqueness, bad_line, checked, on_line

_grade = re.compile(r"([^=;/@]+)=([^=;/@]+)(?:/([^=;/@]+))?@([^=;/@]+)")
_number = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)


def write_csv(stream: TextIO, entries: Iterable[Entry]) -> int:
    """Write all columns of all entries; return how many there were. Open the stream with ``newline=""``."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    count = 0
    for entry in checked(entries):
        writer.writerow(_row(entry))
        count += 1
    return count


def read_csv(stream: TextIO) -> tuple[Entry, ...]:
    """Read a whole list or nothing: BadInput names the first line that is not as described."""
    reader = csv.reader(stream, strict=True)
    unique, entries = Uniqueness(), []
    try:
        if next(reader, None) != list(COLUMNS):
            raise bad_line(1, f"the columns are not {','.join(COLUMNS)}. Write them so, in this order.")
        for row in reader:
            with on_line(reader.line_num):
                entry = _entry(row)
                unique.check(entry)
            entries.append(entry)
    except csv.Error:
        raise bad_line(reader.line_num, "This is no CSV. Write it again from its source.") from None
    except UnicodeDecodeError:
        raise bad_line(
            reader.line_num + 1, "This is no UTF-8 text. Write it again from its source."
        ) from None
    return tuple(entries)


def _row(entry: Entry) -> tuple[str, ...]:
    quality = "" if entry.quality is None else str(entry.quality)
    grades = _joined(entry.grades)
    return entry.algorithm, entry.value, quality, grades, entry.ai, str(entry.edition), entry.status.value


def _entry(row: list[str]) -> Entry:
    if len(row) != len(COLUMNS):
        raise BadInput(f"There are {len(row)} cells instead of {len(COLUMNS)}. Correct the line.")
    cells = dict(zip(COLUMNS, row, strict=True))
    return Entry(
        algorithm=cells["algorithm"],
        value=cells["value"],
        quality=whole_number(cells["quality"], "quality") if cells["quality"] else None,
        grades=split_grades(cells["grades"]),
        ai=cells["ai"],
        edition=whole_number(cells["edition"], "edition"),
        status=known_status(cells["status"]),
    )


def whole_number(text: str, column: str) -> int:
    """Read a number written the one way it is written here."""
    if not _number.fullmatch(text):
        raise BadInput(f"'{column}' is not a whole number. Correct it.")
    return int(text)


def known_status(text: object) -> Status:
    """Read a status."""
    if text not in tuple(Status):
        raise BadInput(f"The status is none of {', '.join(Status)}. Correct 'status'.")
    return Status(str(text))


def _joined(grades: Mapping[str, Grade]) -> str:
    return ";".join(
        f"{code}={grade.outcome}{f'/{grade.grade}' if grade.grade else ''}@{grade.edition}"
        for code, grade in sorted(grades.items())
    )


def split_grades(text: str) -> Mapping[str, Grade]:
    grades: dict[str, Grade] = {}
    for part in text.split(";") if text else []:
        found = _grade.fullmatch(part)
        if found is None or found[1] in grades:
            raise BadInput(
                "'grades' is not jurisdiction=outcome/grade@edition, each once, joined by semicolons."
            )
        grades[found[1]] = Grade(found[2], found[3] or "", found[4])
    return grades
