"""What DS accepts of a declarant at deposit and at each submission, told in the sentences of DS."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sandbox.common.clock import parse
from sandbox.common.errors import Refusal
from sandbox.form.model import DECORATIVE, FormRevision, TypeDeChamp
from sandbox.form.referentiel import UNKNOWN

_NOT_OFFERED = "doit être dans les options proposées"
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_PHONE = re.compile(r"\+?[\d\s().-]{8,20}")
_SIRET_DIGITS = 14
_POST_OFFICE = "356000000"


def check_submission(
    revision: FormRevision, answers: Mapping[str, Any], *, mandatory: bool
) -> None:
    """Pass if DS lets these answers be submitted.

    Args:
        revision: the form that they answer.
        answers: what is kept of them, by stable id.
        mandatory: whether what is mandatory must be answered, and contacts be well formed.

    Raises:
        Refusal: it does not; one sentence for each champ at fault, those of rows included.
    """
    wrong = list(_wrong(revision.visible_champs(answers), answers, mandatory=mandatory))
    if wrong:
        raise Refusal(*wrong)


def check_written(types: Sequence[TypeDeChamp], answers: Mapping[str, Any]) -> None:
    """Pass if DS can keep these answers, or annotations, whoever writes them.

    Raises:
        Refusal: it cannot; one sentence for each champ at fault.
    """
    wrong = list(_wrong([one for one in types if one.stable in answers], answers, mandatory=False))
    if wrong:
        raise Refusal(*wrong)


def _wrong(
    types: Sequence[TypeDeChamp], answers: Mapping[str, Any], *, mandatory: bool
) -> Iterator[str]:
    for one in types:
        answer: Any = answers.get(one.stable)
        if _is_blank(answer):
            if mandatory and one.required and one.kind not in DECORATIVE:
                yield _sentence(one, "doit être rempli")
            continue
        said = _WRITTEN.get(one.kind, _is_text)(one, answer)
        if said is None and mandatory:
            said = _WELL_FORMED.get(one.kind, _anything)(one, answer)
        if said is not None:
            yield _sentence(one, said)
        elif one.kind == "repetition":
            for row in answer:
                yield from _wrong(one.children, row["champs"], mandatory=mandatory)
        elif mandatory and one.required and one.kind == "checkbox" and answer is not True:
            yield _sentence(one, "doit être rempli")


def _sentence(one: TypeDeChamp, said: str) -> str:
    return f"Le champ « {one.label} » {said}"


def _is_blank(answer: Any) -> bool:
    return answer is None or answer == [] or (isinstance(answer, str) and not answer.strip())


Check = Callable[[TypeDeChamp, Any], str | None]
"""What DS says against an answer of a kind of champ; nothing of one that it takes."""


def _anything(_one: TypeDeChamp, _answer: Any) -> None:
    return None


def _is_text(one: TypeDeChamp, answer: Any) -> str | None:
    if isinstance(answer, dict) and "error" in answer:
        return str(answer["error"])
    if isinstance(answer, list | dict | bool):
        return "n’est pas valide"
    return None if one.known is None or str(answer) in one.known else UNKNOWN


def _is_flag(_one: TypeDeChamp, answer: Any) -> str | None:
    return None if isinstance(answer, bool) else "n’est pas valide"


def _is_integer(_one: TypeDeChamp, answer: Any) -> str | None:
    if isinstance(answer, str) and re.fullmatch(r"[+-]?\d+", answer, re.ASCII):
        return None
    if isinstance(answer, int) and not isinstance(answer, bool):
        return None
    return "doit être un nombre entier (sans chiffres après la virgule)"


def _is_number(_one: TypeDeChamp, answer: Any) -> str | None:
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        return None
    said = answer if isinstance(answer, str) else ""
    return None if re.fullmatch(r"[+-]?\d+(\.\d+)?", said, re.ASCII) else "n’est pas un nombre"


def _is_date(_one: TypeDeChamp, answer: Any) -> str | None:
    try:
        date.fromisoformat(answer)
    except (TypeError, ValueError):
        return "doit être une date correctement formatée"
    return None


def _is_instant(_one: TypeDeChamp, answer: Any) -> str | None:
    try:
        parse(answer)
    except (TypeError, ValueError):
        return "doit être une date et heure correctement formatée"
    return None


def _is_option(one: TypeDeChamp, answer: Any) -> str | None:
    if one.other and isinstance(answer, str):
        return None
    return None if isinstance(answer, str) and answer in _offered(one) else _NOT_OFFERED


def _are_options(one: TypeDeChamp, answer: Any) -> str | None:
    offered = _offered(one)
    taken = isinstance(answer, list) and all(chosen in offered for chosen in answer)
    return None if taken else _NOT_OFFERED


def _offered(one: TypeDeChamp) -> Sequence[str]:
    return list(one.rows) if one.rows is not None else one.choices()


def _are_linked(one: TypeDeChamp, answer: Any) -> str | None:
    if not isinstance(answer, list) or not isinstance(one.options, Mapping):
        return _NOT_OFFERED
    primary, secondary = (*answer, None, None)[:2]
    under = one.options.get(primary)
    if under is None or (secondary and secondary not in under):
        return _NOT_OFFERED
    return None


def _is_place(kind: str) -> Check:
    def check(_one: TypeDeChamp, answer: Any) -> str | None:
        named = isinstance(answer, Mapping) and {"code", "name"} <= answer.keys()
        return None if named else f"doit être un nom de {kind} valide"

    return check


def _is_address(_one: TypeDeChamp, answer: Any) -> str | None:
    return None if isinstance(answer, Mapping) and "label" in answer else "n’est pas valide"


def _are_files(_one: TypeDeChamp, answer: Any) -> str | None:
    files = isinstance(answer, list) and all(
        isinstance(one, Mapping) and "checksum" in one for one in answer
    )
    return None if files else "n’est pas valide"


def _are_rows(_one: TypeDeChamp, answer: Any) -> str | None:
    rows = isinstance(answer, list) and all(
        isinstance(one, Mapping) and "champs" in one for one in answer
    )
    return None if rows else "n’est pas valide"


def _is_link(_one: TypeDeChamp, answer: Any) -> str | None:
    return None if str(answer).strip().isdecimal() else "doit être un entier"


def _is_email(_one: TypeDeChamp, answer: Any) -> str | None:
    if _EMAIL.fullmatch(str(answer).strip()):
        return None
    return "est invalide. Saisissez une adresse électronique valide. Exemple : adresse@mail.com"


def _is_phone(_one: TypeDeChamp, answer: Any) -> str | None:
    if _PHONE.fullmatch(str(answer).strip()):
        return None
    return "est invalide. Saisissez un numéro de téléphone valide. Exemple : 0612345678"


def _is_siret(_one: TypeDeChamp, answer: Any) -> str | None:
    digits = "".join(str(answer).split())
    if len(digits) != _SIRET_DIGITS or not (digits.isascii() and digits.isdecimal()):
        return "n’est pas valide"
    doubled = [int(one) * (1 + at % 2) for at, one in enumerate(reversed(digits))]
    luhn = sum(one - 9 * (one > 9) for one in doubled)  # noqa: PLR2004
    post = digits.startswith(_POST_OFFICE) and sum(map(int, digits)) % 5 == 0
    return None if luhn % 10 == 0 or post else "n’est pas valide"


_WRITTEN: Mapping[str, Check] = {
    "address": _is_address,
    "carte": _anything,
    "checkbox": _is_flag,
    "communes": _is_place("commune"),
    "date": _is_date,
    "datetime": _is_instant,
    "decimal_number": _is_number,
    "departements": _is_place("département"),
    "dossier_link": _is_link,
    "drop_down_list": _is_option,
    "epci": _is_place("EPCI"),
    "integer_number": _is_integer,
    "linked_drop_down_list": _are_linked,
    "multiple_drop_down_list": _are_options,
    "number": _is_integer,
    "pays": _is_place("pays"),
    "piece_justificative": _are_files,
    "regions": _is_place("région"),
    "repetition": _are_rows,
    "titre_identite": _are_files,
    "yes_no": _is_flag,
}
"""What DS can keep of each kind of champ; of any other kind, a text."""

_WELL_FORMED: Mapping[str, Check] = {"email": _is_email, "phone": _is_phone, "siret": _is_siret}
"""What DS refuses at submission though it could keep it."""
