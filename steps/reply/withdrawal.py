"""Withdraw the last message that the bridge sent to a declarant."""

from clients.errors import DsNotFound
from clients.writing.acts import ActOutcome, DsActs
from steps.read.demarche_info import refresh_form
from steps.read.keeping import row_of
from steps.reply.delivery import instructeur_id
from steps.wiring.observed import days_of_answers
from steps.wiring.services import Connected
from steps.wiring.summary import Summary
from store.outbox.stages import Stage
from triage.replies.reply import Outcome, SendMessage


def withdraw(services: Connected, number: int) -> ActOutcome:
    """Withdraw our last message of a dossier; the same one is not sent again.

    Raises:
        DsError: DS refused the token, or does not answer.
    """
    try:
        seen = services.reader.messages(number)
    except DsNotFound as error:
        return ActOutcome(Outcome.REFUSED, str(error))
    standing = {one["id"] for one in seen["messages"] if not one["discardedAt"]}
    sent = services.store.outbox.recorded(services.demarche, numbers=[number], stages=[Stage.DONE])
    ours = [
        one.message_id
        for one in sorted(sent, key=lambda one: one.sending or 0)
        if isinstance(one.reply, SendMessage) and one.message_id in standing
    ]
    if not ours or ours[-1] is None:
        return ActOutcome(
            Outcome.REFUSED,
            f"Aucun message de la passerelle n'est à retirer du dossier {number}.",
        )
    refresh_form(services, Summary())
    act = DsActs(services.transport, instructeur_id(services)).withdraw_message(ours[-1])
    stored = services.store.dossiers.get(services.demarche, number)
    if stored is not None and act.fields:
        # The message alone: what the declarant changed since is the next run's, with its history.
        messages = [
            dict(act.fields) if one["id"] == ours[-1] else one for one in stored.raw["messages"]
        ]
        raw = {**stored.raw, "messages": messages}
        row = row_of(raw, mapping=services.form.mapping, days=days_of_answers(services))
        services.store.dossiers.replace_raw(services.demarche, [row])
    return act
