"""Settings of the e-mails that the bridge sends: the portal's notices, and alerts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self, TypeVar

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings

from settings import refused, secret_of
from settings_parts import Given, https_or_loopback, machine_name

if TYPE_CHECKING:  # every command looks at the names below, those that send alone at this
    from portal.mail import Post


def _address(given: SecretStr) -> SecretStr:
    https_or_loopback(given.get_secret_value())
    return given


class MailSettings(Given):
    """Every setting of e-mails, documented once; ``unc doctor`` prints them."""

    smtp_host: Annotated[str, AfterValidator(machine_name)] = Field(
        default="",
        description="Serveur qui envoie les avis de publication et les alertes ; vide : aucun",
    )
    smtp_port: int = Field(default=587, ge=1, le=65_535, description="Son port (STARTTLS)")
    smtp_user: str = Field(default="", description="Compte sur ce serveur ; vide : aucun")
    smtp_password: SecretStr | None = Field(default=None, description="Mot de passe de ce compte")
    smtp_password_file: Path | None = Field(
        default=None, description="Fichier de ce mot de passe, au lieu de UNC_SMTP_PASSWORD"
    )
    smtp_from: str = Field(default="", description="Adresse qui envoie les avis et les alertes")
    alert_to: str = Field(
        default="",
        description="Adresses, entre virgules, à qui `unc alert` dit qu'une unité a échoué",
    )

    alert_webhook: Annotated[SecretStr, AfterValidator(_address)] | None = Field(
        default=None,
        description="Adresse (https) où `unc deploy` fait poster les alertes de Prefect, en JSON",
    )

    @model_validator(mode="after")
    def _has_a_sender(self) -> Self:
        if self.smtp_host and not self.smtp_from:
            raise ValueError("UNC_SMTP_HOST demande UNC_SMTP_FROM")
        return self

    def post(self) -> "Post | None":
        """The mail server; ``None`` when nobody is told.

        Raises:
            SettingsError: The password cannot be read.
        """
        from portal.mail import Post

        if not self.smtp_host:
            return None
        return Post(
            host=self.smtp_host,
            port=self.smtp_port,
            sender=self.smtp_from,
            user=self.smtp_user,
            password=secret_of(self.smtp_password, self.smtp_password_file, name="SMTP_PASSWORD")
            if self.smtp_user
            else "",
        )


Model = TypeVar("Model", bound=BaseSettings)


def loaded(model: type[Model]) -> Model:
    """Settings of this process.

    Raises:
        SettingsError: Naming each that is wrong.
    """
    try:
        return model()
    except ValidationError as error:
        raise refused(error, model) from None
