"""Champs of a revision that no field takes: new ones, and those that were reviewed so."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from french.text import normalise_label
from mappings.dossier.revision import Descriptor
from mappings.drift import severity
from mappings.drift.form_champs import FormLevel, asking
from mappings.drift.model import ACCEPT, Drift, Kind
from mappings.drift.reviewed import ReviewedForm
from mappings.schema.names import champ_type


def newcomers(level: FormLevel, taken: Collection[str], known: ReviewedForm) -> Iterator[Drift]:
    """Every champ of a level that no field takes; what is new in the rows of a reviewed one too."""
    for one in asking(level):
        if one.id not in taken:
            yield from _untaken(level, one, known)


def _untaken(level: FormLevel, one: Descriptor, known: ReviewedForm) -> Iterator[Drift]:
    if not known.accepted or one.id not in known.champs:
        yield _new(level, one)
        return
    if normalise_label(one.label) in known.normal_labels(one.id):
        remedy = "rien : relu, aucune donnée ne le prend"
        yield _told(level, one, Kind.UNMAPPED, remedy)
    else:
        remedy = f"aucune donnée ne le prend : `unc mapping propose`, ou {ACCEPT}"
        told = _told(level, one, Kind.RENAMED, remedy)
        yield replace(told, before=known.champs[one.id].labels[-1], after=one.label)
    rows = replace(level, descriptors=one.children)
    reviewed = {child.id for child in one.children if _as_reviewed(child, known)}
    yield from newcomers(rows, reviewed, known)


def _as_reviewed(one: Descriptor, known: ReviewedForm) -> bool:
    return normalise_label(one.label) in known.normal_labels(one.id)


def _new(level: FormLevel, one: Descriptor) -> Drift:
    propose = f"`unc mapping propose`, ou {ACCEPT}"
    remedy = propose if level.active else "rien : champ d'une ancienne révision"
    return replace(_told(level, one, Kind.NEW, remedy), after=champ_type(one.type))


def _told(level: FormLevel, one: Descriptor, kind: Kind, remedy: str) -> Drift:
    return Drift(
        severity=severity.of_untaken(active=level.active, reviewed=kind is Kind.UNMAPPED),
        kind=kind,
        champ=one.id,
        label=one.label,
        field="",
        before="",
        after="",
        revisions=(level.revision,),
        remedy=remedy,
    )
