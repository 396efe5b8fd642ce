"""Three digests in one pass."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys

import pytest

from openhotline import hashing


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 1, 3_000_000])
def test_bytes_and_stream_give_the_same_digests(size: int) -> None:
    data = bytes(i * 7 % 251 for i in range(1000)) * (size // 1000 + 1)
    data = data[:size]
    found = hashing.digests(data)
    assert found == hashing.digests_of_stream(io.BytesIO(data)) == hashing.digests(memoryview(data))
    assert found.md5 == hashlib.md5(data).hexdigest()
    assert found.sha1 == hashlib.sha1(data).hexdigest()
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert found.size == size


def test_importing_hashing_and_matching_loads_no_compiler() -> None:
    code = "import sys, openhotline.hashing, openhotline.matching; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_kernels_are_made_where_nothing_may_be_cached() -> None:
    code = (
        "import numba.core.caching as c\n"
        "c.CacheImpl._locator_classes = []\n"
        "from openhotline.hashing import compiled\n"
        "@compiled.compiled(compiled.INTEGER, compiled.INTEGER)\n"
        "def double(n): return 2 * n\n"
        "assert double(4) == 8"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
