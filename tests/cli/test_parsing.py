"""A command line that is not understood is told in French, with the help that fits."""

import pytest

from cli.app import call

EXPORT, IMPORT = "unc export --help", "unc import --help"


@pytest.mark.parametrize(
    ("typed", "told", "see"),
    [
        (["rnu"], "« rnu » n'est pas une commande. Vouliez-vous dire run ?", "unc --help"),
        (["users", "xyz"], "« xyz » n'est pas une commande. Il y a : add, list", "unc users"),
        (["export", "--sicne", "x"], "--sicne n'est pas une option de cette commande", EXPORT),
        (["export", "--since"], "--since demande une valeur.", EXPORT),
        (
            ["export", "--since", "2026-13-01"],
            "--since : « 2026-13-01 » n'est pas une date",
            EXPORT,
        ),
        (["export", "--format", "xls"], "« xls » n'est pas l'un de xlsx, csv, parquet.", EXPORT),
        (["export", "--centre", "a", "--centre", "b"], "--centre est là plusieurs fois", EXPORT),
        (["status", "--stalled-after", "x"], "« x » n'est pas un nombre entier", "unc status"),
        (["demo", "--dossiers", "999999"], "« 999999 » ne va pas ; il faut au plus 100000.\n", ""),
        (["import"], "il manque FICHIER.", IMPORT),
        (["users", "add", "a@b.fr"], "il manque --role.", "unc users add --help"),
        (["import", "a", "b"], "« b » est de trop.", IMPORT),
        (["run", "--json=3"], "--json s'écrit sans valeur.", "unc run --help"),
    ],
)
def test_what_is_wrong_is_told_in_french(
    typed: list[str], told: str, see: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(typed) == 2
    said = capsys.readouterr().err
    assert said.startswith("Commande incomprise : ")
    assert told in said
    assert f"Voir : {see}" in said
    assert not {"Invalid", "Unknown", "requires", "unable", "Unused", "Must"} & set(said.split())
