"""System calls by name: which a confined process may make, and their numbers on the machines known here.

Numbers: Linux ``arch/x86/entry/syscalls/syscall_64.tbl`` and ``include/uapi/asm-generic/unistd.h`` (aarch64).
They never change once given out.
"""

from __future__ import annotations

# The most frequent first: the filter is read from the top.
ALLOWED = (
    # the pipes, and reading files that Landlock leaves open
    *(
        "read",
        "write",
        "readv",
        "writev",
        "close",
        "lseek",
        "pread64",
        "fstat",
        "newfstatat",
        "stat",
        "lstat",
    ),
    *("statx", "access", "faccessat", "faccessat2", "readlink", "readlinkat", "getdents64", "getcwd"),
    # its own memory
    *("mmap", "munmap", "mprotect", "mremap", "madvise", "brk"),
    # locks, time, waiting
    *(
        "futex",
        "set_robust_list",
        "rseq",
        "sched_yield",
        "sched_getaffinity",
        "getcpu",
        "clock_gettime",
        "clock_getres",
        "gettimeofday",
    ),
    *("time", "clock_nanosleep", "nanosleep", "poll", "ppoll", "select", "pselect6", "restart_syscall"),
    # the limit on processor time per call
    *("setitimer", "getitimer"),
    # its own signal handlers
    *("rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack"),
    # harmless questions
    *("getrandom", "getpid", "getppid", "gettid", "getuid", "geteuid", "getgid", "getegid", "getrusage"),
    *("getrlimit", "times", "uname", "sysinfo"),
    # the end
    *("exit", "exit_group"),
)

# fmt: off
_X86_64 = {
    "read": 0, "write": 1, "readv": 19, "writev": 20, "close": 3, "lseek": 8, "pread64": 17, "fstat": 5,
    "newfstatat": 262, "stat": 4, "lstat": 6, "statx": 332, "access": 21, "faccessat": 269,
    "faccessat2": 439, "readlink": 89, "readlinkat": 267, "getdents64": 217, "getcwd": 79, "mmap": 9,
    "munmap": 11, "mprotect": 10, "mremap": 25, "madvise": 28, "brk": 12, "futex": 202, "sched_yield": 24,
    "sched_getaffinity": 204, "getcpu": 309, "clock_gettime": 228, "clock_getres": 229, "gettimeofday": 96,
    "time": 201, "clock_nanosleep": 230, "nanosleep": 35, "poll": 7, "ppoll": 271, "select": 23,
    "pselect6": 270, "restart_syscall": 219, "setitimer": 38, "getitimer": 36, "rt_sigaction": 13,
    "rt_sigprocmask": 14, "rt_sigreturn": 15, "sigaltstack": 131, "getrandom": 318, "getpid": 39,
    "getppid": 110, "gettid": 186, "getuid": 102, "geteuid": 107, "getgid": 104, "getegid": 108,
    "getrusage": 98, "getrlimit": 97, "times": 100, "uname": 63, "sysinfo": 99, "exit": 60,
    "exit_group": 231, "openat": 257, "open": 2, "fcntl": 72, "tgkill": 234, "prlimit64": 302,
    "clone": 56, "clone3": 435, "set_robust_list": 273, "rseq": 334,
}
_AARCH64 = {
    "read": 63, "write": 64, "readv": 65, "writev": 66, "close": 57, "lseek": 62, "pread64": 67,
    "fstat": 80, "newfstatat": 79, "statx": 291, "faccessat": 48, "faccessat2": 439, "readlinkat": 78,
    "getdents64": 61, "getcwd": 17, "mmap": 222, "munmap": 215, "mprotect": 226, "mremap": 216,
    "madvise": 233, "brk": 214, "futex": 98, "sched_yield": 124, "sched_getaffinity": 123, "getcpu": 168,
    "clock_gettime": 113, "clock_getres": 114, "gettimeofday": 169, "clock_nanosleep": 115,
    "nanosleep": 101, "ppoll": 73, "pselect6": 72, "restart_syscall": 128, "setitimer": 103,
    "getitimer": 102, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139, "sigaltstack": 132,
    "getrandom": 278, "getpid": 172, "getppid": 173, "gettid": 178, "getuid": 174, "geteuid": 175,
    "getgid": 176, "getegid": 177, "getrusage": 165, "getrlimit": 163, "times": 153, "uname": 160,
    "sysinfo": 179, "exit": 93, "exit_group": 94, "openat": 56, "fcntl": 25, "tgkill": 131,
    "prlimit64": 261, "clone": 220, "clone3": 435, "set_robust_list": 99, "rseq": 293,
}
# fmt: on

NUMBERS = {"x86_64": _X86_64, "aarch64": _AARCH64}
