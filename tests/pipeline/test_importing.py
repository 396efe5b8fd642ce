"""A batch comes in: whole, once, and named where it cannot."""

from __future__ import annotations

import fcntl
import gc
import hashlib
import random
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from tests.pipeline.conftest import draw

from openhotline.errors import BadInput, Busy, TooLarge
from openhotline.media import confined, decode, make_preview
from openhotline_server.evidence.models import FailedSighting, Item, Sighting
from openhotline_server.evidence.queries import original
from openhotline_server.evidence.store import vault
from openhotline_server.findings.models import Cluster, ClusterMember, Examination, Fingerprint
from openhotline_server.intake import batches
from openhotline_server.intake.models import Report
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event
from openhotline_server.pipeline import importing, reading
from openhotline_server.pipeline.importing import Imported
from openhotline_server.triage.models import Case

pytestmark = pytest.mark.django_db
TakeIn = Callable[..., Imported]


def test_a_folder_becomes_one_report_with_items_sightings_clusters_and_cases(
    take_in: TakeIn, folder: Path
) -> None:
    done = take_in(folder)
    assert (done.taken, done.new_items, done.already_here, done.failures) == (6, 5, 1, 0)
    assert Report.objects.count() == 1
    assert (Item.objects.count(), Sighting.objects.count()) == (5, 6)
    assert Fingerprint.objects.filter(algorithm="pdq").count() == 5
    assert Cluster.objects.count() == 4
    assert ClusterMember.objects.filter(distance__gt=0).count() <= 1
    assert Case.objects.filter(state=Case.State.OPEN).count() == 4
    assert ledger.verify().lines >= 15


def test_the_bytes_in_the_vault_are_the_bytes_of_the_file(take_in: TakeIn, folder: Path) -> None:
    take_in(folder)
    item = Item.objects.get(pk__in=Sighting.objects.filter(path="deep/two.png").values("item"))
    assert original(item) == (folder / "deep" / "two.png").read_bytes()


def test_an_import_leaves_the_database_and_the_collector_as_it_found_them(
    take_in: TakeIn, folder: Path
) -> None:
    def found() -> tuple[object, int]:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_autocheckpoint" if connection.vendor == "sqlite" else "SELECT 1")
            return cursor.fetchone(), gc.get_freeze_count()

    before = found()
    take_in(folder)
    assert found() == before


def test_twice_is_once(take_in: TakeIn, folder: Path) -> None:
    take_in(folder)
    lines = ledger.verify().lines
    again = take_in(folder)
    assert (again.taken, again.skipped) == (0, 6)
    assert (Report.objects.count(), Item.objects.count(), Sighting.objects.count()) == (1, 5, 6)
    assert ledger.verify().lines == lines


def test_a_file_replaced_since_is_taken_in_beside_the_earlier_one(take_in: TakeIn, folder: Path) -> None:
    take_in(folder)
    (folder / "four.jpg").write_bytes(draw(44))
    again = take_in(folder)
    assert (again.taken, again.new_items, again.skipped) == (1, 1, 5)
    assert Sighting.objects.filter(path="four.jpg").count() == 2


def test_another_source_with_the_same_pictures_is_sightings_only(take_in: TakeIn, folder: Path) -> None:
    take_in(folder)
    again = take_in(folder, "somebody else")
    assert (again.taken, again.new_items, again.already_here) == (6, 0, 6)
    assert Case.objects.count() == 4
    assert any(r["code"] == "sightings" for r in Case.objects.order_by("-urgency").first().reasons)  # type: ignore[union-attr]


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of members that the reader gives to the confined workers."""
    paths: list[str] = []
    look = confined.Pool.map

    def watched(jobs: Iterator[Any]) -> Iterator[Any]:
        for job in jobs:
            if isinstance(job[0], reading.Read):
                paths.append(job[0].member.path)
            yield job

    monkeypatch.setattr(confined.Pool, "map", lambda pool, jobs: look(pool, watched(jobs)))
    return paths


@pytest.fixture
def unseen(tmp_path: Path) -> Path:
    """Three pictures that no other test draws: the vault outlives a test."""
    folder = tmp_path / "unseen"
    folder.mkdir()
    for _ in range(3):
        seed = random.SystemRandom().randrange(10**6, 2**31)
        (folder / f"{seed}.jpg").write_bytes(draw(seed))
    return folder


def test_what_is_here_is_not_decoded_again_for_another_report(
    take_in: TakeIn, unseen: Path, looks: list[str]
) -> None:
    take_in(unseen)
    assert len(looks) == 3
    looks.clear()
    (unseen / "broken.jpg").write_bytes(draw(1)[:200])
    again = take_in(unseen, "somebody else")
    assert (again.taken, again.already_here) == (4, 3)
    assert looks == ["broken.jpg"]
    assert Examination.objects.count() == Item.objects.count() == 4


def test_sealed_bytes_without_a_row_are_looked_at_all_the_same(
    take_in: TakeIn, unseen: Path, looks: list[str]
) -> None:
    left = next(unseen.iterdir())
    untrusted_bytes = left.read_bytes()
    with vault().writing() as batch:  # as an import leaves them that is killed before its rows are written
        batch.put(untrusted_bytes, preview=make_preview(decode(untrusted_bytes, want="luma")))
    take_in(unseen)
    assert left.name not in looks
    assert len(looks) == 2
    item = Item.objects.get(sha256=hashlib.sha256(untrusted_bytes).hexdigest())
    assert Fingerprint.objects.filter(item=item, algorithm="pdq").count() == 1
    assert Examination.objects.count() == Item.objects.count() == 3
    assert ClusterMember.objects.filter(item=item, left_at=None).exists()


def test_the_head_of_the_ledger_is_not_moved_for_each_case(take_in: TakeIn, folder: Path) -> None:
    moved: list[str] = []

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("UPDATE ledger_head"):
            moved.append(sql)
        return execute(sql, params, many, context)

    take_in(folder)
    with connection.execute_wrapper(watch):
        take_in(folder, "somebody else")
    placed = ledger.search(event=Event.CASE_PLACED).count()
    assert placed == Case.objects.count() == 4
    assert len(moved) <= 4  # received, captured, finished, placed


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_an_archive_is_taken_in_like_its_folder(
    take_in: TakeIn, folder: Path, tmp_path: Path, kind: str
) -> None:
    archive = tmp_path / f"batch.{kind}"
    files = [p for p in sorted(folder.rglob("*")) if p.is_file()]
    if kind == "zip":
        with zipfile.ZipFile(archive, "w") as out:
            for p in files:
                out.write(p, p.relative_to(folder))
    else:
        with tarfile.open(archive, "w:gz" if kind.endswith("gz") else "w") as tar:
            for p in files:
                tar.add(p, p.relative_to(folder).as_posix())
    done = take_in(archive)
    assert (done.taken, done.new_items, done.failures) == (6, 5, 0)


def test_names_that_point_elsewhere_are_only_labels(take_in: TakeIn, tmp_path: Path) -> None:
    archive = tmp_path / "odd.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("../../outside.jpg", draw(5))
        out.writestr("/absolute.jpg", draw(6))
    assert take_in(archive).taken == 2
    assert not (tmp_path.parent / "outside.jpg").exists()
    assert set(Sighting.objects.values_list("path", flat=True)) == {"../../outside.jpg", "/absolute.jpg"}


def test_members_come_folder_by_folder_in_the_order_of_their_names(folder: Path) -> None:
    batch = batches.open_batch(folder)
    paths = [member.path for member in batch.members()]
    assert paths == [
        *("deep/er/three.webp", "deep/two.png", "four.jpg"),
        *("one again.jpg", "one smaller.jpg", "one.jpg"),
    ]
    assert batch.total == len(paths)


def test_a_member_that_is_larger_than_it_said_is_read_whole(folder: Path) -> None:
    member = next(batches.open_batch(folder / "four.jpg").members())
    read = reading._in_memory(replace(member, size=10))
    assert read.untrusted_bytes == (folder / "four.jpg").read_bytes()


def test_an_empty_folder_is_refused_with_what_to_do(take_in: TakeIn, tmp_path: Path) -> None:
    (tmp_path / "empty" / "below").mkdir(parents=True)
    with pytest.raises(BadInput, match="holds no files"):
        take_in(tmp_path / "empty")


def test_a_path_that_is_not_there_is_refused(take_in: TakeIn, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nothing at that path"):
        take_in(tmp_path / "nowhere")


def test_too_many_members_are_refused_before_they_are_read(
    take_in: TakeIn, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MAX_MEMBERS", 3)
    archive = tmp_path / "many.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for number in range(5):
            out.writestr(f"{number}.txt", b"")
    for path in (folder, archive):
        with pytest.raises(TooLarge, match="Divide it"):
            take_in(path)


def test_a_damaged_archive_is_refused_and_what_came_before_is_kept(take_in: TakeIn, tmp_path: Path) -> None:
    whole = tmp_path / "whole.tar"
    with tarfile.open(whole, "w") as tar:
        for number in (1, 2, 3):
            (tmp_path / f"{number}.jpg").write_bytes(draw(number, size=(640, 480)))
            tar.add(tmp_path / f"{number}.jpg", f"{number}.jpg")
    cut = tmp_path / "cut.tar"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(BadInput, match="damaged"):
        take_in(cut)
    assert Item.objects.count() <= 2


def test_a_text_named_jpg_is_an_item_with_that_finding(take_in: TakeIn, tmp_path: Path) -> None:
    (tmp_path / "note.jpg").write_text("this is a text")
    done = take_in(tmp_path)
    assert (done.taken, done.failures) == (1, 0)
    looked = Examination.objects.get()
    assert looked.failure
    assert not looked.has_preview
    assert Case.objects.get().state == Case.State.UNREADABLE


def test_a_truncated_picture_is_an_item_with_that_finding(take_in: TakeIn, tmp_path: Path) -> None:
    (tmp_path / "half.jpg").write_bytes(draw(9)[:4000])
    take_in(tmp_path)
    assert Examination.objects.get().failure
    assert Item.objects.get().sha256


def test_a_link_is_named_and_not_followed(take_in: TakeIn, folder: Path) -> None:
    (folder / "link.jpg").symlink_to("/etc/hostname")
    done = take_in(folder)
    assert done.failures == 1
    assert "link" in FailedSighting.objects.get().reason


def test_an_unreadable_file_is_named_and_tried_again(
    take_in: TakeIn, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.open

    def refusing(path: Path, *args: object, **kwargs: object) -> object:
        if path.name == "four.jpg":
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **kwargs)  # type: ignore[call-overload]

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refusing)
        assert take_in(folder).failures == 1
    assert "permissions" in FailedSighting.objects.get().reason
    assert take_in(folder).taken == 1
    assert not FailedSighting.objects.filter(resolved_at=None).exists()


def test_a_file_that_changes_while_it_is_read_is_named(
    take_in: TakeIn, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = batches._file_member

    def restless(path: Path, name: str) -> batches.Member:
        member = real(path, name)
        if name != "four.jpg":
            return member

        def opened():  # type: ignore[no-untyped-def]
            stream = path.open("rb")
            with path.open("ab") as other:
                other.write(b"x")
            return stream

        return replace(member, open=opened)

    monkeypatch.setattr(batches, "_file_member", restless)
    done = take_in(folder)
    assert done.failures == 1
    assert "changed" in FailedSighting.objects.get().reason


def test_a_second_import_waits_its_turn(take_in: TakeIn, folder: Path) -> None:
    with settings.DATA.import_lock.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Busy, match="Another import"):
            take_in(folder)
    assert not Report.objects.exists()


def test_a_full_disk_loses_nothing_and_the_next_run_goes_on(
    take_in: TakeIn, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openhotline_server.pipeline.reading.CHUNK", 2)
    real, calls = importing._write, []

    def full(*args, **kwargs):  # type: ignore[no-untyped-def]
        calls.append(1)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        return real(*args, **kwargs)

    monkeypatch.setattr(importing, "_write", full)
    with pytest.raises(OSError, match="No space"):
        take_in(folder)
    assert Sighting.objects.count() == 2
    monkeypatch.setattr(importing, "_write", real)
    done = take_in(folder)
    assert (done.skipped, done.taken) == (2, 4)
    assert (Item.objects.count(), Sighting.objects.count(), Report.objects.count()) == (5, 6, 1)


def test_a_large_member_is_sealed_as_a_stream(
    take_in: TakeIn, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openhotline_server.pipeline.reading.IN_MEMORY", 5_000)
    take_in(folder)
    for sighting in Sighting.objects.select_related("item"):
        assert original(sighting.item) == (folder / sighting.path).read_bytes()
    assert Examination.objects.filter(failure__contains="96 MiB").exists()
