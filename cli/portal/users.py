"""`unc users`: who may sign in to the portal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from getpass import getpass
from typing import Annotated

from cyclopts import App, Parameter
from email_validator import EmailNotValidError, validate_email

from cli.terminal.console import ERROR, Console, table
from cli.terminal.output import Common, print_json
from french.text import agreed
from mappings.report.display import show
from portal.people.passwords import SHORTEST, hash_password
from portal.people.roles import Role, parse_role
from portal.source import now
from settings import SettingsError, load_settings
from steps.wiring.handed_out_files import centres
from steps.wiring.memory import require_base
from steps.wiring.services import the_base
from store.repository import Store, open_store
from store.staff.accounts import Account, Accounts

users = App(name="users", help="Comptes du portail.")
_DEFAULT = Common()


@users.command
def add(
    email: str,
    *,
    role: str,
    no_password: Annotated[bool, Parameter(negative=())] = False,
    common: Common = _DEFAULT,
) -> int:
    """Ajouter un compte. Le mot de passe est demandé, ou lu sur l'entrée standard.

    Args:
        email: Adresse électronique, qui est le nom du compte.
        role: admin, agence, ou centre:<code> (par exemple centre:lyon).
        no_password: Compte qui se connecte seulement par OpenID Connect.
    """
    try:
        address = validate_email(email, check_deliverability=False).normalized.lower()
        wanted = _role(role)
        hashed = None if no_password else hash_password(_password(address))
    except EmailNotValidError:
        raise SettingsError(f"« {email} » n'est pas une adresse électronique.") from None
    except ValueError as error:
        raise SettingsError(str(error)) from None
    with _store() as store:
        at = now()
        store.accounts.add(Account(address, str(wanted), at, at, hashed))
    if common.json:
        print_json({"email": address, "role": str(wanted)})
    else:
        Console().print(f"Compte {address} ajouté, rôle {wanted}.", highlight=False, markup=False)
    return 0


@users.command(name="list")
def list_(*, common: Common = _DEFAULT) -> int:
    """Montrer les comptes."""
    with _store() as store:
        found = store.accounts.list()
    if common.json:
        told = [
            {"email": one.email, "role": one.role, "password": one.password_hash is not None}
            for one in found
        ]
        print_json({"users": told})
        return 0
    rows = [
        (one.email, one.role, "mot de passe" if one.password_hash else "OpenID", show(one.added_at))
        for one in found
    ]
    Console().print(table(agreed(len(rows), "compte"), ["Compte", "Rôle", "Accès", "Ajouté"], rows))
    return 0


@users.command
def remove(email: str, *, common: Common = _DEFAULT) -> int:
    """Retirer un compte ; ses sessions ouvertes cessent aussitôt."""
    return _change(email, Accounts.remove, key="removed", told="retiré", common=common)


@users.command
def unbind(email: str, *, common: Common = _DEFAULT) -> int:
    """Oublier à quelle identité du fournisseur un compte est lié : le premier accès le liera.

    Nécessaire quand l'agence change de fournisseur, ou donne le compte à une autre personne.
    """
    return _change(email, Accounts.unbind, key="unbound", told="délié", common=common)


def _change(
    email: str, change: Callable[[Accounts, str], bool], *, key: str, told: str, common: Common
) -> int:
    """Change an account, and say so under a key or in a word; 1 where there is none."""
    address = email.strip().lower()
    with _store() as store:
        known = change(store.accounts, address)
    if common.json:
        print_json({"email": address, key: known})
    elif known:
        Console().print(f"Compte {address} {told}.", highlight=False, markup=False)
    if not known:
        ERROR.print(f"Aucun compte {address}.", highlight=False, markup=False)
    return 0 if known else 1


def _role(text: str) -> Role:
    """Read a role; its centre is one of the table.

    Raises:
        ValueError: In French: it is none.
    """
    role, known = (
        parse_role(text),
        sorted(centre.code for centre in centres(load_settings().columns)),
    )
    if role.kind == "centre" and role.centre not in known:
        raise ValueError(f"Aucun centre « {role.centre} » ; il y a : {', '.join(known)}.")
    return role


@contextmanager
def _store() -> Iterator[Store]:
    settings = the_base()
    require_base(settings)
    with open_store(settings.database()) as store:
        store.require_current()
        yield store


def _password(address: str) -> str:
    """The new password: typed twice on a terminal, else one line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass(f"Mot de passe de {address} ({SHORTEST} caractères au moins) : ")
    if getpass("Le même, encore : ") != first:
        raise SettingsError("Les deux mots de passe diffèrent : rien n'est ajouté.")
    return first
