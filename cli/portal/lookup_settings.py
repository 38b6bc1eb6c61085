"""Settings of the look-up of medicines, from the same places as the others."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field, SecretStr

from cli.portal.mail_settings import loaded
from settings import SettingsError, secret_of
from settings_parts import Given

_SHORTEST = 32
"""Characters of a secret: 24 bytes by chance, in base64."""
_MADE = "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"


class LookupSettings(Given):
    """Every setting of `unc lookup`, documented once; ``unc doctor`` prints them."""

    lookup_secrets: SecretStr | None = Field(
        default=None,
        description="Secrets de l'annuaire des médicaments (`unc lookup`), entre virgules : ce que"
        " l'administrateur de la démarche met après « Bearer »",
    )
    lookup_secrets_file: Path | None = Field(
        default=None,
        description="Fichier de ces secrets, un par ligne, au lieu de UNC_LOOKUP_SECRETS",
    )
    lookup_per_second: int = Field(
        default=500,
        ge=1,
        le=100_000,
        description="Demandes par seconde à l'annuaire, pour chaque secret",
    )
    lookup_max_age: int = Field(
        default=3_600,
        ge=0,
        le=86_400,
        description="Secondes pendant lesquelles DS peut garder une réponse de l'annuaire ; 0 :"
        " aucune",
    )

    def secrets(self) -> Sequence[str]:
        """The secrets that open it.

        Raises:
            SettingsError: There is none, one is too short, or their file cannot be read.
        """
        name = "LOOKUP_SECRETS"
        try:
            told = secret_of(self.lookup_secrets, self.lookup_secrets_file, name=name)
        except SettingsError as error:
            raise SettingsError(f"{error} Pour en faire un : {_MADE}") from None
        found = told.replace(",", "\n").split()
        if not found:
            raise SettingsError(f"UNC_{name} manque. Pour en faire un : {_MADE}")
        if short := [place for place, one in enumerate(found, 1) if len(one) < _SHORTEST]:
            raise SettingsError(
                f"UNC_{name} : le secret nº {short[0]} a moins de {_SHORTEST} caractères. Pour en"
                f" faire un : {_MADE}"
            )
        return found


def load_lookup_settings() -> LookupSettings:
    """Settings of the look-up of this process.

    Raises:
        SettingsError: Naming each setting that is wrong.
    """
    return loaded(LookupSettings)
