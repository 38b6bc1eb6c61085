"""Settings that only the portal has, from the same places as the others."""

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pydantic import Field, SecretStr, model_validator

from cli.portal.mail_settings import MailSettings, loaded
from settings import SettingsError, secret_of
from settings_parts import ShownAddress

if TYPE_CHECKING:  # every command looks at the names below, `unc serve` alone at these
    from portal.people.oidc import OidcProvider


class PortalSettings(MailSettings):
    """Every setting of the portal, documented once; ``unc doctor`` prints them."""

    oidc_issuer: ShownAddress | None = Field(
        default=None, description="Fournisseur OpenID Connect (ProConnect ou autre) ; vide : aucun"
    )
    oidc_client_id: str = Field(default="", description="Identifiant du portail chez lui")
    oidc_client_secret: SecretStr | None = Field(default=None, description="Secret du portail")
    oidc_client_secret_file: Path | None = Field(
        default=None, description="Fichier de ce secret, au lieu de UNC_OIDC_CLIENT_SECRET"
    )
    oidc_trust_email: bool = Field(
        default=False,
        description="Le fournisseur vérifie toute adresse sans le dire (email_verified absent)",
    )
    oidc_name: str = Field(default="ProConnect", description="Nom écrit sur le bouton de connexion")

    portal_metrics: bool = Field(
        default=False,
        description="Montrer à Prometheus /metrics (comptes et instants, sans connexion) ; le"
        " mandataire dit à qui",
    )
    portal_stalled_after: int = Field(
        default=60,
        ge=1,
        le=10_080,
        description="Minutes sans lecture de la démarche au bout desquelles /sante répond 503",
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError("UNC_OIDC_ISSUER demande UNC_OIDC_CLIENT_ID")
        return self

    def provider(self) -> "OidcProvider | None":
        """The OpenID Connect provider.

        Raises:
            SettingsError: Its secret cannot be read.
        """
        from portal.people.oidc import OidcProvider

        if self.oidc_issuer is None:
            return None
        return OidcProvider(
            issuer=self.oidc_issuer,
            client_id=self.oidc_client_id,
            client_secret=secret_of(
                self.oidc_client_secret, self.oidc_client_secret_file, name="OIDC_CLIENT_SECRET"
            ),
            name=self.oidc_name,
            trusts_email=self.oidc_trust_email,
        )


def load_portal_settings() -> PortalSettings:
    """The portal's settings of this process.

    Raises:
        SettingsError: Naming each setting that is wrong.
    """
    return loaded(PortalSettings)


def portal_secret(home: Path) -> str:
    """What signs the sessions: made once, kept beside the database, for its owner only.

    Raises:
        SettingsError: It cannot be read or written.
    """
    file = home / "portail.secret"
    try:
        home.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            kept = file.read_text(encoding="ascii").strip()
        else:
            with os.fdopen(handle, "w", encoding="ascii") as stream:
                kept = secrets.token_urlsafe(48)
                stream.write(kept)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"Le secret du portail ({file}) ne peut pas être lu : vérifiez UNC_HOME et ses droits."
        ) from error
    if len(kept) < 32:  # noqa: PLR2004
        raise SettingsError(f"Le secret du portail ({file}) est trop court : effacez ce fichier.")
    return kept
