"""A number that no démarche, dossier or port has is refused here, and what is refused is named."""

import json
import re
from pathlib import Path

import hypothesis
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic_settings import BaseSettings

from cli.app import call
from cli.portal.lookup_settings import LookupSettings
from cli.portal.mail_settings import loaded
from cli.portal.settings import PortalSettings
from sandbox.generator.generate import generate
from settings import Settings, SettingsError, load_settings
from settings_parts import allowed
from tests.conftest import MakeBridge

HUGE = "10000000000000000"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("UNC_DEMARCHE", "1")
    return tmp_path / "home"


@pytest.mark.parametrize("value", [HUGE, "2147483648", "9" * 5000, "-1", "0"])
@pytest.mark.parametrize(
    "name",
    ["DEMARCHE", "ATTACHMENT_MAX_MB", "RETENTION_MONTHS", "EXPORT_RETENTION_DAYS", "BATCH_SIZE"],
)
def test_a_number_out_of_range_names_its_setting(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"UNC_{name}", value)
    with pytest.raises(SettingsError, match=f"UNC_{name} : valeur refusée"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("DEMARCHE", HUGE, "trop grand ; de 1 à 2147483647"),
        ("DEMARCHE", "1.5", "un nombre entier"),
        ("OVERLAP_MINUTES", HUGE, "trop grand"),
        ("QUIET_MINUTES", HUGE, "trop grand"),
        ("MESSAGES_PER_RUN", HUGE, "trop grand"),
        ("MAX_REQUESTS", HUGE, "trop grand"),
        ("MESSAGES_PILOT", f"12, {HUGE}", "trop grand ; de 1 à 2147483647"),
        ("RETENTION_MONTHS", "99999", "trop grand ; de 1 à 1200"),
        ("EXPORT_RETENTION_DAYS", "dix", "un nombre entier est attendu, de 1 à 36500"),
        ("MESSAGES_SINCE", "0001-01-01", "une année de 1900 à 2100"),
        ("DS_TOKEN_SINCE", "9999-12-31", "une année de 1900 à 2100"),
        ("DS_TOKEN_SINCE", "hier", "une date AAAA-MM-JJ"),
        ("PASS_EN_INSTRUCTION", "peut-être", "true ou false"),
    ],
)
def test_a_value_that_does_not_fit_says_what_would(
    name: str, value: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"UNC_{name}", value)
    with pytest.raises(SettingsError, match=f"UNC_{name} : valeur refusée .*{why}"):
        load_settings()


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (f"UNC_DEMARCHE = {HUGE}", "table « a » : UNC_DEMARCHE va de 1 à 2147483647"),
        ("UNC_DEMARCHE = true", "table « a » : donnez-lui son propre UNC_DEMARCHE"),
        (f"UNC_DEMARCHE = 1\nUNC_OVERLAP_MINUTES = {HUGE}", "UNC_OVERLAP_MINUTES : valeur refusée"),
        ("UNC_DEMARCHE = 1\nUNC_INSTRUCTER = 'a'", "vouliez-vous UNC_INSTRUCTEUR ?"),
    ],
)
def test_a_table_of_a_demarche_is_named_with_its_file(
    tmp_path: Path, lines: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "demarches.toml"
    file.write_text(f"[a]\n{lines}\n", "utf-8")
    monkeypatch.setenv("UNC_DEMARCHES", str(file))
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert told in str(refused.value)
    assert str(file) in str(refused.value)


@pytest.mark.parametrize(
    "typed",
    [
        f"rules explain {HUGE}",
        f"rules explain 12 --past {HUGE}",
        "rules explain 0",
        f"respond --withdraw {HUGE}",
        f"mapping card {HUGE}",
        f"situations split SIT-0001 4 {HUGE}",
        f"status --stalled-after {HUGE}",
        f"sandbox --seed {HUGE}",
        "sandbox --port 65536",
        "serve --port 99999",
        "serve --port -1",
        "registre years 0",
        f"registre freeze {HUGE} --by n",
    ],
)
def test_a_number_that_is_typed_is_refused_before_anything_is_opened(
    typed: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(typed.split()) == 2
    told = capsys.readouterr().err
    assert "Commande incomprise" in told
    assert "il faut au " in told
    assert not home.exists()


@pytest.mark.parametrize(
    "typed",
    [
        "registre pack SEA-0001 --to pack --connu-le 9999-12-31",
        "registre meeting plan 0001-01-01 --by n",
        "rules explain 12 --at 9999-12-31",
        "export --since 0001-01-01",
    ],
)
def test_a_day_that_is_typed_is_of_our_time(
    typed: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(typed.split()) == 2
    assert "une année de 1900 à 2100 est attendue" in capsys.readouterr().err
    assert not home.exists()


def test_files_that_an_editor_of_windows_saved_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UNC_DEMARCHE")
    file = tmp_path / "demarches.toml"
    file.write_text("[a]\nUNC_DEMARCHE = 12\nUNC_BATCH_SIZE = 3\n", "utf-8-sig")
    (tmp_path / ".env").write_text(f"UNC_DEMARCHE=12\nUNC_DEMARCHES={file}\n", "utf-8-sig")
    read = load_settings()
    assert (read.demarche, read.batch_size) == (12, 3)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("OIDC_ISSUER", "https://oidc.example:port/", "son port, ou ses crochets"),
        ("OIDC_ISSUER", "https://moi:secret@oidc.example/", "sans compte ni mot de passe"),
        ("ALERT_WEBHOOK", "https://[::1", "son port, ou ses crochets"),
        ("SMTP_FROM", "un@exemple.fr\nBcc: tous@exemple.fr", "un caractère de contrôle"),
        ("SMTP_HOST", "smtp.exemple.fr:587", "sans son port"),
        ("SMTP_HOST", "https://smtp.exemple.fr", "sans son port"),
        ("SMTP_HOST", "smtp..fr", "le nom d'une machine"),
        ("SMTP_HOST", f"{'a' * 70}.fr", "le nom d'une machine"),
        ("SMTP_PASSWORD_FILE", "~/secret", "donnez un chemin absolu"),
        ("OIDC_NAME", "ProConnect   # le nom sur le bouton", "un commentaire la suit"),
        ("OIDC_NAME", "\udcff", "ce n'est pas du texte UTF-8"),
    ],
)
def test_what_nobody_can_mean_is_refused_for_the_portal_too(
    name: str, value: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"UNC_{name}", value)
    with pytest.raises(SettingsError, match=f"UNC_{name} : valeur refusée .*{why}") as refused:
        loaded(PortalSettings)
    assert "secret" not in str(refused.value)


def test_spaces_and_the_carriage_return_of_an_editor_are_no_part_of_a_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNC_DEMARCHE", "12\r")
    monkeypatch.setenv("UNC_INSTRUCTEUR", " robot@example.fr \r")
    monkeypatch.setenv("UNC_HOME", f"{tmp_path}/travail\r")
    read = load_settings()
    assert (read.demarche, read.instructeur) == (12, "robot@example.fr")
    assert read.home == tmp_path / "travail"


def test_a_sender_of_spaces_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNC_SMTP_HOST", "localhost")
    monkeypatch.setenv("UNC_SMTP_FROM", "  ")
    with pytest.raises(SettingsError, match="UNC_SMTP_HOST demande UNC_SMTP_FROM"):
        loaded(PortalSettings)


def test_what_is_typed_and_is_no_text_still_gets_its_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert call(["rules", "explain", "\udce9", "--json=true"]) == 2
    assert "DOSSIER" in json.loads(capsys.readouterr().out)["error"]


MODELS: tuple[type[BaseSettings], ...] = (Settings, PortalSettings, LookupSettings)
EVERY = {f"UNC_{name.upper()}": (model, field) for model in MODELS
         for name, field in model.model_fields.items()}  # fmt: skip
NUMBERS = {name: (model, allowed(field)) for name, (model, field) in EVERY.items()
           if "int" in str(field.annotation)}  # fmt: skip


def test_every_number_has_a_lower_and_an_upper_bound() -> None:
    assert len(NUMBERS) > 12
    assert all(bounds for _, bounds in NUMBERS.values()), NUMBERS


@pytest.mark.slow
@pytest.mark.parametrize("name", NUMBERS)
@given(value=st.integers().map(str) | st.floats().map(str) | st.text("0123456789 -+._,eE\u0664"))
@example("9" * 5000)
@example("-0")
@hypothesis.settings(max_examples=20)
def test_whatever_is_given_for_a_number_is_taken_in_its_range_or_refused_by_it(
    name: str, value: str
) -> None:
    model, bounds = NUMBERS[name]
    low, high = map(int, bounds.removeprefix("de ").split(" à "))
    made: BaseSettings | None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(name, value)
        try:
            made = load_settings() if model is Settings else loaded(model)
        except SettingsError as error:
            told = str(error)
            made = None
    if made is None:
        assert f"{name} : valeur refusée" in told
        assert bounds in told
        return
    taken = getattr(made, name.removeprefix("UNC_").lower())
    for number in taken if isinstance(taken, frozenset) else [taken]:
        assert number is None or low <= number <= high


HOSTILE = (
    "", "-1", "9" * 40, "nan", "\u0663", "exemple.fr", "https://", "https://exemple..fr",
    "/dev/null/x", "é" * 3_000, "a\r\nb", "\udce9", "\ufeff12", "[1]", ",", "2026-02-30",
    "9999-12-31T23:59:59-12:00", "a  # note",
)  # fmt: skip
ENGLISH = re.compile(r"(?i)input|should|valid |value error|expected|must")


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERY)
def test_whatever_is_given_for_a_setting_is_taken_or_refused_by_its_name_in_french(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, _ = EVERY[name]
    for value in HOSTILE:
        monkeypatch.setenv(name, value)
        try:
            made = load_settings() if model is Settings else loaded(model)
        except SettingsError as error:
            told = str(error)
            assert name in told, (value, told)
            assert not ENGLISH.search(told), (value, told)
            assert told.endswith("."), (value, told)
        else:
            assert name.removeprefix("UNC_").lower() in type(made).model_fields


@pytest.mark.slow
@pytest.mark.parametrize("end", [0, 1], ids=["smallest", "largest"])
def test_a_run_and_a_purge_take_every_number_at_its_ends(
    bridge: MakeBridge,
    end: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with bridge(generate(2, seed=1)) as made:
        for name, (_, bounds) in NUMBERS.items():
            monkeypatch.setenv(name, bounds.removeprefix("de ").split(" à ")[end])
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("UNC_DECLARANT_CHANNEL", "message")
        for command in ("run", "reconcile", "purge", "status", "doctor"):
            code = call([command])
            said = capsys.readouterr()
            assert code in {0, 1}, f"{command} : {said.err}"
            assert "imprévue" not in said.out + said.err
