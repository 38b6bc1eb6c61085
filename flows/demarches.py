"""The settings of each démarche that this installation follows."""

from settings import Settings, SettingsError, load_settings, tables_of


def each_demarche() -> tuple[Settings, ...]:
    """Settings of every démarche of ``UNC_DEMARCHES``, or of the one that ``UNC_DEMARCHE`` names.

    Raises:
        SettingsError: A setting of one of them is wrong: nothing is done for any.
    """
    settings = load_settings()
    if settings.demarches is None or settings.demarche is not None:
        return (settings,)
    every = tuple(load_settings(demarche=number) for number in tables_of(settings.demarches))
    for one in every:
        _require_complete(one)
    return every


def _require_complete(settings: Settings) -> None:
    try:
        settings.require_complete()
    except SettingsError as error:
        raise SettingsError(f"Démarche {settings.demarche} : {error}") from None
