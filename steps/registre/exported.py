"""The register, as workbooks and the portal show it."""

from datafiles.file import DataFileError
from exports.model import RegisterView
from steps.follow.consumption import consumed
from steps.follow.consumption_situation import WantedConsumption, situation_profiles
from steps.follow.followup import Followed
from steps.judge.acts import today
from steps.registre.ranking import ranked
from steps.wiring.logs import LOG
from steps.wiring.services import Services, now
from triage.consumption.profile import Profile
from triage.registre.questions import acts_of, asked
from triage.registre.state_from_acts import read
from triage.registre.years.indicator import year_figure, years_of


def register_view(services: Services, found: Followed) -> RegisterView:
    """The register as it is today, with what is worked out of it.

    Args:
        services: Store and data files.
        found: Situations with their follow-up, which scores rest on.
    """
    acts, lists = services.store.acts.list(services.demarche), services.form.lists
    register = read(acts)
    questions = asked(register, on=today())
    try:
        ranking = ranked(services, register, found=found)
        consumption = _consumption(services, found)
    except DataFileError as error:  # a table of consumption holds up no workbook
        LOG.warning("%s", error)
        ranking, consumption = (), {}
    about = [one for one in acts if one.object in register.questions]
    return RegisterView(
        register=register,
        asked=questions,
        last_acts={
            (one.question.id, one.centre): max(
                act.id for act in acts_of(about, one.question.id, one.centre)
            )
            for one in questions
        },
        ranked={one.situation: one for one in ranking},
        years=tuple(year_figure(acts, year, lists=lists) for year in years_of(acts)),
        sanctions=lists.sanctions,
        consumption=consumption,
    )


def _consumption(services: Services, found: Followed) -> dict[str, Profile]:
    wanted = {
        one.id: WantedConsumption(one.substances, [found.reports[number] for number in one.numbers])
        for one in found.facts
    }
    return situation_profiles(services, wanted, consumed(services))


def keep_scores(services: Services, view: RegisterView) -> None:
    """Keep the scores that moved, with their lines and what they rest on."""
    found = {name: one.score for name, one in view.ranked.items()}
    services.store.scores.keep(services.demarche, found, at=now())
