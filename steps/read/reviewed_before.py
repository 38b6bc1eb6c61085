"""A form that was adopted before helps and headings were a part of what is reviewed."""

from datafiles.refusals import refusal
from mappings.dossier.decode import stable_id
from mappings.drift.reviewing import unreviewed, with_surroundings
from steps.wiring.form import keep_reviewed, reviewed_file, reviewed_form
from steps.wiring.observed import observed_form
from steps.wiring.services import Services


def take_as_reviewed(services: Services) -> str:
    """Take helps, headings and conditions as they are where a form was adopted without them.

    They are part of what is reviewed since this version; the file of before has none. What came of
    it, in French; "" where there is nothing to do.
    """
    file = services.inputs.mapping_file
    reviewed, observed = reviewed_form(file), observed_form(services)
    if reviewed is None or not reviewed.adopted or observed.active is None:
        return ""
    if not unreviewed(reviewed):
        return ""
    revision = stable_id(observed.active.id)
    kept = with_surroundings(reviewed, observed.to_review, services.form.mapping)
    try:
        keep_reviewed(file, kept)
    except OSError as error:
        return (
            f"{reviewed_file(file)} ne peut pas être écrit ({refusal(error)}) : les textes d'aide"
            " et les titres des questions n'y sont pas, et un changement n'en serait pas dit"
        )
    return (
        "textes d'aide, titres et conditions des questions : comparés désormais, et tenus pour"
        f" relus tels qu'ils sont dans la révision {revision} ; les relire une fois"
        " (`unc mapping card`)"
    )
