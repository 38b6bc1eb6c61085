"""The next item is made while the present one is used, and no further."""

from collections.abc import Generator, Iterator
from threading import Event

import pytest

from steps.read.poll import one_ahead


def test_items_come_in_order_each_once() -> None:
    assert list(one_ahead(iter(range(1, 20)))) == list(range(1, 20))
    assert list(one_ahead(iter([]))) == []


def test_the_next_one_is_made_meanwhile_and_never_a_third() -> None:
    made: list[int] = []
    second = Event()

    def items() -> Iterator[int]:
        for number in (1, 2, 3):
            made.append(number)
            if number == 2:
                second.set()
            yield number

    ahead = one_ahead(items())
    assert next(ahead) == 1
    assert second.wait(timeout=60)
    assert made == [1, 2]
    assert list(ahead) == [2, 3]


def test_an_error_comes_in_its_turn() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise RuntimeError("page 2")

    ahead = one_ahead(items())
    assert next(ahead) == 1
    with pytest.raises(RuntimeError, match="page 2"):
        next(ahead)


def test_a_reader_that_stops_leaves_nothing_running() -> None:
    ended = Event()

    def items() -> Generator[int, None, None]:
        try:
            yield from (1, 2, 3)
        finally:
            ended.set()

    source = items()
    ahead = one_ahead(source)
    next(ahead)
    ahead.close()
    source.close()
    assert ended.is_set()
