"""A refused request is tried as often as in the product, without its seconds in between."""

from functools import partial

from clients.retrying import RetryPolicy

AT_ONCE = partial(RetryPolicy, first=0.01, longest=0.05, shortest=0.0)
