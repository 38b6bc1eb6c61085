"""Settings of a run: those of its worker, for the démarche that its deployment names."""

from pathlib import Path

import pytest

from settings import SettingsError


def test_a_worker_that_was_not_told_of_several_refuses_another_than_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would read it with the settings of its own, and publish over its workbooks."""
    from flows.parameters import settings_of  # with Prefect, which one process imports

    monkeypatch.setenv("UNC_HOME", str(tmp_path))
    assert settings_of(59000).demarche == 59000
    monkeypatch.setenv("UNC_DEMARCHE", "48213")
    assert settings_of(None).demarche == settings_of(48213).demarche == 48213
    with pytest.raises(SettingsError, match="ce worker suit la démarche 48213"):
        settings_of(59000)
    file = tmp_path / "demarches.toml"
    file.write_text("[a]\nUNC_DEMARCHE = 48213\n[b]\nUNC_DEMARCHE = 59000\n")
    monkeypatch.delenv("UNC_DEMARCHE")
    monkeypatch.setenv("UNC_DEMARCHES", str(file))
    assert settings_of(59000).exports() == tmp_path / "exports" / "59000"
    with pytest.raises(SettingsError, match="UNC_DEMARCHES suit plusieurs"):
        settings_of(None).demarche_number()
