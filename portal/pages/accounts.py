"""Accounts: who signs in and as what, invitations by a link, and one's own password."""

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Annotated, Literal

from email_validator import EmailNotValidError, validate_email
from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from portal.errors import ForbiddenError, UnknownError
from portal.pages.sign_in import network_of
from portal.pages.view import view_of
from portal.pages.writing import PageForm, Sent, Shown, form_of
from portal.people.passwords import SHORTEST, hash_password, is_password
from portal.people.roles import parse_role
from portal.people.sessions import Person, SignedIn, sessions_of
from portal.source import Source, now
from store.staff.accounts import ADMINISTRATOR, Account, AccountExists, LastAdministrator
from store.staff.invitations import Invitation
from store.staff.sign_in_tries import PACE

OPEN_FOR = timedelta(days=7)
"""How long an invitation opens an account."""
_ADDRESS = Annotated[str, Field(title="Adresse électronique", max_length=200)]
_PASSWORD = Annotated[str, Field(max_length=1_000)]  # without a title: never given back
_NOTHING = Shown({})

router = APIRouter()


@router.get("/comptes")
def accounts(request: Request, person: SignedIn) -> Response:
    """Who signs in, as what; who is invited.

    Raises:
        ForbiddenError: The person is no administrator.
    """
    if not person.role.administers:
        raise ForbiddenError
    source = _source(request)
    known = source.store.accounts.list()
    return view_of(request).page(
        request,
        "comptes",
        person=person,
        accounts=[(one, _shown(one)) for one in known],
        invitations=[
            one for one in source.store.invitations.list(at=now()) if _stands(source, one)
        ],
        roles=_roles(source),
        days=OPEN_FOR.days,
        gages=_NOTHING,
    )


class InviteForm(PageForm):
    """Who is invited, as what."""

    adresse: _ADDRESS
    role: Annotated[str, Field(title="Rôle", max_length=100)]


@router.post("/comptes/invitations")
def invite(sent: Annotated[Sent[InviteForm], Depends(form_of(InviteForm))]) -> Response:
    """Make a link that opens an account; it is told once, to whoever invites.

    Raises:
        NotWrittenError: It is no address, has an account already, or the role is none.
    """
    sent.require(sent.person.role.administers)
    source, form = _source(sent.request), sent.form
    try:
        address = validate_email(form.adresse, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise sent.refuse(
            f"« {form.adresse} » n’est pas une adresse électronique.", back="/comptes"
        ) from None
    _require_role(sent, form.role)
    secret, at = secrets.token_urlsafe(32), now()

    def act() -> None:
        invitation = Invitation(
            _key(secret), address, form.role, sent.person.email, at, at + OPEN_FOR
        )
        try:
            source.store.invitations.add(invitation)
        except AccountExists:
            raise sent.refuse("Cette adresse a déjà un compte.", back="/comptes") from None

    said = (
        f"Lien à transmettre à {address}, montré cette seule fois :"
        f" {sent.request.app.state.url}/invitation/{secret}"
    )
    return sent.write(
        act,
        shown=lambda: _NOTHING,
        back="/comptes",
        said=said,
        journal=("invitation", f"{address}, {form.role}"),
    )


class AccountForm(PageForm):
    """One account."""

    compte: Annotated[str, Field(max_length=200)]


@router.post("/comptes/invitations/retrait")
def withdraw(sent: Annotated[Sent[AccountForm], Depends(form_of(AccountForm))]) -> Response:
    """Take an invitation back."""
    sent.require(sent.person.role.administers)
    source, email = _source(sent.request), sent.form.compte

    def act() -> None:
        if not source.store.invitations.withdraw(email):
            raise sent.refuse("Cette invitation n’attend plus.", back="/comptes")

    return sent.write(
        act,
        shown=lambda: _NOTHING,
        back="/comptes",
        said=f"L’invitation de {email} est retirée.",
        journal=("invitation withdrawn", email),
    )


class RoleForm(AccountForm):
    """The role that an account gets."""

    role: Annotated[str, Field(title="Rôle", max_length=100)]


@router.post("/comptes/role")
def change_role(sent: Annotated[Sent[RoleForm], Depends(form_of(RoleForm))]) -> Response:
    """Give an account another role, in force at its next page.

    Raises:
        UnknownError: There is no such account.
        NotWrittenError: Nobody would administer, or somebody changed it meanwhile.
    """
    sent.require(sent.person.role.administers)
    source, email, role = _source(sent.request), sent.form.compte, sent.form.role
    _require_role(sent, role)

    def act() -> None:
        try:
            source.store.accounts.change_role(email, role)
        except LastAdministrator as error:
            raise sent.refuse(str(error), back="/comptes") from error

    return sent.write(
        act,
        shown=lambda: _shown(_account(source, email)),
        back="/comptes",
        said=f"{email}\u00a0: rôle {role}.",
        journal=("role changed", f"{email}, {role}"),
    )


@router.post("/comptes/retrait")
def remove(sent: Annotated[Sent[AccountForm], Depends(form_of(AccountForm))]) -> Response:
    """Remove an account; its sessions end.

    Raises:
        UnknownError: There is no such account.
        NotWrittenError: Nobody would administer, or somebody changed it meanwhile.
    """
    sent.require(sent.person.role.administers)
    source, email = _source(sent.request), sent.form.compte

    def act() -> None:
        try:
            source.store.accounts.let_go(email)
        except LastAdministrator as error:
            raise sent.refuse(str(error), back="/comptes") from error

    return sent.write(
        act,
        shown=lambda: _shown(_account(source, email)),
        back="/comptes",
        said=f"Le compte {email} est retiré.",
        journal=("account removed", email),
    )


def invited(request: Request) -> Person:
    """Who a link invites, without an account yet.

    Raises:
        UnknownError: The link opens nothing, or nothing any more.
    """
    found = _invitation(request)
    return Person(found.email, parse_role(found.role))


@router.get("/invitation/{secret}")
def invitation(request: Request, secret: str) -> Response:  # noqa: ARG001 (read by _invitation)
    """Where an invited person chooses a password."""
    return view_of(request).page(
        request,
        "invitation",
        found=_invitation(request),
        shortest=SHORTEST,
        without=request.app.state.doors.oidc is not None,
        gages=_NOTHING,
    )


class OpenForm(PageForm):
    """The password of a new account, twice."""

    for_readers = True

    mot_de_passe: _PASSWORD = ""
    encore: _PASSWORD = ""


@router.post("/invitation/{secret}")
def accept(
    secret: str, sent: Annotated[Sent[OpenForm], Depends(form_of(OpenForm, invited))]
) -> Response:
    """Open the account of an invitation, once.

    Raises:
        UnknownError: The link opens nothing any more.
        NotWrittenError: The password will not do.
    """
    source, form, back = _source(sent.request), sent.form, f"/invitation/{secret}"
    with_oidc = sent.request.app.state.doors.oidc is not None
    hashed = (
        None if with_oidc and not form.mot_de_passe + form.encore else _hashed(sent, form, back)
    )
    found = _invitation(sent.request)

    def act() -> None:
        at = now()
        account = Account(found.email, found.role, at, at, hashed)
        try:
            opened = source.store.invitations.accept(found.key, account)
        except AccountExists:
            raise sent.refuse("Cette adresse a déjà un compte.", back="/connexion") from None
        if not opened:
            raise UnknownError

    return sent.write(
        act,
        shown=lambda: _NOTHING,
        back="/connexion",
        said="Votre compte est ouvert\u00a0: connectez-vous.",
        journal=("account opened", found.role),
    )


@router.get("/compte")
def own(request: Request, person: SignedIn) -> Response:
    """One's own account."""
    account = _account(_source(request), person.email)
    return view_of(request).page(
        request,
        "compte",
        person=person,
        has_password=account.password_hash is not None,
        shortest=SHORTEST,
        digest=person.email in _source(request).store.digests.readers(),
        gages=_NOTHING,
    )


class DigestForm(PageForm):
    """Whether a person wants the weekly digest."""

    for_readers = True

    resume: Literal["oui", "non"]


@router.post("/compte/resume")
def choose_digest(sent: Annotated[Sent[DigestForm], Depends(form_of(DigestForm))]) -> Response:
    """Switch one's own weekly digest on or off."""
    source, person, wanted = _source(sent.request), sent.person, sent.form.resume == "oui"
    told = "Vous recevrez le résumé de la semaine." if wanted else "Le résumé est arrêté."
    return sent.write(
        lambda: source.store.digests.choose(person.email, wanted=wanted, at=now()),
        shown=lambda: _NOTHING,
        back="/compte",
        said=told,
        journal=("digest chosen", sent.form.resume),
    )


class PasswordForm(OpenForm):
    """The present password, and the new one twice."""

    actuel: _PASSWORD = ""


@router.post("/compte/mot-de-passe")
def change_password(
    sent: Annotated[Sent[PasswordForm], Depends(form_of(PasswordForm))],
) -> Response:
    """Change one's own password; the other sessions of the account end.

    Raises:
        NotWrittenError: The present one is wrong, was tried too often, or the new one will not do.
    """
    source, person, form = _source(sent.request), sent.person, sent.form
    network = network_of(sent.request)
    wait = source.store.sign_in_tries.take(person.email, network, at=now(), pace=PACE)
    if wait:
        raise sent.refuse(
            "Trop d’essais depuis cet endroit\u00a0: attendez, puis réessayez.", back="/compte"
        )
    if not is_password(form.actuel, _account(source, person.email).password_hash):
        raise sent.refuse("Le mot de passe actuel n’est pas celui-là.", back="/compte")
    source.store.sign_in_tries.clear(person.email, network)
    hashed = _hashed(sent, form, "/compte")

    def act() -> None:
        source.store.accounts.change_password(person.email, hashed, at=now())
        sessions_of(sent.request).open(sent.request, person.email)

    return sent.write(
        act,
        shown=lambda: _NOTHING,
        back="/compte",
        said="Votre mot de passe est changé ; vos autres sessions sont fermées.",
        journal=("password changed", ""),
    )


def _hashed(sent: "Sent[OpenForm] | Sent[PasswordForm]", form: OpenForm, back: str) -> str:
    if form.mot_de_passe != form.encore:
        raise sent.refuse("Les deux mots de passe diffèrent.", back=back)
    try:
        return hash_password(form.mot_de_passe)
    except ValueError as error:
        raise sent.refuse(str(error), back=back) from None


def _require_role(sent: "Sent[InviteForm] | Sent[RoleForm]", role: str) -> None:
    """Refuse a role that the page does not offer.

    Raises:
        NotWrittenError: It is none of them.
    """
    if role not in _roles(_source(sent.request)):
        raise sent.refuse("Choisissez un rôle de la liste.", back="/comptes")


def _roles(source: Source) -> dict[str, str]:
    """Every role that an account may have, with its name."""
    told = {name: parse_role(name).title for name in ("admin", "agence", "lecture")}
    return told | {f"centre:{one.code}": one.name for one in source.centres}


def _shown(account: Account) -> Shown:
    return Shown({"Rôle": account.role})


def _account(source: Source, email: str) -> Account:
    found = source.store.accounts.get(email)
    if found is None:
        raise UnknownError
    return found


def _invitation(request: Request) -> Invitation:
    secret = str(request.path_params["secret"])
    source = _source(request)
    found = source.store.invitations.get(_key(secret), at=now())
    if found is None or not _stands(source, found):
        raise UnknownError
    return found


def _stands(source: Source, one: Invitation) -> bool:
    """Whether who invited still administers: else they could come back by their own link."""
    inviter = source.store.accounts.get(one.invited_by)
    return inviter is not None and inviter.role == ADMINISTRATOR


def _key(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _source(request: Request) -> Source:
    source: Source = request.app.state.source
    return source
