"""What moves every dossier at once: data files, settings, the clock, editions, accidents."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from exports.published.editions import EditionKind
from steps.adopt.review import say_absent
from steps.follow.consumption_load import load_file
from steps.publish.edition import make_edition
from steps.publish.export import export
from steps.publish.retention import remove_old_workbooks
from steps.wiring.public_data.reference import load
from steps.wiring.summary import Summary
from tests.conftest import ROOT
from tests.steps.answering import TO_ALL
from tests.steps.publish.happenings import HAPPENINGS, Happening, NothingToDoError
from tests.steps.publish.oracle import Office

FILES: dict[str, Happening] = {}
"""By name."""
HEADER = "ATC5;L_ATC5;CIP13;l_cip13;age;sexe;BEN_REG;PSP_SPE;BOITES;REM;BSE"


def happening(act: Happening) -> Happening:
    FILES[act.__name__] = act
    return act


# Its files


@happening
def regles_relues(office: Office) -> None:
    for file in (office.settings.rules / "rules").glob("*.yaml"):
        file.write_text(f"# relu\n{file.read_text('utf-8')}", "utf-8")


_ATC = "      - {name: Code ATC, field: specialites.atc, width: 11}\n"
_MANUAL = "{name: Traitement manuel, annotation: traitement_manuel, width: 13, format: centre"
_RISING = "        hausse: situation en hausse\n"
_P1 = "        p1: priorité P1\n"
_JUSTIFICATION = "title: Justification, audience: "
_TRADE_SECRETS = "fields: [donnees_efficacite"
_EDITS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    # What was decided, the setting and the file, the words that follow one another
    "recits_courts": ("rules", "rules/2026-2.yaml", ("short_text: 30", "short_text: 80")),
    "recits_d_avant": ("rules", "rules/2026-1.yaml", ("short_text: 30", "short_text: 80")),
    "niveaux": ("rules", "rules/2026-2.yaml", ("name: bien documenté}", "name: très documenté}")),
    "etendue": (
        "rules",
        "rules/2026-2.yaml",
        ("{field: patients, at_least: 1000}", "{field: patients, at_least: 100}"),
    ),
    "mots": ("rules", "vocabulaire.yaml", ("\n", "\n# relu\n")),
    "poids": ("rules", "rapprochements.yaml", ("weight: 0.40", "weight: 0.35")),
    "labels_du_triage": (
        "rules",
        "reponses.yaml",
        ("after_last_request: À relancer", "after_last_request: Urgent"),
    ),
    "sanctions": (
        "rules",
        "registre.yaml",
        ("étude: {reduit: false}", "étude: {reduit: true}"),
    ),
    "titre_de_donnee": (
        "mapping",
        "mapping.yaml",
        ("title: Contexte clinique", "title: Contexte des soins"),
    ),
    "donnee_reservee": (
        "mapping",
        "mapping.yaml",
        (f"{_JUSTIFICATION}reseau", f"{_JUSTIFICATION}agence"),
    ),
    "unite": ("mapping", "mapping.yaml", ("unit: cas,", "unit: cas rapportés,")),
    "petits_nombres": ("columns", "policy.yaml", ("below: 11", "below: 21", "below: 5")),
    "masque": ("columns", "policy.yaml", ("mask: réservé à l'agence", "mask: à l'agence seule")),
    "masque_de_patient": (
        "columns",
        "policy.yaml",
        ('"[donnée de patient masquée]"', '"[masqué]"'),
    ),
    "statuts_reserves": (
        "columns",
        "policy.yaml",
        ("agency_only_statuses: [Hors champ]", "agency_only_statuses: [Hors champ, Clos]"),
    ),
    "secret": (
        "columns",
        "policy.yaml",
        (f"{_TRADE_SECRETS}, donnees_securite]", f"{_TRADE_SECRETS}]"),
    ),
    "mesures_montrees": ("columns", "policy.yaml", ("shown: [Prise]", "shown: [Prise, En projet]")),
    "motifs_retenus": ("columns", "policy.yaml", ("  - motifs_priorite\n", "")),
    "risque_diffuse": (
        "columns",
        "policy.yaml",
        ("annotations: [crpv_rapporteur]", "annotations: [crpv_rapporteur, risque_retenu]"),
    ),
    "colonne_renommee": (
        "columns",
        "columns.yaml",
        ("{name: Dernière modification,", "{name: Dernier envoi,"),
    ),
    "colonne_ajoutee": (
        "columns",
        "columns.yaml",
        (_ATC, f"{_ATC}      - {{name: Impact, field: impact, width: 20}}\n"),
    ),
    "colonne_reservee": (
        "columns",
        "columns.yaml",
        (f"{_MANUAL}}}", f"{_MANUAL}, audience: agence}}"),
    ),
    "raison_renommee": ("columns", "columns.yaml", (": complet, à instruire", ": à instruire")),
    "raisons_rangees": ("columns", "columns.yaml", (_P1 + _RISING, _RISING + _P1)),
    "niveau_lu": ("columns", "columns.yaml", (": documenté en partie", ": en partie documenté")),
    "choix_d_avis": ("columns", "columns.yaml", ("  - À surveiller\n", "  - À revoir\n")),
    "outre_mer": ("columns", "columns.yaml", ('overseas: ["975"', 'overseas: ["971", "975"')),
    "lignes_lues": ("columns", "columns.yaml", ("    lines: 2\n", "    lines: 4\n")),
    "centre_renomme": ("columns", "crpv.csv", ("CRPV Lyon,Lyon", "CRPV de Lyon,Lyon")),
    "departement_passe": (
        "columns",
        "crpv.csv",
        ("nice,CRPV Nice,Nice,06,", "lyon,CRPV Lyon,Lyon,06,"),
    ),
}


def _edited(where: str, name: str, words: tuple[str, ...]) -> Happening:
    """A file where words take the place of those before them; the first come after the last."""

    def happen(office: Office) -> None:
        folder: Path = getattr(office.settings, where)
        file = (folder.parent if folder.is_file() else folder) / name
        text = file.read_text("utf-8")
        at = max((at for at, one in enumerate(words) if one and one in text), default=-1)
        if at < 0:
            raise NothingToDoError
        after = words[(at + 1) % len(words)]
        file.write_text(text.replace(words[at], after, 1), "utf-8")

    return happen


FILES |= {name: _edited(*edit) for name, edit in _EDITS.items()}


@happening
def centre_ajoute(office: Office) -> None:
    table = office.settings.columns / "crpv.csv"
    given = table.read_text("utf-8")
    lines = (ROOT / "exports" / "unc" / "crpv.csv").read_text("utf-8").splitlines(keepends=True)
    for code in ("paris", "lille", "nancy", "rennes", "strasbourg", "toulouse"):
        more = [line for line in lines if line.startswith(f"{code},")]
        if more and f"\n{code}," not in given:
            table.write_text(given + "".join(more), "utf-8")
            return
    raise NothingToDoError


@happening
def absence(office: Office) -> None:
    with office.services() as services:
        say_absent(services, "impact", reason="Demandé ailleurs.", by="Anne Durand")


@happening
def bdpm(office: Office) -> None:
    folder = ROOT / "cli" / "demo" / "bdpm"
    made = office.bridge.home.with_name("bdpm-suivante")
    if not made.exists():
        shutil.copytree(folder, made)
        load(folder, office.bridge.home)
        return
    file = made / "CIS_bdpm.txt"
    file.write_bytes(file.read_bytes().replace(b"MAQUETTE", b"MAQUETTES", 1))
    load(made, office.bridge.home)


@happening
def consommation(office: Office) -> None:
    for year in range(2016, 2026):
        file = office.bridge.home.with_name(f"OPEN_MEDIC_{year}.CSV")
        if file.exists():
            continue
        for one in range(year, min(year + 3, 2026)):
            file = office.bridge.home.with_name(f"OPEN_MEDIC_{one}.CSV")
            boxes = 1_000 + 300 * (one - 2016)
            line = f"Z99AA01;NÉFOPAM;3400900000011;EXEMPLE;20;2;11;1;{boxes};1,00;1,00"
            file.write_text(f"{HEADER}\r\n{line}\r\n", encoding="latin-1")
            load_file(file, office.bridge.home, accepted=True)
        return
    raise NothingToDoError


# Settings and the clock


@happening
def portail(office: Office) -> None:
    given = office.random.choice(["https://portail.example", "https://autre.example"])
    office.change(portal_url=given)


@happening
def diffusion_par_defaut(office: Office) -> None:
    other = {"include": "exclude", "exclude": "include"}
    office.change(network_default=other[office.settings.network_default])


@happening
def adresse_de_ds(office: Office) -> None:
    url = office.settings.ds_url
    other = ("127.0.0.1", "localhost") if "127.0.0.1" in url else ("localhost", "127.0.0.1")
    office.change(ds_url=url.replace(*other))


@happening
def canal(office: Office) -> None:
    office.change(**{**TO_ALL, "messages_since": datetime(2000, 1, 1, tzinfo=UTC)})


def _later(name: str, days: int) -> None:
    def happen(office: Office) -> None:
        office.ahead += timedelta(days=days)

    FILES[name] = happen


_later("lendemain", 1)
_later("semaine", 7)
_later("mois", 31)


def _edition(name: str, kind: EditionKind, title: str = "") -> None:
    """An edition without current workbooks after it: they are published by what follows."""

    def happen(office: Office) -> None:
        with office.services() as services:
            make_edition(services, Summary(), kind=kind, title=title, at=office.now())

    FILES[name] = happen


_edition("hebdomadaire", EditionKind.WEEKLY)
_edition("mensuelle", EditionKind.MONTHLY)
_edition("a_la_main", EditionKind.BY_HAND, "Réunion")


@happening
def editions_otees(office: Office) -> None:
    with office.services() as services:
        remove_old_workbooks(services)


# Accidents


@happening
def garde_illisible(office: Office) -> None:
    one, other = office.random.sample([b"", b"\x00\xff rien", b"{}", b"\x80" * 40], 2)
    office.spoil("UPDATE kept_rows SET facts = ? WHERE number % 3 = 0", one)
    office.spoil("UPDATE kept_rows SET rows = ? WHERE number % 3 = 1", other)


@happening
def garde_tronquee(office: Office) -> None:
    office.spoil("UPDATE kept_rows SET rows = substr(rows, 1, length(rows) / 2)")


@happening
def faits_tronques(office: Office) -> None:
    office.spoil("UPDATE kept_rows SET facts = substr(facts, 1, length(facts) / 2)")


@happening
def garde_d_une_autre_version(office: Office) -> None:
    office.spoil("UPDATE kept_rows SET stamp = 'autre' || stamp WHERE number % 3 = 0")


@happening
def garde_perdue(office: Office) -> None:
    office.spoil("DELETE FROM kept_rows WHERE number % 2 = 1")


@happening
def sauvegarde_restauree(office: Office) -> None:
    """A base older than the workbooks; the démarche is then read again."""
    saved = office.bridge.home.with_name("sauvegarde.sqlite")
    shutil.copyfile(office.base, saved)
    for name in ("depot", "titre", "avis"):
        HAPPENINGS[name](office)
    office.read()
    with office.services() as services:
        export(services, Summary())
    for one in office.bridge.home.glob("unc.sqlite-*"):
        one.unlink()
    shutil.copyfile(saved, office.base)
    office.read()
