"""Of what the register is made that workbooks show."""

from collections.abc import Iterator

from steps.wiring.public_data.consumption_files import consumption_stamp
from steps.wiring.services import Services
from triage.registre.acts import Verb


def register_stamp(services: Services) -> Iterator[str]:
    """What the register is shown from, beside dossiers and BDPM; no report is read."""
    yield str(services.store.acts.last(services.demarche))
    yield services.form.lists.model_dump_json()
    yield services.form.ranking.digest
    yield services.form.expectations.digest
    yield from consumption_stamp(services.inputs.home)
    if services.store.acts.has(services.demarche, Verb.QUESTION):
        from steps.judge.acts import register_of, today  # the whole register: where one was asked
        from triage.registre.questions import asked

        late = (one for one in asked(register_of(services), on=today()) if one.late)
        yield from (f"{one.question.id} {one.centre}" for one in late)
