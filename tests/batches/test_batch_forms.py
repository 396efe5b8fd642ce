"""Batches as CSV and as VICS JSON: forgiving about names, strict about values, bad lines by number."""

from __future__ import annotations

import io
import json
import random
from typing import Any

import pytest

from openhotline.errors import BadInput
from openhotline.exchange.batches import BadRow, BatchEntry, Item, csv_entries, vics_entries

PLACE = "https://img.example.net/a/1"
MD5, SHA1, SHA256 = "a1" * 16, "b2" * 20, "c3" * 32


def csv(text: str | bytes) -> list[Item]:
    return list(csv_entries(io.BytesIO(text.encode() if isinstance(text, str) else text)))


def vics(document: Any) -> list[Item]:
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    return list(vics_entries(io.BytesIO(text)))


def hash_set(*media: Any) -> dict[str, Any]:
    context = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/Default/$metadata#Media"
    return {"@odata.context": context, "value": list(media)}


def test_a_line_is_an_entry_with_its_line() -> None:
    assert csv(f"address\n{PLACE}\n") == [BatchEntry(2, (PLACE,))]


@pytest.mark.parametrize("header", ["URL;MD5", "md5 hash|Web Address", "Page\tfile_md5", '"url","md5"'])
def test_columns_go_by_many_names_and_dividers(header: str) -> None:
    divider = next(sign for sign in ";|\t," if sign in header)
    first = "md5" in header.split(divider)[0].lower()
    line = divider.join([MD5.upper(), PLACE] if first else [PLACE, MD5.upper()])
    (entry,) = csv(f"{header}\n{line}\n")
    assert entry == BatchEntry(2, (PLACE,), {"md5": MD5})


def test_everything_that_may_be_said_is_read() -> None:
    header = "address,sha256,found_in,severity,scheme,ai,series,commercial,reference,note"
    (entry,) = csv(f"{header}\n{PLACE},{SHA256},chat,2,house,generated,yes,no,R-1,unread\n")
    assert entry == BatchEntry(
        2, (PLACE,), {"sha256": SHA256}, "chat", "2", "house", "generated", "R-1", True, False
    )


def test_defanged_and_onion_addresses_are_addresses() -> None:
    onion = f"http://{'a' * 55}d.onion/x"
    found = csv(f"url\nhxxps://img[.]example[.]net/a/1\n{onion}\n")
    assert isinstance(found[0], BatchEntry)
    assert found[0].addresses == ("hxxps://img[.]example[.]net/a/1",)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("no address at all,", "address"),
        (f"{PLACE},123", "digits"),
        (",", "neither an address nor a hash"),
        (f"{PLACE},{MD5},x", "more cells"),
        (f'"{PLACE},{MD5}', "quotation marks"),
    ],
)
def test_a_bad_line_is_named_and_the_next_is_read(line: str, why: str) -> None:
    bad, good = csv(f"url,md5\n{line}\n{PLACE},{MD5}\n")
    assert isinstance(bad, BadRow)
    assert bad.line == 2
    assert why in bad.reason
    assert "img.example" not in bad.reason
    assert good == BatchEntry(3, (PLACE,), {"md5": MD5})


def test_a_line_that_is_no_text_is_bad_by_itself() -> None:
    found = csv(b"\xef\xbb\xbfurl\r\n\xff\xfe\r\n" + PLACE.encode() + b"\r\n")
    assert [type(one) for one in found] == [BadRow, BatchEntry]


@pytest.mark.parametrize("text", ["", "\n\n", "name,size\nx,1\n", "url,link\na,b\n"])
def test_a_file_without_a_usable_header_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        csv(text)


@pytest.mark.parametrize(("cell", "column"), [("somewhere", "found_in"), ("perhaps", "commercial")])
def test_a_word_that_is_none_is_refused(cell: str, column: str) -> None:
    (bad,) = csv(f"url,{column}\n{PLACE},{cell}\n")
    assert isinstance(bad, BadRow)


def test_a_hash_set_gives_hashes_and_its_own_scheme() -> None:
    media = {"MediaID": 7, "Category": 2, "MD5": MD5.upper(), "SHA1": SHA1, "Series": "x"}
    (entry,) = vics(hash_set(media))
    assert isinstance(entry, BatchEntry)
    assert entry.hashes == {"md5": MD5, "sha1": SHA1}
    assert (entry.severity, entry.scheme, entry.reference) == ("2", "vics:default", "7")
    assert entry.known_series is True


def test_the_places_of_a_file_that_are_addresses_are_taken() -> None:
    files = [{"FilePath": PLACE}, {"FilePath": "C:\\evidence\\1.png"}, {"FilePath": PLACE + "#x"}]
    (entry,) = vics(hash_set({"MD5": MD5, "MediaFiles": files}))
    assert isinstance(entry, BatchEntry)
    assert entry.addresses == (PLACE,)


def test_a_case_is_read_file_by_file() -> None:
    context = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/UK/$metadata#Cases"
    others = [{"HashName": "SHA256", "HashValue": SHA256}]
    case = {"CaseID": "x", "Media": [{"MD5": MD5}, {"MD5": "12"}, {"AlternativeHashes": others}]}
    good, bad, other = vics({"@odata.context": context, "value": [case]})
    assert isinstance(good, BatchEntry)
    assert isinstance(bad, BadRow)
    assert isinstance(other, BatchEntry)
    assert other.hashes == {"sha256": SHA256}


def test_a_document_that_is_cut_off_is_refused() -> None:
    whole = json.dumps(hash_set({"MD5": MD5}, {"MD5": MD5})).encode()
    with pytest.raises(BadInput):
        vics(whole[:-20])


@pytest.mark.parametrize("document", [{}, {"value": []}, [], {"@odata.context": "x", "value": []}])
def test_what_is_no_vics_document_is_refused(document: Any) -> None:
    with pytest.raises(BadInput):
        vics(document)


@pytest.mark.parametrize("seed", range(20))
def test_rubbish_is_refused_and_never_worse(seed: int) -> None:
    chance = random.Random(seed)
    for text, read in ((f"url,md5\n{PLACE},{MD5}\n", csv), (json.dumps(hash_set({"MD5": MD5})), vics)):
        rubbish = bytearray(text.encode())
        for _ in range(10):
            rubbish[chance.randrange(len(rubbish))] = chance.randrange(256)
        try:
            read(bytes(rubbish))
        except BadInput as refused:
            assert refused.message
