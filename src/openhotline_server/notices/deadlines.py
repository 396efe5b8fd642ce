"""Times and numbers around notices, from ``deadlines.toml``."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta

from openhotline.errors import BadInput
from openhotline_server.notices.data_files import read_data


@dataclass(frozen=True)
class Deadlines:
    """Whole numbers; what each means stands in the file. Hours where the name says so."""

    fresh_trace_hours: int
    addresses_in_a_notice: int
    police_answer_hours: int
    answer_hours: int

    @property
    def fresh_trace(self) -> timedelta:
        """How old a trace may be when a notice leaves."""
        return timedelta(hours=self.fresh_trace_hours)

    @property
    def police_answer(self) -> timedelta:
        """How long the police may take before their answer is overdue."""
        return timedelta(hours=self.police_answer_hours)

    @property
    def answer(self) -> timedelta:
        """How long anybody else may take."""
        return timedelta(hours=self.answer_hours)


def deadlines() -> Deadlines:
    """The numbers in force; BadInput where the site's own file lacks one or has one that is none."""
    table = read_data("deadlines.toml")
    values = {field.name: table.get(field.name) for field in fields(Deadlines)}
    wrong = [name for name, value in values.items() if not isinstance(value, int) or value < 1]
    if wrong:
        raise BadInput(f"The site's own deadlines.toml needs whole numbers above 0 for: {', '.join(wrong)}.")
    return Deadlines(**{name: int(value) for name, value in values.items() if value is not None})
