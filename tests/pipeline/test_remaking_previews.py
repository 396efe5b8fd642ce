"""A preview that is lost or damaged is made anew from its original, and what cannot be made is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.conf import settings
from django.db import transaction
from tests.conftest import NOON
from tests.pipeline.conftest import draw

from openhotline import hashing
from openhotline.errors import Damaged, NotFound
from openhotline_server.commands.vault import vault as command
from openhotline_server.evidence.models import Item, Sighting
from openhotline_server.evidence.operations import Capture, capture_many, destroy
from openhotline_server.evidence.queries import preview, without_preview
from openhotline_server.findings.models import Examination, Fingerprint
from openhotline_server.ledger import queries as ledger
from openhotline_server.pipeline import steps
from openhotline_server.pipeline.importing import Imported

pytestmark = pytest.mark.django_db
# The vault outlives a test and remembers what was destroyed or damaged, so each test has pictures of its own.
SEEDS = iter(range(7100, 7200))


@pytest.fixture
def items(tmp_path: Path, take_in: Callable[..., Imported]) -> list[Item]:
    """Three pictures and a text, taken in; the items in this order."""
    folder = tmp_path / "batch"
    folder.mkdir()
    names = ["a.jpg", "b.jpg", "c.jpg"]
    for name in names:
        (folder / name).write_bytes(draw(next(SEEDS)))
    (folder / "d.jpg").write_text(f"no picture {next(SEEDS)}")
    take_in(folder)
    return [Sighting.objects.get(path=name).item for name in [*names, "d.jpg"]]


def place(item: Item, kind: str = "previews") -> Path:
    assert item.sha256
    return Path(settings.DATA.vault) / kind / item.sha256[:2] / item.sha256


def damage(path: Path) -> None:
    path.chmod(0o600)
    sealed = bytearray(path.read_bytes())
    sealed[-1] ^= 1
    path.write_bytes(sealed)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


def test_lost_and_damaged_previews_are_made_anew(items: list[Item]) -> None:
    before = [preview(item) for item in items[:3]]
    assert json.loads(run("previews", "--json").stdout) == {"previews": 3, "remade": 0, "lost": []}
    place(items[0]).unlink()
    damage(place(items[1]))
    answer = run("previews")
    assert (answer.exit_code, answer.output) == (0, "3 previews; 2 were made anew.\n")
    assert [preview(item) for item in items[:3]] == before
    written = ledger.search(event="preview.remade")
    assert {line.subject for line in written} == {items[0].subject, items[1].subject}
    assert ledger.verify().lines


def test_what_has_no_original_either_is_named_and_the_others_are_made(items: list[Item]) -> None:
    for item in items[:3]:
        place(item).unlink()
    damage(place(items[0], "objects"))
    answer = run("previews", "--json")
    assert answer.exit_code == 1
    assert json.loads(answer.stdout) == {"previews": 3, "remade": 2, "lost": [str(items[0].code)]}
    with pytest.raises(NotFound):
        preview(items[0])
    assert "does not open" in run("previews").output


def test_what_was_destroyed_stays_so(items: list[Item]) -> None:
    destroy(item=items[0], reason="it may go", actor="command-line", at=NOON)
    assert json.loads(run("previews", "--json").stdout)["previews"] == 2
    assert not place(items[0]).exists()


def test_the_check_says_which_preview_is_gone_and_what_to_do(items: list[Item]) -> None:
    place(items[0]).unlink()
    damage(place(items[1]))
    answer = run("check", "--json")
    assert answer.exit_code == 1
    said = {problem["what"] for problem in json.loads(answer.stdout)}
    assert f"item {items[0].code} has no preview: openhotline vault previews makes it anew" in said
    assert f"The preview is damaged. Make it anew from the object. (object {items[1].sha256})" in said
    run("previews")
    ours = [item.sha256 for item in items] + [str(item.code) for item in items]
    assert not [
        p for p in json.loads(run("check", "--json").stdout) if any(o in p["what"] for o in ours if o)
    ]


def test_an_item_that_nobody_looked_at_gets_its_preview_with_its_look(items: list[Item]) -> None:
    Fingerprint.objects.all().delete()
    Examination.objects.all().delete()
    for item in items[:3]:
        place(item).unlink()
    steps.examine(report=Sighting.objects.all()[0].report, at=NOON)
    assert [row.has_preview for row in Examination.objects.order_by("item")] == [True, True, True, False]
    assert all(preview(item) for item in items[:3])
    with pytest.raises((NotFound, Damaged)):
        preview(items[3])


def test_a_copy_in_the_same_batch_takes_no_preview_away(
    tmp_path: Path, take_in: Callable[..., Imported]
) -> None:
    """The copy is read once the picture itself has been looked at, and written together with it."""
    folder = tmp_path / "copies"
    folder.mkdir()
    first = draw(next(SEEDS))
    (folder / "a.jpg").write_bytes(first)
    for number in range(20):
        (folder / f"between-{number:02}.jpg").write_bytes(draw(next(SEEDS)))
    (folder / "z.jpg").write_bytes(first)
    take_in(folder)
    assert Sighting.objects.get(path="z.jpg").item == Sighting.objects.get(path="a.jpg").item
    held = list(Item.objects.filter(pk__in=Sighting.objects.values("item")))
    assert len(held) == 21 and list(without_preview(held)) == []


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (1, 2, 0)])
def test_of_several_captures_the_one_with_a_preview_counts(
    tmp_path: Path, take_in: Callable[..., Imported], order: tuple[int, ...]
) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(draw(next(SEEDS)))
    report = take_in(folder).report
    data = draw(next(SEEDS))
    digests = hashing.digests(data)
    hashes = {"sha256": digests.sha256, "sha1": digests.sha1, "md5": digests.md5}
    captures = [
        Capture(f"{n}.jpg", None, len(data), data, b"seen" if n == 0 else None, **hashes) for n in range(3)
    ]
    with transaction.atomic():
        capture_many(report=report, captures=[captures[n] for n in order], actor="test", at=NOON)
    item = Item.objects.get(sha256=digests.sha256)
    assert preview(item) == b"seen"
    assert Sighting.objects.filter(item=item).count() == 3
