"""Waiting for what comes on a machine that may be busy: as long as that takes, but not for ever."""

import time
from collections.abc import Callable

import httpx

PATIENCE_S = 120.0
"""What has not come by then never will: no test depends on how soon it does."""

web = httpx.Client(
    timeout=PATIENCE_S,
    limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
    trust_env=False,
)
"""A client of servers of this machine, for any number of threads; each request has a connection."""


def until(met: Callable[[], object]) -> None:
    """Wait until it is so."""
    end = time.monotonic() + PATIENCE_S
    while not met():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)
