"""Withdraw the last message that the bridge sent to a declarant."""

from clients.acts import Act, DsActs
from clients.errors import DsNotFound
from flows.delivery import instructeur_id
from flows.description import refresh_form
from flows.keeping import row_of
from flows.services import Connected
from flows.summary import Summary
from store.stages import Stage
from triage.reply import Outcome, SendMessage


def withdraw(services: Connected, number: int) -> Act:
    """Withdraw our last message of a dossier; the same one is not sent again.

    Raises:
        DsError: DS refused the token, or does not answer.
    """
    try:
        seen = services.reader.messages(number)
    except DsNotFound as error:
        return Act(Outcome.REFUSED, str(error))
    standing = {one["id"] for one in seen["messages"] if not one["discardedAt"]}
    sent = services.store.outbox.recorded(services.demarche, numbers=[number], stages=[Stage.DONE])
    ours = [
        one.message_id
        for one in sorted(sent, key=lambda one: one.sending or 0)
        if isinstance(one.reply, SendMessage) and one.message_id in standing
    ]
    if not ours or ours[-1] is None:
        return Act(
            Outcome.REFUSED,
            f"Aucun message de la passerelle n'est à retirer du dossier {number}.",
        )
    refresh_form(services, Summary())
    act = DsActs(services.transport, instructeur_id(services)).withdraw_message(ours[-1])
    if services.store.dossiers.get(services.demarche, number) is not None:
        row = row_of(services.reader.dossier(number))
        services.store.dossiers.replace_raw(services.demarche, [row])
    return act
