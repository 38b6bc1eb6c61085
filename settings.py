"""Settings of the bridge, from the environment, ``.env``, or a file for each secret.

Read only by whoever starts a process (the CLI, a flow); the other rooms are handed values.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import (
    AfterValidator,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode

from datafiles.refusals import refusal
from settings_parts import (
    ENV_FILE,
    LARGEST_NUMBER,
    PORTAL_PORT,
    Day,
    Given,
    ShownAddress,
    allowed,
    demarche_tables,
    env_names,
    french_reason,
    of_our_time,
)

PREFIX = "UNC_"
_TOKENS = frozenset({"ds_token", "ds_token_file", "ds_token_block"})
ROOT = Path(__file__).parent
A_YEAR = 366 * 24 * 60
"""Minutes of a year: a longer wait is a mistyped number."""
Number: TypeAlias = Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]
"""Number of a dossier."""
_OF_ADDRESSES = str.maketrans({sign: f"%{ord(sign):02X}" for sign in "%?#"})
"""Characters of a path that would mean something else in the address of a database."""


class SettingsError(Exception):
    """A setting is missing or wrong. The message is French and names the setting and the remedy."""


class Settings(Given):
    """Every setting, documented once; ``unc doctor`` prints them."""

    ds_url: ShownAddress = Field(
        default="https://demarche.numerique.gouv.fr/api/v2/graphql",
        description="Adresse GraphQL de l'instance de démarches-simplifiées",
    )
    ds_token: SecretStr | None = Field(default=None, description="Jeton d'API de la démarche")
    ds_token_file: Path | None = Field(
        default=None, description="Fichier qui contient le jeton, au lieu de UNC_DS_TOKEN"
    )
    ds_token_block: str | None = Field(
        default=None, description="Bloc Secret de Prefect qui contient le jeton (flux déployés)"
    )
    ds_token_since: Day | None = Field(
        default=None, description="Date de création du jeton, pour prévenir avant la fin de son an"
    )
    demarche: int | None = Field(
        default=None, ge=1, le=LARGEST_NUMBER, description="Numéro de la démarche"
    )
    demarches: Path | None = Field(
        default=None,
        description="Fichier TOML de plusieurs démarches : une table de réglages chacune",
    )
    instructeur: str | None = Field(
        default=None, description="Courriel ou identifiant de l'instructeur qui écrit"
    )
    home: Path = Field(
        default=Path("var"),
        description="Dossier de la base, des exports et des pièces jointes, relatif à celui d'où la"
        " commande est lancée",
    )
    database_url: SecretStr | None = Field(
        default=None, description="Base de données ; par défaut SQLite sous UNC_HOME"
    )
    export_dir: Path | None = Field(
        default=None, description="Dossier des classeurs ; par défaut UNC_HOME/exports"
    )
    declarant_channel: Literal["off", "message", "correction"] = Field(
        default="off", description="Ce qui est écrit aux déclarants : rien, message, correction"
    )
    rules: Path = Field(
        default=ROOT / "triage" / "unc", description="Dossier des référentiels et des textes"
    )
    mapping: Path = Field(
        default=ROOT / "mappings" / "unc" / "mapping.yaml",
        description="Fichier de correspondance du formulaire ; par défaut celui que `unc mapping"
        " adapt` a écrit pour cette démarche sous UNC_HOME, sinon celui de la passerelle",
    )
    columns: Path = Field(
        default=ROOT / "exports" / "unc",
        description="Dossier de ce que montrent les classeurs, et à qui : columns.yaml,"
        " policy.yaml, crpv.csv",
    )
    bdpm_dir: Path | None = Field(
        default=None,
        description="Dossier des fichiers officiels de la BDPM, que lit `unc bdpm load`",
    )
    attachments: Literal["metadata", "download"] = Field(
        default="metadata",
        description="Pièces jointes : ce que DS en dit (metadata), ou les fichiers (download)",
    )
    attachment_max_mb: int = Field(
        default=100,
        ge=1,
        le=1_000_000,
        description="Taille au-delà de laquelle une pièce jointe reste sur DS",
    )
    attachment_hosts: Annotated[frozenset[str], NoDecode] = Field(
        default=frozenset(),
        description="Machines, entre virgules, vers lesquelles le lien d'une pièce jointe peut"
        " renvoyer, en plus de la sienne",
    )
    overlap_minutes: int = Field(
        default=10,
        ge=0,
        le=A_YEAR,
        description="Minutes relues avant le dernier repère de lecture",
    )
    network_default: Literal["include", "exclude"] = Field(
        default="include",
        description="Diffusion aux CRPV quand l'annotation « Diffusable au réseau des CRPV » est"
        " sans réponse : le dossier y va (include), ou non (exclude)",
    )
    quiet_minutes: int = Field(
        default=60,
        ge=0,
        le=A_YEAR,
        description="Attente après la dernière saisie avant d'écrire au déclarant",
    )
    messages_since: Annotated[datetime, AfterValidator(of_our_time)] | None = Field(
        default=None,
        description="Date de dépôt à partir de laquelle on écrit aux déclarants ; par défaut le"
        " moment où le canal est mis en marche",
    )
    messages_per_run: int = Field(
        default=50, ge=0, le=1_000_000, description="Messages envoyés au plus par passage"
    )
    messages_pilot: Annotated[frozenset[Number], NoDecode] = Field(
        default=frozenset(),
        description="Numéros des seuls dossiers à qui écrire, entre virgules ; vide : tous",
    )
    max_requests: int = Field(
        default=3,
        ge=0,
        le=1_000,
        description="Demandes automatiques de correction au plus par dossier",
    )
    pass_en_instruction: bool = Field(
        default=False, description="Passer en instruction les dossiers complets"
    )
    batch_size: int = Field(default=25, ge=1, le=100, description="Dossiers annotés par requête")
    retention_months: int | None = Field(
        default=None,
        ge=1,
        le=1_200,
        description="Mois après lesquels un dossier terminé est effacé d'ici ; vide : quand DS"
        " l'efface",
    )
    export_retention_days: int = Field(
        default=90,
        ge=1,
        le=36_500,
        description="Jours pendant lesquels restent les fichiers faits à la demande, les exports"
        " d'avant les éditions, et ce que montrait un classeur courant depuis remplacé",
    )
    weekly_editions_months: int = Field(
        default=12,
        ge=1,
        le=1_200,
        description="Mois de conservation des éditions hebdomadaires, la dernière exceptée",
    )
    monthly_editions_months: int = Field(
        default=60,
        ge=1,
        le=1_200,
        description="Mois de conservation des éditions mensuelles, la dernière exceptée",
    )
    other_editions_months: int = Field(
        default=60,
        ge=1,
        le=1_200,
        description="Mois de conservation des éditions faites à la main, la dernière exceptée",
    )
    portal_url: ShownAddress = Field(
        default=f"http://127.0.0.1:{PORTAL_PORT}",
        description="Adresse publique du portail, telle que les navigateurs la voient ; les"
        " passages dans Prefect y renvoient quand elle est donnée",
    )
    log_format: Literal["text", "json"] = Field(
        default="text",
        description="Sortie d'erreur : phrases pour une personne, ou un journal en lignes JSON",
    )

    _token_setting: str = PrivateAttr(default="")

    @property
    def token_setting(self) -> str:
        """Name of the setting that gave the token, for messages."""
        if self._token_setting:
            return self._token_setting
        if self.ds_token_file is not None:
            return "UNC_DS_TOKEN_FILE"
        only_block = self.ds_token is None and self.ds_token_block is not None
        return "UNC_DS_TOKEN_BLOCK" if only_block else "UNC_DS_TOKEN"

    def with_token(self, token: SecretStr, *, setting: str) -> Self:
        """The same settings with a token that was read elsewhere."""
        made = self.model_copy(update={"ds_token": token, "ds_token_file": None})
        made._token_setting = setting  # noqa: SLF001 (our own)
        return made

    @field_validator("messages_pilot", "attachment_hosts", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """A list between commas, as it stands in the environment."""
        return value.replace(",", " ").split() if isinstance(value, str) else value

    def token(self) -> SecretStr:
        """The token, from the environment or its file.

        Raises:
            SettingsError: There is none, or the file cannot be read.
        """
        return SecretStr(
            secret_of(
                self.ds_token,
                self.ds_token_file,
                name="DS_TOKEN",
                remedy=" : donnez le jeton d'API de la démarche (page « Jeton d'accès à l'API » de"
                " l'administrateur), ou son fichier dans UNC_DS_TOKEN_FILE",
            )
        )

    @model_validator(mode="after")
    def _adapted(self) -> Self:
        """Read the mapping that was adapted to this démarche, where none is named."""
        if "mapping" not in self.model_fields_set and self.adapted_mapping().is_file():
            self.__dict__["mapping"] = self.adapted_mapping()  # the model is frozen
        return self

    def adapted_mapping(self) -> Path:
        """Where the mapping that is adapted to this démarche is kept, where none is named."""
        return self.home / "correspondance" / str(self.demarche or 0) / "mapping.yaml"

    def demarche_number(self) -> int:
        """The démarche.

        Raises:
            SettingsError: It is not set.
        """
        if self.demarche is None and self.demarches is not None:
            listed = ", ".join(map(str, tables_of(self.demarches)))
            raise SettingsError(
                f"UNC_DEMARCHES suit plusieurs démarches ({listed}) : ajoutez --demarche NUMÉRO à"
                " la commande, ou donnez UNC_DEMARCHE."
            )
        if self.demarche is None:
            raise SettingsError(
                "UNC_DEMARCHE manque : donnez le numéro de la démarche, visible dans son adresse."
            )
        return self.demarche

    def instructeur_name(self) -> str:
        """E-mail or id of the instructeur in whose name the bridge writes.

        Raises:
            SettingsError: It is not set.
        """
        if not self.instructeur:
            raise SettingsError(
                "UNC_INSTRUCTEUR manque : donnez le courriel de l'instructeur au nom de qui la"
                " passerelle écrit."
            )
        return self.instructeur

    def require_complete(self) -> None:
        """Refuse settings with which no run is possible.

        Raises:
            SettingsError: Naming every one that is missing.
        """
        missing = []
        for needed in (self.token, self.demarche_number, self.instructeur_name):
            try:
                needed()
            except SettingsError as error:
                missing.append(str(error))
        if missing:
            raise SettingsError("\n".join(missing))

    def database(self) -> str:
        """URL of the database."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        file = str((self.home / "unc.sqlite").absolute())
        return f"sqlite:///{file.translate(_OF_ADDRESSES)}"

    def export_retention(self) -> timedelta:
        """How long what was made on request is kept, and what a current workbook showed."""
        return timedelta(days=self.export_retention_days)

    def attachment_folder(self) -> Path:
        """Folder of the attachments, absolute."""
        return (self.home / "attachments").absolute()

    def exports(self) -> Path:
        """Folder of the workbooks, absolute."""
        return (self.export_dir or self.home / "exports").absolute()


def load_settings(**overrides: Any) -> Settings:
    """The settings of this process; of several démarches, those of the one that is named.

    Raises:
        SettingsError: Naming each setting that is wrong.
    """
    settings = _checked(overrides)
    if settings.demarches is None or settings.demarche is None:
        return settings
    table = tables_of(settings.demarches).get(settings.demarche)
    if table is None:
        raise SettingsError(
            f"UNC_DEMARCHE : la démarche {settings.demarche} n'est pas dans {settings.demarches}"
            " (UNC_DEMARCHES)."
        )
    apart: dict[str, Any] = {"export_dir": settings.exports() / str(settings.demarche)}
    if table.keys() & _TOKENS:
        apart |= dict.fromkeys(_TOKENS)  # the token of one démarche is not that of another
    where = f"{settings.demarches}, démarche {settings.demarche}"
    try:
        made = _checked({**overrides, **apart, **table})
    except SettingsError as error:
        raise SettingsError(f"UNC_DEMARCHES ({where}) : {error}") from None
    if table.keys() & _TOKENS:
        made._token_setting = f"{made.token_setting} ({where})"  # noqa: SLF001 (our own)
    return made


def tables_of(file: Path) -> dict[int, dict[str, Any]]:
    """Settings of each démarche of the file that ``UNC_DEMARCHES`` names, by number.

    Raises:
        SettingsError: It is wrong.
    """
    try:
        return demarche_tables(file, known=Settings.model_fields.keys() - {"demarches"})
    except ValueError as error:
        raise SettingsError(f"UNC_DEMARCHES : {error}.") from None


def given_names() -> frozenset[str]:
    """Names in ``UNC_`` that the environment and ``.env`` give, in capitals, settings or not.

    Raises:
        SettingsError: A line of ``.env`` cannot be read.
    """
    try:
        names = {name.upper() for name in (*os.environ, *env_names(ENV_FILE))}
    except ValueError as error:
        raise SettingsError(f"{error}.") from None
    return frozenset(name for name in names if name.startswith(PREFIX))


def _checked(overrides: dict[str, Any]) -> Settings:
    given_names()  # a line of .env that cannot be read would be passed over, in English
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise refused(error, Settings) from None


def refused(error: ValidationError, model: type[BaseSettings]) -> SettingsError:
    """What is wrong, each setting by its name with what it may be."""
    wrong = []
    for problem in error.errors(include_url=False, include_input=False):
        told = french_reason(dict(problem))
        if problem["loc"]:
            name = str(problem["loc"][0])
            known = model.model_fields.get(name)
            told = french_reason(dict(problem), expected=allowed(known) if known else "")
            told = f"{PREFIX}{name.upper()} : valeur refusée ({told})"
        wrong.append(told)
    return SettingsError(" ; ".join(wrong) + ".")


def secret_of(given: SecretStr | None, file: Path | None, *, name: str, remedy: str = "") -> str:
    """A secret, from its file if one is named, else from the environment.

    Args:
        given: What the environment has.
        file: Its file.
        name: Of the setting, without ``UNC_``.
        remedy: Where to get one, after the name, in French.

    Raises:
        SettingsError: There is none, or the file cannot be read.
    """
    if file is not None:
        try:
            told = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = refusal(error) if isinstance(error, OSError) else "ce n'est pas du texte"
            raise SettingsError(
                f"UNC_{name}_FILE : le fichier {file} ne peut pas être lu ({why})."
            ) from None
        if not told:
            raise SettingsError(f"UNC_{name}_FILE : le fichier {file} est vide.")
        return told
    if given is None or not given.get_secret_value().strip():
        raise SettingsError(f"UNC_{name} manque{remedy}.")
    return given.get_secret_value()
