"""Parameters of the flows: what the form of the Prefect interface asks, and how it is checked.

Prefect takes the texts of the form from the docstring of each flow.
"""

from typing import Annotated, TypeAlias

from pydantic import Field

from settings import Settings, load_settings

Demarche: TypeAlias = Annotated[int | None, Field(ge=1)]
"""Number of a démarche; ``None`` for that of the settings."""


def settings_of(demarche: Demarche) -> Settings:
    """Settings of a run: those of the worker's environment, for the démarche that is asked for.

    Raises:
        SettingsError: A setting is wrong.
    """
    return load_settings() if demarche is None else load_settings(demarche=demarche)
