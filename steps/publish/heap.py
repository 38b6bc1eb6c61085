"""What a publication asks of the memory of its process."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = (100_000, 20, 20)


@contextmanager
def mostly_kept() -> Iterator[None]:
    """Within the block, look seldom for what is not used any more: nearly all that is made stays.

    Looking through ten thousand dossiers again and again took a tenth of a publication.
    """
    gc.collect()
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
