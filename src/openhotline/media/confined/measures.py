"""All measures of confinement, in the order in which they can be taken. Each is tried, and reported by name.

A measure that the machine does not offer is left out of the report, never passed over in silence: the pool
refuses to work without those in ``REQUIRED``.
"""

from __future__ import annotations

import os
import platform
import re
import resource
import signal
from collections.abc import Callable, Collection
from pathlib import Path

from openhotline.media.confined import kernel, landlock, namespaces, seccomp
from openhotline.media.limits import Limits

REQUIRED = frozenset({"resource_limits", "no_new_privileges", "seccomp", "parent_death_signal"})
_MOST_THREADS = 16
MEASURES = (
    *("empty_environment", "network_namespace", "parent_death_signal", "resource_limits", "no_core_dump"),
    *("no_new_privileges", "landlock", "no_capabilities", "seccomp"),
)


def before_loading(parent: int) -> list[str]:
    """Take the measures that do not disturb imports. ``parent`` is the process that asked for this one."""
    taken = ["empty_environment"]
    _take(taken, "network_namespace", namespaces.leave_network)
    _take(taken, "parent_death_signal", _die_with_parent)
    if os.getppid() != parent:
        os._exit(0)  # it died before the signal was asked for
    return taken


def after_loading(limits: Limits, before: Collection[str]) -> list[str]:
    """Close everything that is left. From here on strangers' bytes may come."""
    alone = "network_namespace" in before and _counts_by_namespace()
    taken: list[str] = []
    _take(taken, "resource_limits", lambda: _limit_resources(limits, alone))
    _take(taken, "no_core_dump", lambda: kernel.prctl(kernel.PR_SET_DUMPABLE, 0))
    _take(taken, "no_new_privileges", lambda: kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1))
    _take(taken, "landlock", landlock.restrict)
    _take(taken, "no_capabilities", namespaces.drop_capabilities)
    _take(taken, "parent_death_signal", _die_with_parent)  # the kernel forgets it when privileges change
    _take(taken, "seccomp", seccomp.install)
    return taken


def threads() -> int:
    """Return how many threads this process has: several measures hold for the calling one only."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.exists() else 1


def _take(taken: list[str], name: str, measure: Callable[[], None]) -> None:
    """Take a measure and write its name down; a machine that lacks it leaves no name."""
    try:
        measure()
    except (OSError, AttributeError, ValueError):
        return
    taken.append(name)


def _die_with_parent() -> None:
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)


def _address_space() -> int:
    """Return how much address space this process holds now, in bytes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def _counts_by_namespace() -> bool:
    """Tell whether the kernel counts a user's processes for each user namespace apart: since Linux 5.14."""
    version = re.match(r"(\d+)\.(\d+)", platform.release())
    return version is not None and tuple(map(int, version.groups())) >= (5, 14)


def _limit_resources(limits: Limits, alone: bool) -> None:
    """Lower soft and hard limits: nothing written, few threads, bounded memory and processor time.

    The number of threads is only limited where this process is counted alone; elsewhere everything else that
    the user runs would be counted with it. New processes are denied by the system call filter in any case.
    """
    life = int(limits.life_cpu_seconds + limits.cpu_seconds) + 1
    wanted = {
        resource.RLIMIT_AS: _address_space() + limits.memory_bytes,
        resource.RLIMIT_CPU: life,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    if alone:
        wanted[resource.RLIMIT_NPROC] = _MOST_THREADS
    for kind, value in wanted.items():
        _, hard = resource.getrlimit(kind)
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (bound, bound))
