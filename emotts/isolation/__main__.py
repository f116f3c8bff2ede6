"""The worker process: `python -m emotts.isolation FD`, started by `Process`.

It answers requests on the socket FD until the host closes it. Standard output and error belong to
the plugin. Standard input tells when the host is gone, whatever the plugin is doing then.
"""

import os
import signal
import socket
import sys
from threading import Thread

from emotts.isolation.service import serve


def main() -> None:
    """Serve until the host is gone."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    connection.set_inheritable(False)
    lifeline = os.dup(0)
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    Thread(target=_end_with_host, args=(lifeline,), name="emotts-lifeline", daemon=True).start()
    try:
        serve(connection)
    except SystemExit as wish:  # of a plugin: at once, so that the host learns how it ended
        if isinstance(wish.code, str):
            sys.stderr.write(wish.code)
        os._exit(wish.code if isinstance(wish.code, int) else 1)


def _end_with_host(lifeline: int) -> None:
    """Wait for the end of the host, and kill this process with all that it started."""
    os.read(lifeline, 1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
