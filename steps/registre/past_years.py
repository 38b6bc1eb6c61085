"""Years before the register, taken in from a table: all of it, or nothing."""

from collections.abc import Sequence
from pathlib import Path

from exports.returned.past_years import read_past_years
from exports.xlsx.past_years import past_years_template
from steps.judge.acts import perform, today
from steps.judge.situations import propose_again
from steps.wiring.failures import RequestError
from steps.wiring.services import Services
from triage.registre.acts import Act, By, Draft
from triage.registre.register import Register
from triage.registre.state_from_acts import read
from triage.registre.years.past_years import Past, past_years
from triage.situations.propose import next_id


def template(services: Services) -> bytes:
    """The blank table."""
    return past_years_template(services.form.lists)


def write_template(services: Services, path: Path) -> None:
    """Write the blank table, where no file is.

    Raises:
        RequestError: There is a file, or it cannot be written.
    """
    content = template(services)
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise RequestError(f"{path} existe déjà : donnez un autre nom.") from error
    except OSError as error:
        raise RequestError(f"{path} ne peut pas être écrit ({error.strerror}).") from error


def import_past_years(services: Services, content: bytes, *, by: By, dry_run: bool) -> Past:
    """Take a table in, unless anything in it is wrong.

    Args:
        services: Store and data files.
        content: The table.
        by: Who imports it.
        dry_run: Enter nothing.

    Raises:
        ExportError: It is no workbook.
    """
    rows, problems = read_past_years(content)
    if problems:
        return Past(problems=list(problems))
    known = set(services.store.situations.known(services.demarche))
    found: list[Past] = []

    def new_id() -> str:
        name = next_id(known)
        known.add(name)
        return name

    def draw(register: Register, acts: Sequence[Act]) -> list[Draft]:
        known.update(register.situations)
        lists = services.form.lists
        found.append(past_years(rows, acts, by=by, today=today(), lists=lists, new_id=new_id))
        return found[-1].drafts

    if dry_run:
        acts = services.store.acts.list(services.demarche)
        draw(read(acts), acts)
        return found[-1]
    perform(services, by, draw)
    past = found[-1]
    if past.drafts:
        propose_again(services)
    return past
