"""What a mapping said when its form was adopted, kept with the adoption."""

from dataclasses import replace
from pathlib import Path

from datafiles.refusals import refusal
from french.time import PARIS
from mappings.adoption.meaning import meanings_of
from mappings.drift.reviewed import ReviewedForm
from steps.wiring.drift import form_adoption
from steps.wiring.form import keep_reviewed, reviewed_file, reviewed_form
from steps.wiring.services import Services, now

_MAPPINGS = (Path(__file__).parents[2] / "mappings").resolve()


def is_shipped(mapping_file: Path) -> bool:
    """Whether a mapping comes with the bridge: it moves with the software."""
    return mapping_file.resolve().is_relative_to(_MAPPINGS)


def keep_adopted_mapping(services: Services) -> str:
    """Keep what the mapping says with an adoption that was made before that was kept.

    The present mapping counts as adopted.

    Returns:
        What was done, in French; "" where nothing was.
    """
    one, file = form_adoption(services), services.inputs.mapping_file
    if one is None or one.mapping or is_shipped(file):
        return ""
    reviewed = reviewed_form(file) or ReviewedForm()
    said = meanings_of(services.form.mapping)
    counts = replace(one, mapping=said, since=now().astimezone(PARIS).date())
    kept = tuple(counts if each is one else each for each in reviewed.adopted)
    try:
        keep_reviewed(file, replace(reviewed, adopted=kept))
    except OSError as error:
        return (
            f"{reviewed_file(file)} ne peut pas être écrit ({refusal(error)}) : ce que dit la"
            " correspondance n'est pas gardé avec l'adoption, et une correction ne se verrait pas."
        )
    return (
        f"{file} compte, tel qu'il est, comme adopté ({one.told}) ; désormais, ce qui y change de"
        " ce qui est lu, écrit ou montré attend `unc mapping adopt`."
    )
