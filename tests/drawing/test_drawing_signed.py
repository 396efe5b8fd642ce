"""Drawn pictures with signed manifests: each is what its name says, once the root is believed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from openhotline.provenance.signed.manifests import signed_provenance
from openhotline.provenance.signed.trust import NO_TRUST, load_trust, update_trust
from openhotline.provenance.suite import Suite
from openhotline_server.pipeline.drawing.signing import draw_signed

EXPECTED = {
    "generated-1.jpg": ("ai_generated", "cryptographic_trusted"),
    "generated-2.jpg": ("ai_generated", "cryptographic_trusted"),
    "edited.jpg": ("ai_edited", "cryptographic_trusted"),
    "camera.jpg": ("camera_capture_claimed", "cryptographic_trusted"),
    "altered.jpg": ("ai_generated", "broken_integrity"),
    "unknown-signer.jpg": ("ai_generated", "signed_but_untrusted"),
    "camera-and-generator.jpg": ("ai_generated", "cryptographic_trusted"),
}


def test_each_is_what_its_name_says(tmp_path: Path) -> None:
    made = draw_signed(seed=5, at=datetime.now(UTC))
    (tmp_path / "root.pem").write_bytes(made.root)
    update_trust(tmp_path / "trust", [tmp_path / "root.pem"], name="drawn")
    trust = load_trust(tmp_path / "trust")
    found = {}
    for name, data in made.files.items():
        (first, *_) = signed_provenance(data, "image/jpeg", trust)
        found[name] = (first.claim, first.strength)
        assert b"PRIVATE" not in data
    assert found == EXPECTED
    evidence = Suite(trust=trust).examine(made.files["camera-and-generator.jpg"]).verdict.contradictions
    assert "camera_over_signed_generation" in {one.code for one in evidence}
    (stranger, *_) = signed_provenance(made.files["camera.jpg"], "image/jpeg", NO_TRUST)
    assert stranger.strength == "signed_but_untrusted"
