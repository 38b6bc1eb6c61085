"""Words that a mapping says options of the form mean, and that nobody knows: mistyped, surely."""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from mappings.adoption.absences import every_field
from mappings.dossier.decode import stable_id
from mappings.dossier.revision import flatten
from mappings.drift.compare import Observed
from mappings.drift.model import Drift, Kind, Needs, Severity
from mappings.drift.reviewed import ReviewedForm, options_of
from mappings.schema.champs import keys_of
from mappings.schema.model import FieldSpec, FormMapping

KnownWords = Mapping[str, AbstractSet[str]]


def options_known(mapping: FormMapping, reviewed: ReviewedForm) -> KnownWords:
    """The options of each field in a form that was reviewed, by its path, in our own words."""
    return {
        path: {option for key in keys_of(spec) for option in _options(reviewed, key)}
        | set(_meant(spec))
        for path, spec in every_field(mapping).items()
    }


def unknown_words(
    observed: Observed, mapping: FormMapping, needs: Needs, known: Callable[[], KnownWords]
) -> Iterator[Drift]:
    """Each field of which some option means a word that neither rules nor any form has.

    Nothing is said of a field of which the bridge comes with no words: people may use their own.

    Args:
        observed: The form.
        mapping: What it is read by.
        needs: What the rules read, and the words that they name.
        known: The words of the form that the bridge comes with, looked up only where they matter.
    """
    active = observed.active
    if active is None:
        return
    for path, spec in every_field(mapping).items():
        asked = [one for one in flatten(active.champs) if one.id in keys_of(spec)]
        theirs = [option for one in asked for option in options_of(one)]
        named = needs.options.get(path, frozenset())
        left = [one for one in _meant(spec) if one not in named and one not in theirs]
        ours = known().get(path, frozenset()) if left else frozenset()
        words = sorted({*named, *ours})
        left = [one for one in dict.fromkeys(left) if one not in ours]
        if not (left and ours):
            continue
        told = ", ".join(f"« {one} »" for one in words)
        form = ", ".join(f"« {one} »" for one in dict.fromkeys(theirs))
        read = bool(named) or needs.rest_on(path)
        yield Drift(
            severity=Severity.BLOCKING if read else Severity.REVIEW,
            kind=Kind.OPTIONS,
            champ=", ".join(one.id for one in asked) or "–",
            label=spec.title,
            field=path,
            before="",
            after=" ; ".join(left),
            revisions=(stable_id(active.id),),
            remedy=(
                f"corriger ce mot dans « options » de la correspondance : cette donnée a {told}"
                + (f" ; le formulaire, {form}" if form else "")
            ),
        )


def _meant(spec: FieldSpec) -> list[str]:
    return [one.means for one in spec.options.values() if isinstance(one.means, str)]


def _options(reviewed: ReviewedForm, key: str) -> tuple[str, ...]:
    known = reviewed.champs.get(key)
    return known.options if known else ()
