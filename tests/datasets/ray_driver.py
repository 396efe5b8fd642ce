"""A cluster of two nodes on this machine, and an audit on it: DATA_SET LIST OUT; one node is killed in the middle.

Prints how many results were there when it was.
"""

from __future__ import annotations

import sys
from pathlib import Path

from openhotline.datasets.audit.engine.quiet import ray_quietly


def main(data_set: Path, listed: Path, out: Path) -> None:
    """Start, audit, kill, finish."""
    ray_quietly()
    from ray.cluster_utils import Cluster
    from tests.datasets.audit_cast import KEY, asked, now

    from openhotline.datasets.audit.run import Progress, run_audit

    memory = {"num_cpus": 1, "object_store_memory": 100 << 20, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=memory)
    try:
        lost = [cluster.add_node(num_cpus=1, object_store_memory=100 << 20)]

        def progress(far: Progress) -> None:
            if far.finished >= 3 and lost:
                cluster.remove_node(lost.pop(), allow_graceful=False)
                print(f"killed after {far.finished}")

        question = asked(
            data_set, listed, fingerprints=True, engine="ray", address=cluster.address, workers=2
        )
        run_audit(question, out, key=KEY, now=now, progress=progress)
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
