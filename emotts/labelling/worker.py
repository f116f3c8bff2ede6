"""A process that labels shards, for the one that began it: `python -m emotts.labelling.worker`."""

import os
import signal
import sys
from multiprocessing.connection import Connection
from threading import Thread

from emotts.errors import EmottsError
from emotts.labelling.labeller import Done, Labeller


def main() -> None:
    """Label shards as they come, until nobody sends any."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever began it ends it
    Thread(target=_end_with_the_other, daemon=True).start()
    with Connection(int(sys.argv[1])) as connection:
        try:
            _work(connection)
        except EmottsError as error:
            connection.send(str(error))
        except (EOFError, ConnectionError):
            return


def _end_with_the_other() -> None:
    """End at once when the other process does, whose end of the standard input is the only one."""
    # Not through `sys.stdin`, whose lock an end of this process must not find taken.
    while os.read(0, 1):
        pass
    os._exit(1)


def _work(connection: "Connection[Done | str, object]") -> None:
    labeller = Labeller(connection.recv())  # type: ignore[arg-type]
    try:
        while True:
            for done in labeller.run([connection.recv()]):  # type: ignore[list-item]
                connection.send(done)
    finally:
        labeller.close()


if __name__ == "__main__":
    main()
