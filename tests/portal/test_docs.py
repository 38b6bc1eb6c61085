"""The portal's page is true: commands, settings and files that it names exist."""

import re

from cli.app import COMMANDS
from cli.portal.settings import PortalSettings
from settings import ROOT, Settings

TEXT = (ROOT / "docs" / "portail.md").read_text("utf-8")


def test_each_setting_of_the_portal_is_told_and_each_that_is_told_exists() -> None:
    told = set(re.findall(r"UNC_[A-Z][A-Z_]*[A-Z]", TEXT))
    own = {f"UNC_{name.upper()}" for name in PortalSettings.model_fields}
    both = own | {f"UNC_{name.upper()}" for name in Settings.model_fields}
    assert told <= both
    assert own - told <= {"UNC_OIDC_CLIENT_SECRET"}  # its file is advised


def test_the_commands_and_files_exist() -> None:
    assert set(re.findall(r"unc ([a-z]+)", TEXT)) <= set(COMMANDS)
    for path in re.findall(r"`((?:tests|bench|exports)/[\w./-]+)`", TEXT):
        assert (ROOT / path).exists(), path
