"""A form that was adopted before what stands around questions was a part of what is reviewed."""

from dataclasses import replace

from datafiles.refusals import refusal
from french.time import PARIS
from mappings.dossier.decode import stable_id
from mappings.drift.reviewing import unreviewed, with_surroundings
from steps.wiring.form import keep_reviewed, reviewed_file, reviewed_form
from steps.wiring.observed import observed_form
from steps.wiring.services import Services, now


def take_as_reviewed(services: Services) -> str:
    """Take what stands around questions as it is where a form was adopted without it.

    Helps, headings, conditions, then explications and what stood there in revisions before became
    part of what is reviewed; the file of before has none. What came of it, in French; "" where
    there is nothing to do.
    """
    file = services.inputs.mapping_file
    reviewed, observed = reviewed_form(file), observed_form(services)
    if reviewed is None or not reviewed.adopted or observed.active is None:
        return ""
    if not unreviewed(reviewed):
        return ""
    revision = stable_id(observed.active.id)
    kept = with_surroundings(reviewed, observed.to_review, services.form.mapping)
    *before, last = kept.adopted
    counts = replace(last, since=now().astimezone(PARIS).date())
    kept = replace(kept, adopted=(*before, counts))
    try:
        keep_reviewed(file, kept)
    except OSError as error:
        return (
            f"{reviewed_file(file)} ne peut pas être écrit ({refusal(error)}) : ce qui entoure"
            " les questions (aides, titres, explications) n'y est pas tout, et un changement n'en"
            " serait pas dit"
        )
    return (
        "textes d'aide, titres, explications et conditions des questions : comparés désormais, et"
        f" tenus pour relus tels qu'ils sont dans la révision {revision} ; les relire une fois"
        " (`unc mapping card`)"
    )
