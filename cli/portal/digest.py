"""`unc digest`: the weekly digest, by e-mail, to whoever asked for it."""

import smtplib

from cli.portal.settings import load_portal_settings
from cli.terminal.console import Console
from cli.terminal.output import Common, print_json
from datafiles.refusals import refusal
from french.text import agreed
from settings import SettingsError
from steps.wiring.services import each_demarche, open_services

_DEFAULT = Common()


def digest(*, common: Common = _DEFAULT) -> int:
    """Envoyer le résumé de la semaine à chaque personne qui l'a demandé, une fois.

    Des nombres et un lien, aucun contenu. Relancée la même semaine, elle n'envoie rien deux fois.
    """
    every, own = each_demarche(complete=False), load_portal_settings()
    post = own.post()
    from cli.portal.source import source_of
    from portal.dossiers.library import Library
    from portal.published.digest import Digest

    sent = failed = asked = 0
    for settings in every:
        with open_services(settings) as services:
            if post is None:
                raise SettingsError(
                    "UNC_SMTP_HOST manque : donnez le serveur qui envoie les courriels."
                )
            source = source_of(services)
            library = Library(source)
            library.refresh()
            one = Digest(source, library, post, settings.portal_url.rstrip("/"))
            try:
                done = one.send()
            except (OSError, smtplib.SMTPException) as error:
                why = refusal(error) if isinstance(error, OSError) else type(error).__name__
                raise SettingsError(
                    f"Le serveur de courriel {own.smtp_host} (UNC_SMTP_HOST) n'a pas pris les"
                    f" résumés : {why}."
                ) from None
            asked = max(asked, len(one.readers()))
        sent, failed = sent + done[0], failed + done[1]
    told = _told(sent, failed, asked=asked)
    if common.json:
        print_json({"sent": sent, "failed": failed, "asked": asked, "told": told})
    else:
        Console().print(told, highlight=False)
    return 1 if failed else 0


def _told(sent: int, failed: int, *, asked: int) -> str:
    """What happened, where nothing was sent too."""
    if not asked:
        return (
            "Aucun résumé à envoyer : personne ne l'a demandé (chacun le demande dans le portail,"
            " à la page de son compte)."
        )
    refused = f", {failed} refusé{'s' if failed > 1 else ''} par le serveur" if failed else ""
    done = f"{agreed(sent, 'résumé envoyé', 'résumés envoyés')}{refused}"
    if sent or failed:
        return f"{done}."
    people = agreed(asked, "personne qui l'a demandé", "personnes qui l'ont demandé")
    return f"{done} : celui de la semaine est déjà parti, pour {people}."
