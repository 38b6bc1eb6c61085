"""`unc digest`: the weekly digest, by e-mail, to whoever asked for it."""

import smtplib

from cli.portal.settings import load_portal_settings
from cli.terminal.output import Common, Console, print_json
from datafiles.refusals import refusal
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

    sent = failed = 0
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
        sent, failed = sent + done[0], failed + done[1]
    if common.json:
        print_json({"sent": sent, "failed": failed})
    else:
        told = f"{sent} résumé{'s' if sent > 1 else ''} envoyé{'s' if sent > 1 else ''}"
        refused = f", {failed} refusé{'s' if failed > 1 else ''} par le serveur" if failed else ""
        Console().print(f"{told}{refused}.", highlight=False)
    return 1 if failed else 0
