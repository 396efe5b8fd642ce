"""Editions: what a subscriber holds is what was published, however it came."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from tests.exchange_updates.updates_cast import NOW, Scene, table

from openhotline.errors import BadInput, Busy, Conflict, Damaged, NotFound, Refused, WrongUsage
from openhotline.exchange.updates import Subscriber, Way, delta_name, read_signer
from openhotline.exchange.updates.locking import locked

MANY = [str(number) for number in range(60)]


def test_a_subscriber_holds_what_was_published(scene: Scene) -> None:
    edition = scene.publish(["a", "b"])
    update = scene.subscriber().update()
    assert (edition.number, update.edition.number, update.way) == (1, 1, Way.WHOLE)
    assert update.list_file.read_bytes() == (scene.folder / "new.csv").read_bytes()
    assert update.edition.name == "category-b"
    assert scene.subscriber().update().way is Way.HELD


def test_a_new_edition_comes_by_deltas_and_drops_what_was_withdrawn(scene: Scene) -> None:
    scene.publish(MANY)
    scene.subscriber().update()
    scene.publish([*MANY, "new"], withdrawn=("7",))
    scene.publish([*MANY[1:], "new", "newer"], withdrawn=("7",))
    scene.asked.clear()
    update = scene.subscriber().update()
    assert (update.way, update.edition.number) == (Way.DELTAS, 3)
    assert update.list_file.read_bytes() == (scene.folder / "new.csv").read_bytes()
    assert not any(path.endswith("list.csv.gz") for path, _ in scene.asked)


def test_who_is_far_behind_gets_it_whole(scene: Scene) -> None:
    scene.publish(MANY)
    scene.subscriber().update()
    scene.publish([f"{name}!" for name in MANY])
    update = scene.subscriber().update()
    assert (update.way, update.edition.number) == (Way.WHOLE, 2)
    assert update.list_file.read_bytes() == (scene.folder / "new.csv").read_bytes()


def test_deltas_together_are_smaller_than_the_list(scene: Scene) -> None:
    for last in range(1, 15):
        scene.publish([*MANY[:10], *(f"new{number}" for number in range(last))])
    newest = scene.repository._signing.standing()
    assert newest is not None
    deltas = [file.length for name, file in newest.targets.items() if name.startswith("delta")]
    assert 1 < len(deltas) < 13
    assert sum(deltas) < newest.targets["list.csv.gz"].length
    assert delta_name(14) in newest.targets


def test_the_same_list_again_is_no_new_edition(scene: Scene) -> None:
    scene.publish(["a"])
    assert scene.publish(["a"], at=NOW + timedelta(hours=1)).number == 1
    assert scene.subscriber().update().edition.number == 1


def test_a_damaged_list_at_the_subscriber_is_fetched_anew(scene: Scene) -> None:
    scene.publish(MANY)
    scene.subscriber().update()
    (scene.folder / "held" / "list.csv").write_bytes(b"something else")
    update = scene.subscriber().update()
    assert update.way is Way.WHOLE
    assert update.list_file.read_bytes() == (scene.folder / "new.csv").read_bytes()


def test_a_subscriber_who_died_between_list_and_state_recovers(scene: Scene) -> None:
    scene.publish(MANY)
    scene.subscriber().update()
    old_state = (scene.folder / "held" / "state.json").read_bytes()
    scene.publish([*MANY, "new"])
    scene.subscriber().update()
    (scene.folder / "held" / "state.json").write_bytes(old_state)
    assert scene.subscriber().update().way is Way.WHOLE
    assert json.loads((scene.folder / "held" / "state.json").read_text())["edition"] == 2


def test_nothing_but_the_list_and_its_state_stays_at_the_subscriber(scene: Scene) -> None:
    scene.publish(MANY)
    scene.subscriber().update()
    scene.publish([*MANY, "new"])
    scene.subscriber().update()
    held = scene.folder / "held"
    assert {path.name for path in held.iterdir()} == {
        "list.csv",
        "state.json",
        "metadata",
        "fetched",
        ".lock",
    }
    assert not list((held / "fetched").iterdir())


def test_older_files_are_removed_but_not_at_once(scene: Scene) -> None:
    for number in range(12):
        scene.publish([str(number)], at=NOW)
    names = scene.files()
    assert sum(name.endswith("list.csv.gz") for name in names) == 5
    assert sum(name.endswith("targets.json") for name in names) == 5
    assert "metadata/1.root.json" in names
    assert not any(".new" in name for name in names)


def test_a_refresh_keeps_the_list_trusted(scene: Scene) -> None:
    scene.publish(["a"], at=NOW - timedelta(days=10))
    with pytest.raises(Damaged, match="expired"):
        scene.subscriber().update()
    assert scene.repository.refresh(at=NOW).number == 1
    assert scene.subscriber().update().edition.number == 1


def test_a_refresh_renews_what_is_half_spent(scene: Scene) -> None:
    scene.publish(["a"], at=NOW - timedelta(days=60))
    scene.repository.refresh(at=NOW)
    assert "metadata/2.targets.json" in scene.files()
    assert scene.subscriber().update().edition.number == 1


def test_the_root_key_may_be_away_and_is_needed_to_renew_the_root(scene: Scene, tmp_path: Path) -> None:
    away = tmp_path / "offline.pem"
    scene.repository.keys.root_file.rename(away)
    assert not scene.repository.keys.make_missing()
    scene.publish(["a"])
    with pytest.raises(NotFound, match="root"):
        read_signer(scene.repository.keys.root_file)
    before = scene.repository.root_expires_at()
    scene.repository.renew_root(read_signer(away), at=NOW)
    assert scene.repository.root_expires_at() > before
    assert scene.subscriber().update().edition.number == 1


def test_replaced_keys_are_followed_and_the_old_ones_no_longer_count(scene: Scene, tmp_path: Path) -> None:
    scene.publish(["a"])
    scene.subscriber().update()
    stolen = tmp_path / "stolen"
    stolen.mkdir()
    for role in ("targets", "snapshot", "timestamp"):
        (stolen / f"{role}.pem").write_bytes((scene.repository.keys.folder / f"{role}.pem").read_bytes())
    scene.repository.renew_root(read_signer(scene.repository.keys.root_file), at=NOW, replace_keys=True)
    assert scene.subscriber().update().edition.number == 1
    for role in ("targets", "snapshot", "timestamp"):
        (scene.repository.keys.folder / f"{role}.pem").write_bytes((stolen / f"{role}.pem").read_bytes())
    scene.publish(["a", "forged"])
    with pytest.raises(Damaged, match="not what the hotline signed"):
        scene.subscriber().update()


def test_a_wrong_root_key_is_refused(scene: Scene) -> None:
    with pytest.raises(Refused, match="not the root key"):
        scene.repository.renew_root(read_signer(scene.repository.keys.folder / "targets.pem"), at=NOW)


def test_an_expired_root_publishes_nothing(scene: Scene) -> None:
    with pytest.raises(Refused, match="root has expired"):
        scene.publish(["a"], at=NOW + timedelta(days=400))


def test_keys_are_readable_by_their_owner_only(scene: Scene) -> None:
    folder = scene.repository.keys.folder
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert {path.name for path in folder.iterdir()} == {
        "root.pem",
        "targets.pem",
        "snapshot.pem",
        "timestamp.pem",
    }


def test_a_repository_is_created_once(scene: Scene) -> None:
    with pytest.raises(Conflict):
        scene.repository.create(at=NOW)


def test_nothing_published_yet_is_said(scene: Scene) -> None:
    with pytest.raises(NotFound, match="publish-files"):
        scene.repository.edition()
    with pytest.raises(NotFound):
        scene.subscriber().update()


def test_two_at_once_are_kept_apart(scene: Scene) -> None:
    scene.publish(["a"])
    with locked(scene.folder / "held"), pytest.raises(Busy):
        scene.subscriber().update()
    with locked(scene.repository.folder), pytest.raises(Busy):
        scene.repository.refresh(at=NOW)


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2\n", "algorithm,value\nsha256,b\nsha256,a\n", "algorithm,value\nx,1\nx,1\n"]
)
def test_a_list_that_is_not_sorted_or_no_list_is_refused_and_nothing_changes(scene: Scene, text: str) -> None:
    scene.publish(["a"])
    before = scene.files()
    bad = scene.folder / "bad.csv"
    bad.write_text(text)
    with pytest.raises(BadInput):
        scene.repository.publish(bad, at=NOW)
    assert scene.files() == before


@pytest.mark.parametrize(
    "address",
    [
        "http://hotline.example.org/",
        "ftp://x/",
        "https://",
        "https://ana:key@hotline.example.org/",
        "https://h.example.org/?a=1",
    ],
)
def test_an_address_that_would_show_the_key_or_is_none_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(WrongUsage):
        Subscriber(tmp_path, address, b"").update()


def test_other_columns_come_whole(scene: Scene) -> None:
    scene.publish(MANY)
    scene.subscriber().update()
    path = table(scene.folder / "wide.csv", MANY)
    path.write_text(path.read_text().replace("status", "state"))
    scene.repository.publish(path, at=NOW)
    assert scene.subscriber().update().way is Way.WHOLE
