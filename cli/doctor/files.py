"""What `unc doctor` looks at in files: those that staff edit, and the medicines reference."""

from collections.abc import Iterator

from cli.doctor.check import Check, attempt
from datafiles.file import DataFileError
from mappings.medicines.columns import NO_REFERENCE, UNKNOWN
from mappings.report.display import show
from settings import Settings
from steps.adopt.rules import closed
from steps.adopt.subject import files_of, missing, words_of
from steps.follow.consumption import unloaded
from steps.follow.consumption_profile import editions, shrunk
from steps.wiring.form import load_form, read_mapping
from steps.wiring.handed_out_files import centres, hand_out_files
from steps.wiring.public_data.reference import absent_files, is_there, refusal
from steps.wiring.public_data.version import version_of


def checks_files(settings: Settings) -> Iterator[Check]:
    """Each set of files, whether it can be used."""
    yield attempt(
        "Fichiers de règles",
        lambda: load_form(mapping=settings.mapping, rules=settings.rules),
        good="correspondance, référentiel et textes sont valides",
    )
    yield attempt(
        "Colonnes et confidentialité",
        lambda: _hand_out(settings),
        good="colonnes, politique et table des centres vont avec la correspondance",
    )
    yield from _words(settings)
    yield _adoption(settings)
    yield _medicines(settings)
    yield _consumption(settings)


def _hand_out(settings: Settings) -> None:
    hand_out_files(settings.columns, read_mapping(settings.mapping))
    centres(settings.columns)


def _words(settings: Settings) -> Iterator[Check]:
    """What `unc mapping adapt` knows a form by: the day a form changes is too late to learn it.

    A mapping that cannot be read is told by its own check.
    """
    name, mapping = "Mots du rapprochement", settings.mapping
    try:
        form = read_mapping(mapping).form
    except DataFileError:
        return
    try:
        words_of(form, mapping)
    except DataFileError as error:
        yield Check(name, "à voir", str(error))
        return
    if gone := [str(one) for one in missing(form, mapping)]:
        text = f"{' et '.join(gone)} : absent ; remettez le fichier livré, sans lequel"
        yield Check(name, "à voir", f"{text} unc mapping adapt propose moins juste")
        return
    found = ", ".join(one.name for one in files_of(form, mapping))
    yield Check(name, "ok", found or f"aucun pour le formulaire « {form} »")


def _adoption(settings: Settings) -> Check:
    """Whether the portal's administration may adopt a rule-set: not every installation wants it."""
    name, why = "Adopter des règles au portail", closed(settings.rules)
    return Check(name, "à faire", why) if why else Check(name, "ok", f"dans {settings.rules}")


def _medicines(settings: Settings) -> Check:
    """BDPM is an option: only one that is asked for, or in use, can be wrong."""
    name, folder, version = "Base des médicaments", settings.bdpm_dir, version_of(settings.home)
    if folder is not None and not folder.is_dir():
        return Check(
            name,
            "à voir",
            f"UNC_BDPM_DIR : le dossier {folder} n'existe pas ; corrigez-le, ou ôtez ce réglage.",
        )
    if version and not is_there(settings.home):
        text = (
            f"la version {version}, en usage, n'est plus sous UNC_HOME, ou y a été modifiée :"
            " unc bdpm load"
        )
        return Check(name, "bloquant", text)
    told = f"BDPM, version {version}" if version else NO_REFERENCE
    if refused := refusal(settings.home):
        return Check(name, "à voir", f"{told} ; le dernier chargement a été refusé : {refused}")
    if version and (absent := absent_files(settings.home)):
        lacks = ", ".join(absent)
        text = f"{told}, sans {lacks} : ce qu'ils diraient est « {UNKNOWN} » ; unc bdpm load"
        return Check(name, "à voir", text)
    if version:
        return Check(name, "ok", told)
    text = f"{told} : unc bdpm load (où la prendre : docs/exploitation.md, § 9)"
    return Check(name, "à faire" if folder is None else "à voir", text)


def _consumption(settings: Settings) -> Check:
    """Public consumption is an option: only what is loaded, or lies there unread, can be wrong."""
    name, home = "Données de consommation", settings.home
    try:
        found, smaller = editions(home), shrunk(home)
    except DataFileError as error:
        return Check(name, "bloquant", str(error))
    left = [*unloaded(home, {one.source.casefold() for one in found})]
    periods: dict[str, list[str]] = {}
    for one in found:
        periods.setdefault(one.family, []).append(one.period)
    told = " ; ".join(
        f"{family}, {', '.join(dict.fromkeys(every))}" for family, every in periods.items()
    )
    if smaller:
        one, larger = smaller[0]
        text = (
            f"{told} ; {one.named} n'a que {show(one.rows)} lignes ({one.source}), contre"
            f" {show(larger.rows)} dans {larger.source} : unc conso load {larger.source}"
        )
        return Check(name, "info", text)
    if left:
        path = f"UNC_HOME/consommation/{left[0]}"
        return Check(name, "à voir", f"{path} n'est pas chargé : unc conso load {path}")
    if told:
        return Check(name, "ok", told)
    text = "aucune donnée de consommation : unc conso load (où la prendre : docs/exploitation.md,"
    return Check(name, "à faire", f"{text} § 10)")
