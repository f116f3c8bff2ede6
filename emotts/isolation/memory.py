"""How much memory a worker may use: what is merely reserved, as for threads, does not count."""

import re
import resource
from pathlib import Path

STATUS = Path("/proc/self/status")
LIBRARIES = 3
"""numpy's BLAS reserves 40 MB a thread as it is loaded, a thread a core, and touches next to none
of it. scipy brings a BLAS of its own, and all others (ONNX Runtime, OpenMP) a stack a thread: in
all 2.2 times what numpy alone has reserved."""


def bound(megabytes: int) -> None:
    """Have this process fail with `MemoryError` when it uses more, once numpy is loaded.

    The limit is on what is allocated, so that it holds at once, and for who does not touch it.
    What the libraries reserve is added to it, for that grows with the machine: at 64 cores it is
    more than most parts use.
    """
    limit = megabytes * 2**20 + LIBRARIES * _reserved()
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if most != resource.RLIM_INFINITY:
        limit = min(limit, most)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _reserved() -> int:
    """Bytes that are allocated and were never touched; 0 where the system does not tell."""
    try:
        found = dict(re.findall(r"^(VmData|RssAnon):\s+(\d+) kB$", STATUS.read_text(), re.M))
        return max(0, int(found["VmData"]) - int(found["RssAnon"])) * 1024
    except (OSError, KeyError):
        return 0
