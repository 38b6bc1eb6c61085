"""What a publication asks of the memory of its process."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ctypes import CDLL

_SELDOM = (100_000, 20, 20)


@contextmanager
def mostly_kept() -> Iterator[None]:
    """Within the block, look seldom for what is not used any more: nearly all that is made stays.

    Looking through ten thousand dossiers again and again took a tenth of a publication. What the
    steps before let go of is given back to the system first: the C library keeps it for pieces of
    the same sizes, and those of a publication are smaller.
    """
    gc.collect()
    with suppress(OSError, AttributeError):  # there where the C library is glibc
        CDLL("libc.so.6").malloc_trim(0)
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
