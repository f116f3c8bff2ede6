import threading
from collections.abc import Iterator

import pytest
from patience import PATIENCE_S

from emotts.ahead import ahead


def test_items_come_in_order_and_errors_in_their_place() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("three")

    got = []
    with pytest.raises(ValueError, match="three"):
        for item in ahead(items(), depth=1):
            got.append(item)
    assert got == [1, 2]


def test_items_are_made_while_the_last_one_is_used() -> None:
    made = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        made.set()
        yield 2

    running = ahead(items(), depth=2)
    assert next(running) == 1
    assert made.wait(PATIENCE_S)
    assert list(running) == [2]


def test_no_more_than_the_depth_is_made_and_closing_stops_it() -> None:
    made = []

    def items() -> Iterator[int]:
        for number in range(1000):
            made.append(number)
            yield number

    running = ahead(items(), depth=2)
    next(running)
    running.close()
    assert len(made) <= 5
    assert not [thread for thread in threading.enumerate() if thread.name == "emotts-ahead"]
