"""Lists that are broken, or meant to break the reader: each fault is named with its line, in little memory."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from tests.hashlists.conftest import Peak
from tests.hashlists.list_cast import bad, digits, flowing, good, read, repeated

from openhotline.errors import BadInput
from openhotline.hashlists import BadRow, Row, read_rows
from openhotline.hashlists.checking import check

GIGABYTE = 1 << 30
MD5 = digits(32, 1).encode()
LITTLE = 16 << 20


@pytest.mark.parametrize(
    ("form", "before", "after"),
    [
        ("csv", b"md5\n" + MD5 + b"\n", b"\n" + MD5 + b"\n"),
        ("threatexchange", b"md5 " + MD5 + b"\n# 2\n", b"\nmd5 " + MD5),
        ("json", b'{"md5": "' + MD5 + b'"}\n\n', b'\n{"md5": "' + MD5 + b'"}'),
    ],
)
def test_a_line_of_a_gigabyte_is_passed_over(form: str, before: bytes, after: bytes, peak: Peak) -> None:
    def pieces() -> Iterator[bytes]:
        yield before
        yield from repeated(b"a" * (1 << 20), total=GIGABYTE)
        yield after

    with peak(below=LITTLE):
        items = list(read_rows(flowing(pieces()), form=form))
    assert [row.line for row in bad(items)] == [3]
    assert "longer than" in bad(items)[0].reason
    assert [row.value for row in good(items)] == [MD5.decode()] * 2
    assert good(items)[1].line == 4


@pytest.mark.parametrize("opening", [b'[{"md5": "', b'{"value": [{"MD5": "', b"[" * 10, b'{"entries": ['])
@pytest.mark.parametrize("form", ["json", "vics"])
def test_a_value_without_end_is_refused(opening: bytes, form: str, peak: Peak) -> None:
    def pieces() -> Iterator[bytes]:
        yield opening
        yield from repeated(b"a" * (1 << 20), total=1 << 27)

    with peak(below=160 << 20), pytest.raises(BadInput):
        list(read_rows(flowing(pieces()), form=form))


def test_nul_bytes_and_what_is_no_text_are_named() -> None:
    data = b"md5\n" + MD5 + b"\n" + MD5[:-1] + b"\0\n" + MD5 + b"\n\xff\xfe\n" + MD5
    items = read(data, "csv")
    assert [row.line for row in good(items)] == [2, 4, 6]
    assert [(row.line, row.reason) for row in bad(items)] == [
        (3, "The line holds a NUL byte."),
        (5, "The line is no UTF-8 text."),
    ]


def test_utf_16_is_refused_and_not_read_as_nothing() -> None:
    with pytest.raises(BadInput):
        read("md5\n".encode("utf-16") * 9, "csv")


def test_duplicated_ids_and_contradictions_are_named_with_their_lines() -> None:
    lines = [
        "md5,id,tags",
        f"{digits(32, 1)},a,x",
        f"{digits(32, 2)},b,x",
        f"{digits(32, 1)},a,x",  # says the same again
        f"{digits(32, 2)},c,y",  # says otherwise
        f"{digits(32, 3)},a,x",  # another thing of the same name
    ]
    found = check(read_rows(flowing(["\n".join(lines).encode()]), form="csv"), form="csv")
    assert found.same == 1
    assert found.first_contradictions == [(5, 3)]
    assert found.first_references == [(6, 2)]
    assert not found.is_clean


def random_lines(count: int) -> Iterator[bytes]:
    yield b"pdq,quality,id\n"
    block = b"".join(f"{digits(64, n)},{n % 101},x-{n}\n".encode() for n in range(10_000))
    for _ in range(count // 10_000):
        yield block


def test_many_rows_take_flat_memory(peak: Peak) -> None:
    count = 0
    with peak(below=LITTLE):
        for item in read_rows(flowing(random_lines(100_000)), form="csv"):
            count += type(item) is Row
    assert count == 100_000


@pytest.mark.slow
def test_a_million_rows_take_seconds() -> None:
    """The aim is 300,000 rows a second of one core; a third of it fails here, so that a busy machine does not."""
    begin = time.process_time()
    count = sum(type(item) is not BadRow for item in read_rows(flowing(random_lines(1_000_000)), form="csv"))
    taken = time.process_time() - begin
    print(f"{count / taken:,.0f} rows/s")
    assert count == 1_000_000
    assert count / taken > 100_000
