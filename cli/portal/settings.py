"""Settings that only the portal has, from the same places as the others."""

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from settings import PREFIX, SettingsError
from settings_parts import french_reason, https_or_loopback

if TYPE_CHECKING:  # every command looks at the names below, `unc serve` alone at these
    from portal.people.oidc import OidcProvider
    from portal.published.notices import Post


class PortalSettings(BaseSettings):
    """Every setting of the portal, documented once; ``unc doctor`` prints them."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8-sig",
        extra="ignore",
        frozen=True,
    )

    oidc_issuer: Annotated[str, AfterValidator(https_or_loopback)] | None = Field(
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
    smtp_host: str = Field(
        default="", description="Serveur qui envoie les avis de publication ; vide : aucun avis"
    )
    smtp_port: int = Field(default=587, ge=1, le=65_535, description="Son port (STARTTLS)")
    smtp_user: str = Field(default="", description="Compte sur ce serveur ; vide : aucun")
    smtp_password: SecretStr | None = Field(default=None, description="Mot de passe de ce compte")
    smtp_password_file: Path | None = Field(
        default=None, description="Fichier de ce mot de passe, au lieu de UNC_SMTP_PASSWORD"
    )
    smtp_from: str = Field(default="", description="Adresse qui envoie les avis")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError("UNC_OIDC_ISSUER demande UNC_OIDC_CLIENT_ID")
        if self.smtp_host and not self.smtp_from:
            raise ValueError("UNC_SMTP_HOST demande UNC_SMTP_FROM")
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
            client_secret=_secret(
                self.oidc_client_secret, self.oidc_client_secret_file, name="OIDC_CLIENT_SECRET"
            ),
            name=self.oidc_name,
            trusts_email=self.oidc_trust_email,
        )

    def post(self) -> "Post | None":
        """The mail server; ``None`` when nobody is told.

        Raises:
            SettingsError: The password cannot be read.
        """
        from portal.published.notices import Post

        if not self.smtp_host:
            return None
        return Post(
            host=self.smtp_host,
            port=self.smtp_port,
            sender=self.smtp_from,
            user=self.smtp_user,
            password=_secret(self.smtp_password, self.smtp_password_file, name="SMTP_PASSWORD")
            if self.smtp_user
            else "",
        )


def load_portal_settings() -> PortalSettings:
    """The portal's settings of this process.

    Raises:
        SettingsError: Naming each setting that is wrong.
    """
    try:
        return PortalSettings()
    except ValidationError as error:
        wrong = [
            f"{PREFIX}{str(problem['loc'][0]).upper()} : valeur refusée"
            f" ({french_reason(dict(problem))})"
            if problem["loc"]
            else french_reason(dict(problem))
            for problem in error.errors(include_url=False, include_input=False)
        ]
        raise SettingsError(" ; ".join(wrong) + ".") from None


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


def _secret(given: SecretStr | None, file: Path | None, *, name: str) -> str:
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise SettingsError(
                f"UNC_{name}_FILE : le fichier {file} ne peut pas être lu."
            ) from None
    if given is None or not given.get_secret_value():
        raise SettingsError(f"UNC_{name} manque.")
    return given.get_secret_value()
