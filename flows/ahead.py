"""Asks for the next page while the present one is kept: DS works, and so do we."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def one_ahead(items: Iterator[Item]) -> Generator[Item, None, None]:
    """Yield the same items, each next one being made meanwhile in a thread; never more than one.

    What making an item raises is raised when its turn comes. When the reader stops, the item under
    way is waited for and dropped.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="page") as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item
