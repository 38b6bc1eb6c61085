"""How long the token still lives: DS ends it after a year, and does not tell when."""

from datetime import date, timedelta

from french.time import PARIS
from settings import Settings
from steps.wiring.services import now

LIFE = timedelta(days=365)
WARNED_BEFORE = timedelta(days=30)


def token_end(settings: Settings) -> date | None:
    """Day on which the token ends; ``None`` when nobody said when it was made."""
    return None if settings.ds_token_since is None else settings.ds_token_since + LIFE


def token_warning(settings: Settings) -> str | None:
    """What to do about a token that is in its last month; ``None`` before."""
    end = token_end(settings)
    if end is None or end - now().astimezone(PARIS).date() > WARNED_BEFORE:
        return None
    return (
        f"Le jeton d'API prend fin le {end:%d/%m/%Y} : créez-en un autre sur DS, remplacez"
        f" celui de {settings.token_setting}, et UNC_DS_TOKEN_SINCE."
    )
