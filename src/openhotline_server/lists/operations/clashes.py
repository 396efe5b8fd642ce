"""Rows of a whole list that contradict one another: each is named with its line, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from openhotline_server.lists.models import Loading, StagedRow

OTHER_WORDS = "It says otherwise of a value that stood there before, under the same reference."
OTHER_VALUE = "Its reference stood there before, for another value of the same kind."

# of a reference's rows the first one stands
LATER_VALUES = """
SELECT id, line FROM (
  SELECT id, line, reference, algorithm, place,
    ROW_NUMBER() OVER (PARTITION BY reference, algorithm ORDER BY line, place) AS number
  FROM lists_stagedrow WHERE loading_id = %s AND reference <> '' AND clash IS NULL AND NOT withdrawn) AS staged
WHERE number > 1 ORDER BY reference, algorithm, line, place LIMIT %s"""


def find_clashes(loading: Loading, *, most: int) -> Iterator[tuple[int, int, str]]:
    """Yield the keys of staged rows that clash with another one, with the line to name and the reason; about ``most``."""
    staged = StagedRow.objects.filter(loading=loading, withdrawn=False)
    for key, line in staged.filter(clash__isnull=False).order_by("clash").values_list("pk", "clash")[:most]:
        assert line is not None
        yield key, line, OTHER_WORDS
    if not loading.named:
        return
    with connection.cursor() as cursor:
        cursor.execute(LATER_VALUES, [loading.pk, most])
        for key, line in cursor.fetchall():
            yield key, line, OTHER_VALUE
