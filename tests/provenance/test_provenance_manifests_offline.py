"""The product never goes to the network for a manifest, and costs next to nothing where there is none."""

from __future__ import annotations

import io
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import c2pa
import pytest
from manifest_cast import TRAINED, identity, identity_to_look_up, picture, root, said, signed

from openhotline.media.confined import Pool
from openhotline.provenance.signed import library
from openhotline.provenance.signed.gate import may_hold_manifest
from openhotline.provenance.signed.manifests import signed_provenance
from openhotline.provenance.signed.trust import NO_TRUST, Trust, load_trust, update_trust

JPEG = "image/jpeg"
PLAIN = """
import sys
from openhotline.provenance.signed.manifests import signed_provenance
from openhotline.provenance.signed.trust_list import NO_TRUST
"""


class Listener:
    """A server on this machine that counts who knocks and closes the door."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"
        self.knocks = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        with suppress(OSError):
            while True:
                guest, _ = self._socket.accept()
                self.knocks += 1
                guest.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    server = Listener()
    yield server
    server.close()


@pytest.fixture
def trust(tmp_path: Path) -> Trust:
    (tmp_path / "roots.pem").write_bytes(root().pem)
    update_trust(tmp_path / "trust", [tmp_path / "roots.pem"], name="drawn")
    return load_trust(tmp_path / "trust")


def test_an_address_in_a_file_is_never_knocked_at(listener: Listener, trust: Trust) -> None:
    only_named = signed(said(TRAINED), address=f"{listener.address}one.c2pa", embed=False)
    named_too = signed(said(TRAINED), address=f"{listener.address}two.c2pa")
    asks = signed(said(TRAINED), by=identity("Asks", root(), asks_at=f"{listener.address}ocsp"))
    someone = signed(said(TRAINED, more=[identity_to_look_up(listener.address[7:-1].replace(":", "%3A"))]))
    for data in (only_named, named_too, asks, someone):
        assert signed_provenance(data, JPEG, trust)
        assert signed_provenance(data, None, NO_TRUST)
    time.sleep(0.2)
    assert listener.knocks == 0


def test_the_listener_would_have_noticed(listener: Listener) -> None:
    data = signed(said(TRAINED), address=f"{listener.address}one.c2pa", embed=False)
    with pytest.raises(c2pa.C2paError):  # the library's own default goes out
        c2pa.Reader(JPEG, io.BytesIO(data), context=c2pa.Context())
    assert listener.knocks > 0


def test_every_context_is_made_offline(monkeypatch: pytest.MonkeyPatch, trust: Trust) -> None:
    seen = []
    make = c2pa.Context.from_dict

    def watched(settings: dict) -> c2pa.Context:  # type: ignore[type-arg]
        seen.append(settings["verify"])
        return make(settings)

    monkeypatch.setattr(c2pa.Context, "from_dict", watched)
    library._context.cache_clear()
    signed_provenance(signed(said(TRAINED)), JPEG, trust)
    ours = [verify for verify in seen if "verify_after_sign" not in verify]
    assert ours
    assert {(one["remote_manifest_fetch"], one["ocsp_fetch"]) for one in ours} == {(False, False)}


def test_contexts_are_made_once_for_each_state_of_trust(trust: Trust) -> None:
    data = signed(said(TRAINED))
    library._context.cache_clear()
    for _ in range(3):
        signed_provenance(data, JPEG, trust)
        signed_provenance(data, JPEG, NO_TRUST)
    assert library._context.cache_info().misses == 2


def test_it_works_where_there_is_no_network_at_all(tmp_path: Path) -> None:
    leave = ["unshare", "--user", "--map-root-user", "--net"]
    if not shutil.which("unshare") or subprocess.run([*leave, "true"], capture_output=True).returncode:
        pytest.skip("this machine lets nobody leave the network")
    file = tmp_path / "one.jpg"
    file.write_bytes(signed(said(TRAINED), address="http://192.0.2.1/one.c2pa", embed=False))
    program = (
        PLAIN + "print(signed_provenance(open(sys.argv[1],'rb').read(), 'image/jpeg', NO_TRUST)[0].strength)"
    )
    ran = subprocess.run(
        [*leave, sys.executable, "-c", program, str(file)], capture_output=True, text=True, timeout=240
    )
    assert ran.stdout.strip() == "remote_reference_only"


def test_a_confined_process_reads_manifests_and_names_to_look_up_do_not_end_it(trust: Trust) -> None:
    someone = signed(said(TRAINED, more=[identity_to_look_up("issuers.example.org")]))
    files = (signed(said(TRAINED)), someone, signed(said(TRAINED)))
    with Pool("manifest_entry:entry", workers=1, extra_sys_path=[Path(__file__).parent]) as pool:
        assert "seccomp" in pool.confinement
        replies = [pool.call(data, lists=trust.as_json()).header["evidence"] for data in files]
    strengths = [one["strength"] for reply in replies for one in reply]
    assert strengths == ["cryptographic_trusted", "signed_but_not_verifiable", "cryptographic_trusted"]


def test_without_a_manifest_the_library_is_not_even_loaded(tmp_path: Path) -> None:
    file = tmp_path / "plain.jpg"
    file.write_bytes(picture(JPEG, 512))
    program = PLAIN + (
        "found = signed_provenance(open(sys.argv[1],'rb').read(), 'image/jpeg', NO_TRUST)\n"
        "print(found, 'c2pa' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(file)], capture_output=True, text=True, timeout=240
    )
    assert ran.stdout.strip() == "() False"


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png", "image/webp", "image/tiff"])
def test_the_gate_is_cheap_and_opens_for_every_form(media_type: str) -> None:
    plain, marked = picture(media_type, 1024), signed(said(TRAINED), media_type=media_type)
    assert may_hold_manifest(marked, media_type)
    assert not may_hold_manifest(plain, media_type)
    best = min(_seconds(plain, media_type) for _ in range(20))
    assert best < 0.0005  # 0.01 ms in truth; the rest is for a busy machine


def _seconds(data: bytes, media_type: str) -> float:
    begun = time.thread_time()
    may_hold_manifest(data, media_type)
    return time.thread_time() - begun
