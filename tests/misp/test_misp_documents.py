"""MISP's own library loads what we write, misp-stix converts it, and no hash is lost or added."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from misp_stix_converter import MISPtoSTIX21Parser
from pymisp import MISPEvent, MISPObject
from pymisp.exceptions import NewAttributeError
from tests.conftest import NOON
from tests.taxii.published_lines import FEED, SITE, hashes, line

from openhotline import law
from openhotline.exchange import misp
from openhotline.exchange.published import Published

SOURCE = misp.Source(SITE, "A hotline", FEED, "category-b", "Category B")


def _steps(lines: list[Published]) -> list[misp.Step]:
    return [misp.Step(one.sequence, one.reference, one.withdrawn, one.at) for one in lines]


def _event(lines: list[Published], number: int = 0) -> dict[str, Any]:
    return misp.event(SOURCE, *_assembled(lines, number))


def _assembled(lines: list[Published], number: int = 0) -> tuple[misp.EventPlan, list[misp.Shown]]:
    """Put an event's lines together the slow and obvious way."""
    plan = misp.plan(FEED, _steps(lines))[number]
    shown = []
    for one in lines:
        if plan.first <= one.sequence <= plan.last and not one.withdrawn:
            later = [o.at for o in lines if o.reference == one.reference and o.sequence > one.sequence]
            shown.append(misp.Shown(one, later[0] if later else None))
    return plan, shown


def _values(event: MISPEvent, kind: str) -> set[str]:
    return {a.value for o in event.objects for a in o.attributes if a.type == kind and not a.deleted}


def _all_values(event: dict[str, Any]) -> dict[str, str]:
    """By uuid; moments aside, which PyMISP spells in its own way."""
    attributes = [a for o in event["Object"] for a in o["Attribute"] if a["type"] != "datetime"]
    return {a["uuid"]: str(a["value"]) for a in attributes}


def _loaded(document: dict[str, Any]) -> MISPEvent:
    event = MISPEvent()
    event.load(json.dumps(document))
    return event


def test_pymisp_loads_an_event_with_every_hash() -> None:
    lines = [line(name) for name in "abc"]
    event = _loaded(_event(lines))
    for kind in ("md5", "sha1", "sha256"):
        assert _values(event, kind) == {hashes(name)[kind] for name in "abc"}
    assert hashes("a")["pdq"] in _values(event, "text")
    assert event.Orgc.name == "A hotline"
    assert {t.name for t in event.tags} >= {"tlp:amber+strict"}
    tags = {t.name for o in event.objects for a in o.attributes for t in a.tags}
    assert 'openhotline:gb-eng-grade="B"' in tags


def test_pymisp_writes_the_same_feed_entry_again() -> None:
    document = _event([line("a")])
    again = _loaded(document).to_feed(with_meta=True)["Event"]
    assert set(again.pop("_manifest")[document["Event"]["uuid"]]) == {
        *("Orgc", "Tag", "info", "date", "analysis", "threat_level_id", "timestamp")
    }
    assert {o["uuid"] for o in again["Object"]} == {o["uuid"] for o in document["Event"]["Object"]}
    assert _all_values(again) == _all_values(document["Event"])


def test_a_withdrawal_deletes_the_objects_and_the_event_is_newer() -> None:
    lines = [line("a"), line("b")]
    before = _event(lines)["Event"]
    lines.append(line("a", withdrawn=True, hours=30))
    after = _event(lines)["Event"]
    assert before["uuid"] == after["uuid"]
    assert int(after["timestamp"]) > int(before["timestamp"])
    gone = [o for o in after["Object"] if o["deleted"]]
    assert len(gone) == 2
    old = {a["uuid"]: int(a["timestamp"]) for o in before["Object"] for a in o["Attribute"]}
    for part in gone:
        assert all(a["deleted"] and int(a["timestamp"]) > old[a["uuid"]] for a in part["Attribute"])
    event = _loaded({"Event": after})
    assert _values(event, "md5") == {hashes("b")["md5"]}
    assert len(misp.plan(FEED, _steps(lines))) == 1


def test_another_grade_deletes_the_old_objects_and_makes_new_ones_in_its_own_day() -> None:
    lines = [line("a"), line("a", grade="C", hours=30)]
    first, second = (_event(lines, number)["Event"] for number in (0, 1))
    assert first["date"] != second["date"]
    assert all(o["deleted"] for o in first["Object"])
    assert not any(o["deleted"] for o in second["Object"])
    assert not {o["uuid"] for o in first["Object"]} & {o["uuid"] for o in second["Object"]}


def test_events_are_stable_while_the_log_grows() -> None:
    lines = [line(str(number), hours=number / 100) for number in range(misp.LARGEST_EVENT + 3)]
    whole = misp.plan(FEED, _steps(lines))
    assert [p.things for p in whole] == [misp.LARGEST_EVENT, 3]
    assert [p.part for p in whole] == [1, 2]
    half = misp.plan(FEED, _steps(lines[:100]))
    assert half[0].uuid == whole[0].uuid
    assert half[0].first == whole[0].first


def test_the_digests_of_values_name_their_event_and_leave_out_what_went() -> None:
    lines = [line("a"), line("b"), line("b", withdrawn=True, hours=1)]
    document = _event(lines)
    found = list(misp.value_digests(*_assembled(lines)))
    event = _loaded(document)
    expected = [
        digest
        for o in event.objects
        for a in o.attributes
        if a.to_ids and not a.deleted
        for digest in a.hash_values("md5")
    ]
    assert [row.split(",")[0] for row in found] == expected
    assert len(found) == 3
    assert {row.strip().split(",")[1] for row in found} == {document["Event"]["uuid"]}


def test_misp_stix_converts_an_event_and_keeps_its_hashes() -> None:
    lines = [line(name) for name in "ab"] + [
        line("c", values={"url": "https://img.example.net/benign/1.png"})
    ]
    parser = MISPtoSTIX21Parser()
    parser.parse_misp_event(_loaded(_event(lines)))
    text = parser.bundle.serialize()
    for name in "ab":
        for value in hashes(name).values():
            assert value in text
    assert "https://img.example.net/benign/1.png" in text
    assert not parser.errors


def test_pymisp_takes_our_object_template(tmp_path: Path) -> None:
    folder = tmp_path / "media-hash"
    folder.mkdir()
    (folder / "definition.json").write_text(json.dumps(misp.media_hash_template()))
    made = MISPObject("media-hash", strict=True, misp_objects_path_custom=tmp_path)
    made.add_attribute("pdq", value=hashes("a")["pdq"])
    made.add_attribute("grade", value='openhotline:gb-eng-grade="B"')
    assert made.template_uuid == misp.media_hash_template()["uuid"]
    with pytest.raises(NewAttributeError):
        made.add_attribute("thumbnail", value="x")
    ours = {a["object_relation"] for a in _event([line("a")])["Event"]["Object"][1]["Attribute"]}
    assert ours <= set(misp.media_hash_template()["attributes"])


def test_every_label_that_is_used_stands_in_the_taxonomy() -> None:
    taxonomy = misp.machinetag(law.load_jurisdiction(code) for code in law.available())
    known = {
        f'openhotline:{values["predicate"]}="{entry["value"]}"'
        for values in taxonomy["values"]
        for entry in values["entry"]
    }
    event = _event([line("a")])["Event"]
    used = {t["name"] for o in event["Object"] for a in o["Attribute"] for t in a["Tag"]}
    assert used
    assert used <= known
    assert {p["value"] for p in taxonomy["predicates"]} == {v["predicate"] for v in taxonomy["values"]}
    grades = {v["predicate"]: [e["value"] for e in v["entry"]] for v in taxonomy["values"]}
    assert grades["us-ncmec-grade"] == ["A1", "A2", "B1", "B2"]
    assert grades["gb-eng-grade"] == ["A", "B", "C"]


def test_an_unchanged_second_hides_nothing() -> None:
    """A line and its withdrawal within one second still give the event a newer timestamp than it had."""
    lines = [line("a"), line("a", withdrawn=True)]
    (plan,) = misp.plan(FEED, _steps(lines))
    assert plan.timestamp == int(NOON.timestamp()) + 1
    assert misp.Shown(lines[0], NOON + timedelta(milliseconds=1)).timestamp == plan.timestamp
