"""The guided exercise, played in Chromium by somebody who has only its page.

With UNC_TEST_PICTURES, pictures are left in build/captures-bac-a-sable; those of docs/images are
made of them.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.conftest import few_centres
from tests.sandbox.pages.conftest import SHOTS
from tests.sandbox.pages.exercise import GUIDE, ROOT, Trainee, prepare, steps


def test_every_picture_of_the_guide_is_there_and_every_instruction_is_understood() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    for shot in (step["shot"] for step in steps() if "shot" in step):
        assert (ROOT / "docs" / "images" / shot).is_file(), shot
    verbs = re.findall(r"[Cc]liquez|écrivez|choisissez|[Oo]uvrez|[Vv]ous lisez", text)
    done = [step for step in steps() if step.keys() & {"click", "write", "option", "open", "read"}]
    assert len(verbs) == len(done)


@pytest.mark.debian
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_exercise_is_played_to_its_end(browser: Browser, tmp_path: Path) -> None:
    environment = prepare(tmp_path)
    environment["UNC_COLUMNS"] = str(few_centres(tmp_path / "colonnes"))
    context = browser.new_context(
        viewport={"width": 1000, "height": 620}, locale="fr-FR", java_script_enabled=False
    )
    trainee = Trainee(context.new_page(), tmp_path, SHOTS, environment)
    try:
        for step in steps():
            trainee.do(step)
    except BaseException:
        trainee.page.screenshot(path=SHOTS / "echec.png", full_page=True)
        raise
    finally:
        trainee.leave()
        context.close()
