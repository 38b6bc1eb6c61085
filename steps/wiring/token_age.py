"""How long the token still lives: DS ends it after a year, and does not tell when."""

from datetime import date, timedelta

from french.time import PARIS
from steps.wiring.inputs import TokenInputs
from steps.wiring.services import now

LIFE = timedelta(days=365)
WARNED_BEFORE = timedelta(days=30)


def token_end(token: TokenInputs) -> date | None:
    """Day on which the token ends; ``None`` when nobody said when it was made."""
    return None if token.since is None else token.since + LIFE


def token_warning(token: TokenInputs) -> str | None:
    """What to do about a token that is in its last month; ``None`` before."""
    end = token_end(token)
    if end is None or end - now().astimezone(PARIS).date() > WARNED_BEFORE:
        return None
    return (
        f"Le jeton d'API prend fin le {end:%d/%m/%Y} : créez-en un autre sur DS, remplacez"
        f" celui de {token.setting}, et UNC_DS_TOKEN_SINCE."
    )
