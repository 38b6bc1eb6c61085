"""Parameters of the flows: what the form of the Prefect interface asks, and how it is checked.

Prefect takes the texts of the form from the docstring of each flow.
"""

from typing import Annotated, TypeAlias, cast

from prefect.exceptions import PrefectException
from pydantic import Field, SecretStr

from settings import Settings, SettingsError, load_settings
from settings_parts import LARGEST_NUMBER

Demarche: TypeAlias = Annotated[int | None, Field(ge=1, le=LARGEST_NUMBER)]
"""Number of a démarche; ``None`` for that of the settings."""


def settings_of(demarche: Demarche) -> Settings:
    """Settings of a run: those of the worker's environment, for the démarche that is asked for.

    Raises:
        SettingsError: A setting is wrong, this worker follows another démarche, or the Secret block
            of the token cannot be read.
    """
    settings = load_settings()
    if demarche is not None:
        if settings.demarches is None and settings.demarche not in {None, demarche}:
            raise SettingsError(
                f"Démarche {demarche} : ce worker suit la démarche {settings.demarche}"
                " (UNC_DEMARCHE). Si UNC_DEMARCHES les suit désormais toutes, relancez-le"
                " (systemctl restart unc-worker@1)."
            )
        settings = load_settings(demarche=demarche)
    if settings.ds_token_block is None:
        return settings
    token = _token_of(settings.ds_token_block)
    return settings.with_token(token, setting="UNC_DS_TOKEN_BLOCK")


def _token_of(block: str) -> SecretStr:
    from prefect.blocks.system import Secret

    try:
        found = cast("Secret[str]", Secret.load(block))  # we are not in an event loop
        return SecretStr(found.get())
    except (ValueError, PrefectException) as error:
        raise SettingsError(
            f"UNC_DS_TOKEN_BLOCK : le bloc Secret « {block} » ne se lit pas sur Prefect ;"
            " créez-le (Blocks, Secret), ou donnez UNC_DS_TOKEN."
        ) from error
