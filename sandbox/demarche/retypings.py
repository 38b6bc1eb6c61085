"""Which type a published question may be given, and which answers survive such a change."""

from collections.abc import Mapping
from typing import Any

from sandbox.common.clock import iso, parse
from sandbox.common.errors import Refusal
from sandbox.common.texts import kept_text
from sandbox.demarche.demarche import Demarche
from sandbox.demarche.dossier import DepositedDossier
from sandbox.form.model import FormRevision, TypeDeChamp

_TEXTS = ("text", "textarea", "formatted")
OFFERED: dict[str, frozenset[str]] = {
    "text": frozenset(
        {"textarea", "formatted", "email", "phone", "integer_number", "decimal_number"}
        | {"pre_rempli"}
    ),
    "textarea": frozenset({"text", "formatted", "pre_rempli"}),
    "formatted": frozenset({"text", "textarea", "email", "phone", "pre_rempli"}),
    "civilite": frozenset(_TEXTS),
    "email": frozenset(_TEXTS),
    "phone": frozenset(_TEXTS),
    "integer_number": frozenset({"decimal_number", *_TEXTS}),
    "decimal_number": frozenset({"integer_number", *_TEXTS}),
    "date": frozenset({"datetime", *_TEXTS}),
    "datetime": frozenset({"date", *_TEXTS}),
    "checkbox": frozenset({"yes_no", *_TEXTS}),
    "yes_no": frozenset({"checkbox", *_TEXTS}),
    "drop_down_list": frozenset({"multiple_drop_down_list", "pre_rempli", *_TEXTS}),
    "multiple_drop_down_list": frozenset({"drop_down_list", *_TEXTS}),
    "communes": frozenset(_TEXTS),
    "pre_rempli": frozenset({"drop_down_list", *_TEXTS}),
}
"""Types that each type can be changed to; one that is not here cannot be changed at all."""

_NAMES = {
    "address": "Adresse",
    "carte": "Carte",
    "checkbox": "Case à cocher seule",
    "civilite": "Civilité",
    "communes": "Communes",
    "date": "Date",
    "datetime": "Date et heure",
    "decimal_number": "Nombre décimal",
    "departements": "Départements",
    "dossier_link": "Lien vers un autre dossier",
    "drop_down_list": "Choix simple",
    "email": "Adresse électronique",
    "explication": "Explication",
    "formatted": "Champ formaté",
    "header_section": "Titre de section",
    "integer_number": "Nombre entier",
    "linked_drop_down_list": "Deux menus déroulants liés",
    "multiple_drop_down_list": "Choix multiple",
    "pays": "Pays",
    "phone": "Téléphone",
    "piece_justificative": "Pièce justificative",
    "referentiel": "Référentiel à configurer",
    "regions": "Régions",
    "repetition": "Bloc répétable",
    "siret": "Numéro SIRET",
    "text": "Texte court",
    "textarea": "Texte long",
    "titre_identite": "Titre identité",
    "yes_no": "Oui/Non",
}


def casts(before: str, after: str) -> bool:
    """Say whether an answer given under a type is still shown under another."""
    return before == after or after in OFFERED.get(before, ())


def check_retypings(before: FormRevision, after: FormRevision) -> None:
    """Pass if every change of type between two revisions is one that DS's editor offers.

    Raises:
        Refusal: some are not.
    """
    refused = [
        f"« {old.label} » est publié, vous ne pouvez pas changer son type"
        f" « {kind_name(old.kind)} » en « {kind_name(new.kind)} »"
        for stable, new in after.by_id.items()
        if (old := before.by_id.get(stable)) is not None and not casts(old.kind, new.kind)
    ]
    if refused:
        raise Refusal(*refused)


def kind_name(kind: str) -> str:
    """Return what DS's editor calls a type."""
    return _NAMES.get(kind, kind)


def present(
    dossier: DepositedDossier, demarche: Demarche, answers: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return answers in the types that their questions have now, rows included.

    An answer keeps the type that its question had when it was written: where that is another one,
    what DS keeps of it is read anew, and nothing if no change of type lets it through.
    """
    now = demarche.revision(dossier.revision)
    if not dossier.written and dossier.first_revision in {0, now.id}:
        return answers
    read = {}
    for stable, answer in answers.items():
        then = demarche.revision(dossier.written.get(stable, dossier.first_revision or now.id))
        one = now.by_id.get(stable)
        read[stable] = answer if one is None or then is now else _read(one, answer, then)
    return read


def _read(one: TypeDeChamp, answer: Any, then: FormRevision) -> Any:
    asked = then.by_id.get(one.stable)
    if asked is not None and asked.kind != one.kind:
        return _cast(answer, asked.kind, one.kind)
    if not one.children or not isinstance(answer, list):
        return answer
    children = {child.stable: child for child in one.children}
    return [
        {
            **row,
            "champs": {
                stable: _read(children[stable], inner, then) if stable in children else inner
                for stable, inner in row["champs"].items()
            },
        }
        for row in answer
    ]


def _cast(answer: Any, before: str, after: str) -> Any:
    if answer is None or answer in ("", []) or not casts(before, after):
        return None
    match after:
        case "yes_no" | "checkbox":
            return answer
        case "multiple_drop_down_list":
            return [answer]
        case "date":
            return iso(parse(answer))[:10]
        case _:
            return kept_text(answer["name"] if isinstance(answer, Mapping) else answer)
