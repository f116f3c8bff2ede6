import pytest

from emotts.isolation.breaker import FAILURES, Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(clock: Clock) -> Breaker:
    breaker = Breaker(10, clock=clock)
    for _ in range(FAILURES):
        assert breaker.closed and breaker.wait_s == 0
        breaker.failed()
    return breaker


def test_three_failures_in_a_row_open_it_for_the_cool_down(opened: Breaker, clock: Clock) -> None:
    assert FAILURES == 3
    assert not opened.closed and opened.wait_s == 10
    clock.now = 4
    assert opened.wait_s == 6
    clock.now = 11
    assert opened.wait_s == 0 and not opened.closed


def test_a_probe_that_works_closes_it(opened: Breaker, clock: Clock) -> None:
    clock.now = 10
    opened.succeeded()
    assert opened.closed
    opened.failed()
    opened.failed()
    assert opened.closed and opened.wait_s == 0


def test_a_probe_that_fails_opens_it_again(opened: Breaker, clock: Clock) -> None:
    clock.now = 12
    opened.failed()
    assert opened.wait_s == 10


def test_a_success_between_failures_forgives_them(clock: Clock) -> None:
    breaker = Breaker(10, clock=clock)
    for _ in range(5):
        breaker.failed()
        breaker.failed()
        breaker.succeeded()
    assert breaker.closed
