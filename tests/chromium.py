"""Headless Chromium, as every test of pages starts it."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

expect.set_options(timeout=30_000)  # what is expected comes late on a busy machine

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium for the length of a block: one a process, or the second cannot start.

    Without Chromium the test is skipped; in the gate, which installs it, it fails.
    """
    if not CHROMIUM.exists():
        missing = "Chromium is not installed here (apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield launched
        launched.close()


def picture(page: Page, path: Path, *, whole: bool = False) -> None:
    """Keep what ``page`` shows at ``path``, its ``whole`` length or what the window holds.

    Pictures are for eyes: no test judges them, and most of a visit's time goes into them. They are
    taken where ``UNC_TEST_PICTURES`` is set. Chromium without a screen sometimes cannot draw
    (« Unable to capture screenshot » on a busy machine): tried three times, then only told.
    """
    if "UNC_TEST_PICTURES" not in os.environ:
        return
    for _ in range(3):
        try:
            page.screenshot(path=path, full_page=whole)
        except Error as error:
            said = str(error).partition("\n")[0]
            page.wait_for_timeout(500)
        else:
            return
    logging.getLogger(__name__).warning("no picture %s: %s", path.name, said)
