"""Words that a mapping says in our name, and that nobody knows: mistyped, surely.

What options of the form mean, what is true of every dossier, what is left when all boxes say no.
"""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from mappings.adoption.absences import every_field, every_spec
from mappings.dossier.decode import stable_id
from mappings.dossier.revision import flatten
from mappings.drift.compare import Observed
from mappings.drift.model import Drift, Kind, Needs, Severity
from mappings.drift.reviewed import ReviewedForm, options_of
from mappings.schema.champs import keys_of
from mappings.schema.model import AnnotationSpec, FieldSpec, FormMapping
from mappings.schema.sources import Constant, TickedBoxes

KnownWords = Mapping[str, AbstractSet[str]]
_OF_WORDS = frozenset({"choice", "choices"})


def options_known(mapping: FormMapping, reviewed: ReviewedForm) -> KnownWords:
    """The options of fields and annotations in a form that was reviewed, in our own words."""
    return {
        path: {option for key in keys_of(spec) for option in _options(reviewed, key)}
        | set(_meant(spec)[1])
        for path, spec in every_spec(mapping).items()
    }


def unknown_words(
    observed: Observed, mapping: FormMapping, needs: Needs, known: Callable[[], KnownWords]
) -> Iterator[Drift]:
    """Each field or annotation of which some word is known to neither rules nor any form.

    Nothing is said of one of which the bridge comes with no words: people may use their own.

    Args:
        observed: The form.
        mapping: What it is read by.
        needs: What the rules read, and the words that they name or that are written.
        known: The words of the form that the bridge comes with, looked up only where they matter.
    """
    active = observed.active
    if active is None:
        return
    fields = every_field(mapping).keys()
    for path, spec in every_spec(mapping).items():
        champs = active.champs if path in fields else active.annotations
        asked = [one for one in flatten(champs) if one.id in keys_of(spec)]
        theirs = [option for one in asked for option in options_of(one)]
        named = needs.options.get(path, frozenset()) | needs.written.get(path, frozenset())
        key, meant = _meant(spec)
        left = [one for one in meant if one not in named and one not in theirs]
        ours = known().get(path, frozenset()) if left else frozenset()
        words = sorted({*named, *ours})
        left = [one for one in dict.fromkeys(left) if one not in ours]
        if not (left and ours):
            continue
        told = ", ".join(f"« {one} »" for one in words)
        form = ", ".join(f"« {one} »" for one in dict.fromkeys(theirs))
        acted_on = bool(named) or needs.acted_on(path)
        yield Drift(
            severity=Severity.BLOCKING if acted_on else Severity.REVIEW,
            kind=Kind.OPTIONS,
            champ=", ".join(one.id for one in asked) or "–",
            label=spec.title,
            field=path,
            before="",
            after=" ; ".join(left),
            revisions=(stable_id(active.id),),
            remedy=(
                f"corriger ce mot dans « {key} » de la correspondance : cette donnée a {told}"
                + (f" ; le formulaire, {form}" if form else "")
            ),
        )


def _meant(spec: FieldSpec | AnnotationSpec) -> tuple[str, list[str]]:
    """The words that a mapping says in our name, and the key that says them.

    Boxes are apart: people may keep options of their own in them.
    """
    match spec.source:
        case Constant(value) if spec.type in _OF_WORDS:
            return "constant", [
                str(one) for one in (value if isinstance(value, tuple) else (value,))
            ]
        case TickedBoxes(otherwise=left) if left:
            return "otherwise", [left]
    return "options", [one.means for one in spec.options.values() if isinstance(one.means, str)]


def _options(reviewed: ReviewedForm, key: str) -> tuple[str, ...]:
    known = reviewed.champs.get(key)
    return known.options if known else ()
