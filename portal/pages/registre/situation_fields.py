"""What the forms of a situation ask, as it is now."""

from collections.abc import Sequence

from portal.pages.registre.acting import when
from portal.registre.access import RegisterAccess, RegisterRead
from portal.registre.inputs import Input, level, pairs, texts
from portal.registre.rows import title_of
from steps.registre.ranking import proposed_level
from triage.registre.committee.seances import meetings
from triage.registre.duplicates import copies
from triage.registre.lifecycle import REQUIRED
from triage.registre.register import Situation


def _proposed(access: RegisterAccess, read: RegisterRead, one: Situation) -> str:
    reports = read.figures.reports if read.counted else None
    found = access.source.look_up(
        lambda services: proposed_level(services, one.dossiers, known=reports)
    )
    return f"Proposé\u00a0: {found.level} ({found.source})" if found.level else ""


def for_level(access: RegisterAccess, read: RegisterRead, one: Situation) -> Sequence[Input]:
    """The level of risk, with the one that its dossiers give."""
    return [*level(one.level, access.lists, _proposed(access, read, one)), *when()]


def for_validation(access: RegisterAccess, read: RegisterRead, one: Situation) -> Sequence[Input]:
    """All that a validation asks."""
    return [*texts(one.fields, access.lists, REQUIRED), *for_level(access, read, one)]


def for_texts(access: RegisterAccess, _: RegisterRead, one: Situation) -> Sequence[Input]:
    """What people enter of it."""
    return [*texts(one.fields, access.lists, REQUIRED), *when()]


def for_closing(access: RegisterAccess, _: RegisterRead, __: Situation) -> Sequence[Input]:
    """Its conclusion."""
    asked = Input("conclusion", "Conclusion", "choix", pairs(access.lists.clotures), required=True)
    return [asked, *when(reason=True)]


def for_merging(_: RegisterAccess, read: RegisterRead, one: Situation) -> Sequence[Input]:
    """The one that stays."""
    others = [
        (name, f"{name} · {title_of(read, each)}")
        for name, each in read.reading.situations.items()
        if name != one.id and (each.dossiers or each.signals or each.identified_on)
    ]
    asked = Input("dans", "Fondre dans", "choix", [("", "Choisir"), *others], required=True)
    return [asked, *when(reason=True)]


def for_splitting(_: RegisterAccess, __: RegisterRead, one: Situation) -> Sequence[Input]:
    """The dossiers that leave it."""
    numbers = [(str(number), f"Dossier {number}") for number in one.dossiers]
    return [Input("dossiers", "Dossiers qui en sortent", "cases", numbers), *when(reason=True)]


def for_confirming(_: RegisterAccess, __: RegisterRead, one: Situation) -> Sequence[Input]:
    """The dossiers that nobody confirmed yet."""
    waiting = [number for number in one.dossiers if number not in one.confirmed]
    numbers = [(str(number), f"Dossier {number}") for number in waiting]
    return [Input("dossiers", "Dossiers", "cases", numbers), *when()]


def for_event(_: RegisterAccess, __: RegisterRead, ___: Situation) -> Sequence[Input]:
    """What happened around it."""
    hint = "Prix, premier générique, émission, étude…\u00a0: ce qui n’est pas une mesure"
    return [
        Input("evenement", "Évènement", "long", required=True, hint=hint),
        Input("le", "Effet le", "date", hint="Le jour où c’est arrivé\u00a0; aujourd’hui sinon"),
        Input("motif", "Motif", "long"),
    ]


def for_copy(_: RegisterAccess, read: RegisterRead, one: Situation) -> Sequence[Input]:
    """Which of its dossiers is a copy."""
    known = copies(read.acts)
    numbers = [
        (
            str(number),
            f"Dossier {number}" + (f", doublon de {known[number]}" if number in known else ""),
        )
        for number in one.dossiers
    ]
    return [
        Input("dossier", "Dossier", "choix", [("", "Choisir"), *numbers], required=True),
        Input(
            "de",
            "Doublon du dossier",
            hint="Le numéro de l’autre\u00a0: les deux compteront pour un. Vide\u00a0: ce dossier"
            " n’est pas un doublon, en fin de compte",
        ),
        *when(),
    ]


def for_dating(_: RegisterAccess, __: RegisterRead, one: Situation) -> Sequence[Input]:
    """The day of its identification."""
    day = one.identified_on.isoformat() if one.identified_on else ""
    asked = Input(
        "jour",
        "Identifiée le",
        "date",
        value=day,
        required=True,
        hint=f"Pas avant le premier signal, du {one.opened_on:%d/%m/%Y}",
    )
    return [asked, Input("motif", "Motif", "long", required=True)]


def for_measure(access: RegisterAccess, read: RegisterRead, _: Situation) -> Sequence[Input]:
    """A measure of the agency."""
    lists = access.lists
    sittings = [(one.id, f"{one.id} du {one.on:%d/%m/%Y}") for one in meetings(read.acts).values()]
    hint = "Sans aucune date, elle est proposée aujourd’hui"
    return [
        Input("type", "Type de mesure", "choix", pairs(lists.mesures), required=True),
        Input("mode", "Prise ou exigée", "choix", pairs(lists.modes), required=True),
        Input("proposee_le", "Proposée le", "date", hint=hint),
        Input("decidee_le", "Décidée le", "date"),
        Input("en_oeuvre_le", "Mise en œuvre le", "date"),
        Input("cible", "Cible"),
        Input("indicateur", "Indicateur attendu"),
        Input("echeance", "Échéance d’évaluation", "date"),
        Input("seance", "Séance", "choix", [("", "Aucune"), *sittings]),
        Input("lien", "Lien", hint="Où elle est publiée"),
        Input("motif", "Motif", "long"),
    ]


def reason_only(_: RegisterAccess, __: RegisterRead, ___: Situation) -> Sequence[Input]:
    """Why."""
    return when(reason=True)


def only_when(_: RegisterAccess, __: RegisterRead, ___: Situation) -> Sequence[Input]:
    """From which day on."""
    return when()
