"""What somebody between hotline and subscriber could try; each time the list that is held stays as it was."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.exchange_updates.updates_cast import KEY, NOW, Scene, served

from openhotline.errors import Damaged, NotAllowed, NotFound, OpenHotlineError
from openhotline.exchange.updates import LIST, Way


@contextmanager
def _kept(scene: Scene, error: type[OpenHotlineError], words: str) -> Iterator[None]:
    """An update fails with these words, and the list that is held is the one before."""
    folder = scene.folder / "held"
    before = {
        name: (folder / name).read_bytes() for name in ("list.csv", "state.json") if (folder / name).exists()
    }
    yield
    with pytest.raises(error, match=words):
        scene.subscriber().update()
    after = {
        name: (folder / name).read_bytes() for name in ("list.csv", "state.json") if (folder / name).exists()
    }
    assert after == before


def _list_path(scene: Scene) -> str:
    (name,) = [n for n in scene.files() if n.endswith(f".{LIST}") and _is_newest(scene, n)]
    return name


def _is_newest(scene: Scene, name: str) -> bool:
    targets = max(
        (n for n in scene.files() if n.endswith("targets.json")),
        key=lambda n: int(Path(n).name.split(".")[0]),
    )
    signed = json.loads(scene.files()[targets])["signed"]["targets"]
    return bool(Path(name).name.startswith(signed[LIST]["hashes"]["sha256"]))


def test_rollback_an_older_state_is_refused(scene: Scene) -> None:
    scene.publish(["a"])
    old = scene.files()
    scene.publish(["a", "b"])
    scene.subscriber().update()
    with _kept(scene, Damaged, "older state"):
        scene.put(old)


def test_rollback_of_the_snapshot_alone_is_refused(scene: Scene) -> None:
    scene.publish(["a"])
    old = scene.files()
    scene.publish(["a", "b"])
    scene.subscriber().update()
    scene.publish(["a", "b", "c"])
    with _kept(scene, Damaged, "not what the hotline signed"):
        scene.put({"metadata/3.snapshot.json": old["metadata/1.snapshot.json"]})


def test_freeze_the_same_files_for_ever_are_refused(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody goes on serving what was good: the timestamp that was believed runs out."""
    scene.publish(["a"])
    scene.subscriber().update()
    with _kept(scene, Damaged, "expired"):
        _later(monkeypatch, timedelta(days=2))
        assert scene.subscriber().update().way is Way.HELD
        _later(monkeypatch, timedelta(days=4))


def test_freeze_a_state_that_ran_out_before_it_was_seen_is_refused(scene: Scene) -> None:
    scene.publish(["a"], at=NOW - timedelta(days=4))
    with pytest.raises(Damaged, match="expired"):
        scene.subscriber().update()
    scene.repository.refresh(at=NOW)
    assert scene.subscriber().update().way is Way.WHOLE


def _later(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> None:
    """Let python-tuf, which asks the clock by itself, believe that time has passed."""

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return NOW.astimezone(tz) + by

    clock = SimpleNamespace(datetime=Later, timezone=timezone, timedelta=timedelta)
    monkeypatch.setattr("tuf.ngclient._internal.trusted_metadata_set.datetime", clock)


def test_mix_and_match_parts_of_two_states_are_refused(scene: Scene) -> None:
    scene.publish(["a"])
    old = scene.files()
    scene.publish(["a", "b"])
    with _kept(scene, Damaged, "not what the hotline signed"):
        scene.put({"metadata/2.targets.json": old["metadata/1.targets.json"]})


def test_mix_and_match_of_two_lists_of_one_hotline_is_refused(scene: Scene, tmp_path: Path) -> None:
    """Each list has keys of its own: what was signed for another list does not pass for this one."""
    scene.publish(["a"])
    scene.subscriber().update()
    (tmp_path / "other").mkdir()
    with served(tmp_path / "other") as other:
        for names in (["x"], ["x", "y"]):
            other.publish(names)
        with _kept(scene, Damaged, "not what the hotline signed"):
            scene.put({n: d for n, d in other.files().items() if not n.endswith("root.json")})


def test_an_altered_list_is_refused(scene: Scene) -> None:
    scene.publish(["a", "b"])
    with _kept(scene, Damaged, "not what the hotline signed"):
        path = _list_path(scene)
        text = gzip.decompress(scene.files()[path]).replace(b"listed", b"lifted")
        scene.put({path: gzip.compress(text, mtime=0)})


def test_an_altered_list_of_the_same_length_is_refused(scene: Scene) -> None:
    scene.publish(["a", "b"])
    with _kept(scene, Damaged, "not what the hotline signed"):
        path = _list_path(scene)
        data = bytearray(scene.files()[path])
        data[-1] ^= 1
        scene.put({path: bytes(data)})


def test_an_altered_delta_is_refused(scene: Scene) -> None:
    names = [str(number) for number in range(50)]
    scene.publish(names)
    scene.subscriber().update()
    scene.publish([*names, "new"])
    with _kept(scene, Damaged, "not what the hotline signed"):
        (path,) = [n for n in scene.files() if "delta-2" in n]
        scene.put({path: scene.files()[path][:-1] + b"x"})


def test_a_list_without_end_is_cut_off(scene: Scene) -> None:
    scene.publish(["a"])
    with _kept(scene, Damaged, "not what the hotline signed"):
        scene.instead[LIST] = b"x" * 1_000_000


def test_a_wrong_root_is_refused(scene: Scene, tmp_path: Path) -> None:
    scene.publish(["a"])
    (tmp_path / "other").mkdir()
    with served(tmp_path / "other") as other:
        root = (other.repository.folder / "metadata" / "1.root.json").read_bytes()
    with pytest.raises(Damaged, match="root file"):
        scene.subscriber(root=root).update()
    assert not (scene.folder / "held" / "list.csv").exists()
    with pytest.raises(Damaged, match="root file"):
        scene.subscriber(root=b"no root", name="other").update()


def test_a_forged_next_root_is_refused(scene: Scene, tmp_path: Path) -> None:
    scene.publish(["a"])
    scene.subscriber().update()
    (tmp_path / "other").mkdir()
    with served(tmp_path / "other") as other:
        forged = json.loads((other.repository.folder / "metadata" / "1.root.json").read_bytes())
    forged["signed"]["version"] = 2
    with _kept(scene, Damaged, "not what the hotline signed"):
        scene.put({"metadata/2.root.json": json.dumps(forged).encode()})


def test_an_interrupted_download_leaves_what_is_held_and_goes_on_later(scene: Scene) -> None:
    scene.publish([str(number) for number in range(200)])
    with _kept(scene, OpenHotlineError, "stopped in the middle"):
        scene.instead[LIST] = 100
    scene.instead.clear()
    assert scene.subscriber().update().edition.rows == 200


def test_interrupted_metadata_too(scene: Scene) -> None:
    scene.publish(["a"])
    with _kept(scene, OpenHotlineError, "stopped in the middle"):
        scene.instead["timestamp.json"] = 20


def test_a_silent_server_is_not_waited_for_for_ever(scene: Scene) -> None:
    scene.publish(["a"])
    scene.instead["timestamp.json"] = "silence"
    with pytest.raises(OpenHotlineError, match="not reached"):
        scene.subscriber(longest_wait=0.2).update()


def test_a_server_that_is_not_there(scene: Scene) -> None:
    scene.publish(["a"])
    scene.address = "http://127.0.0.1:9"
    with pytest.raises(OpenHotlineError, match="not reached") as refused:
        scene.subscriber().update()
    assert refused.value.exit_code == 3


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (401, NotAllowed, "key"),
        (403, NotAllowed, "entitled"),
        (404, NotFound, "address"),
        (500, OpenHotlineError, "500"),
    ],
)
def test_what_the_server_answers_is_said(
    scene: Scene, status: int, error: type[OpenHotlineError], words: str
) -> None:
    scene.publish(["a"])
    scene.subscriber().update()
    with _kept(scene, error, words):
        scene.instead["timestamp.json"] = status


def test_the_key_goes_with_every_request_and_follows_no_redirection(scene: Scene) -> None:
    scene.publish(["a"])
    scene.subscriber().update()
    assert {key for _, key in scene.asked} == {f"Bearer {KEY}"}
    asked = len(scene.asked)
    scene.instead["timestamp.json"] = (302, f"{scene.address}/elsewhere")
    with pytest.raises(OpenHotlineError, match="302"):
        scene.subscriber().update()
    assert not any("elsewhere" in path for path, _ in scene.asked[asked:])


def test_without_a_key_it_is_401(scene: Scene) -> None:
    scene.publish(["a"])
    with pytest.raises(NotAllowed, match="key"):
        scene.subscriber(key="").update()
