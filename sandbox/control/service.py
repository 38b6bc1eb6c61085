"""Control actions of those who run the service: form, groupes, tokens, clock, faults, counts."""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter

from sandbox.api.documents.sdl import known_fields
from sandbox.api.faults import InjectedFault, Kind
from sandbox.api.instance import Instance
from sandbox.common.clock import SECOND, iso, iso_or_none, parse
from sandbox.common.errors import Refusal
from sandbox.common.ids import encode
from sandbox.demarche.demarche import Agent, Demarche, Label
from sandbox.demarche.dossier import DepositedDossier
from sandbox.demarche.intake import open_demarche
from sandbox.demarche.retypings import check_retypings
from sandbox.demarche.switches import Switches
from sandbox.demarche.tokens import Token
from sandbox.form.edits import edited
from sandbox.form.model import FormRevision

Json = dict[str, Any]

# The administrator


def add_demarche(instance: Instance, form: Json) -> Json:
    """Publish another démarche from its form file."""
    with instance.state.transaction():
        return {"number": open_demarche(instance.state, form, instance.clock).number}


def publish(
    instance: Instance,
    demarche: int,
    revision: Mapping[str, Any] | None = None,
    edits: Sequence[Mapping[str, Any]] = (),
) -> Json:
    """Publish a revision: a whole one, or the present one with edits. Open dossiers move to it.

    Raises:
        Refusal: a question changes type as DS's editor does not offer.
    """
    found = instance.state.demarche(demarche)
    raw = edited(revision or found.active.raw, edits)
    with instance.state.transaction():
        now = instance.clock.now()
        new = FormRevision.from_json(instance.state.next_id(), now, raw)
        check_retypings(found.active, new)
        found.revisions.append(new)
        found.updated_at = now
        instance.state.save_demarche(found)
        moved = instance.state.move_open_dossiers(demarche, new.id)
    return {"id": encode("ProcedureRevision", new.id), "moved": moved}


def _groupe(demarche: Demarche, label: str) -> int:
    for number, name in demarche.groupes.items():
        if name == label:
            return number
    raise Refusal(
        f"Aucun groupe ne s’appelle « {label} » ; il y a {', '.join(demarche.groupes.values())}."
    )


def add_groupe(instance: Instance, demarche: int, label: str) -> None:
    """Make a groupe; nobody is in it."""
    with instance.state.transaction():
        found = instance.state.demarche(demarche)
        found.groupes[instance.state.next_id()] = label
        instance.state.save_demarche(found)


def add_instructeur(instance: Instance, demarche: int, email: str, groupe: str) -> None:
    """Put an instructeur in a groupe."""
    with instance.state.transaction():
        found = instance.state.demarche(demarche)
        number = _groupe(found, groupe)
        known = found.instructeur(email)
        if known is None:
            found.instructeurs.append(Agent(instance.state.next_id(), email, [number]))
        elif number not in known.groupes:
            known.groupes.append(number)
        instance.state.save_demarche(found)


def remove_instructeur(instance: Instance, demarche: int, email: str, groupe: str) -> None:
    """Take an instructeur out of a groupe."""
    with instance.state.transaction():
        found = instance.state.demarche(demarche)
        known = found.instructeur(email)
        if known is None:
            raise Refusal(f"Aucun instructeur n’a l’adresse {email}.")
        number = _groupe(found, groupe)
        if number not in known.groupes:
            raise Refusal(f"{email} n’est pas du groupe « {groupe} ».")
        known.groupes.remove(number)
        instance.state.save_demarche(found)


def add_label(instance: Instance, demarche: int, name: str, color: str = "green_menthe") -> None:
    """Make a label."""
    with instance.state.transaction():
        found = instance.state.demarche(demarche)
        found.labels.append(Label(instance.state.next_id(), name, color))
        instance.state.save_demarche(found)


def delete_label(instance: Instance, demarche: int, name: str) -> None:
    """Delete a label, also from the dossiers that have it."""
    with instance.state.transaction():
        found = instance.state.demarche(demarche)
        found.labels = [label for label in found.labels if label.name != name]
        instance.state.save_demarche(found)


# Time, tokens, limits


def clock(
    instance: Instance,
    advance: float | None = None,
    to: str | None = None,
    frozen: bool | None = None,
) -> Json:
    """Move the clock by seconds or to an instant, stop it or let it run; return the time."""
    if to is not None:
        instance.clock.set(_instant(to))
    if advance is not None:
        instance.clock.set(instance.clock.now() + round(advance * SECOND))
    if frozen is not None:
        instance.clock.freeze(frozen=frozen)
    if instance.clock.frozen is None:
        instance.state.remember("clock_offset", instance.clock.offset)
    return {"now": iso(instance.clock.now()), "microseconds": instance.clock.now()}


def add_token(
    instance: Instance,
    value: str,
    demarches: list[int] | None = None,
    read_only: bool = False,
    expires_at: str | None = None,
    networks: list[str] | None = None,
    deprecated: bool = False,
) -> None:
    """Add a token, of some démarches, until an instant, from some networks."""
    until = _instant(expires_at) if expires_at else None
    for network in networks or ():
        try:
            ipaddress.ip_network(network)
        except ValueError as cause:
            raise ValueError(f"« {network} » n’est pas un réseau (10.0.0.0/8)") from cause
    instance.tokens.add(Token(value, demarches, read_only, until, networks, deprecated))


def _instant(text: str) -> int:
    try:
        return parse(text)
    except ValueError as cause:
        raise ValueError(f"« {text} » n’est pas un instant (2026-03-02T12:00:00)") from cause


def revoke_token(instance: Instance, value: str) -> None:
    """Make a token unknown."""
    instance.tokens.revoke(value)


def expire_token(instance: Instance, value: str) -> None:
    """End the life of a token now."""
    known = instance.tokens.get(value)
    if known is None:
        raise Refusal("Ce jeton n’existe pas.")
    limits = (known.demarches, known.read_only, instance.clock.now(), known.networks)
    instance.tokens.add(Token(value, *limits))


def rate_limit(instance: Instance, per_minute: int) -> None:
    """Set how many requests a minute a token may make."""
    instance.limit.allowed = per_minute


def switches(instance: Instance, **changes: Any) -> Json:
    """Change what differs from one instance of DS to another; return how it all stands."""
    present = instance.switches.as_json()
    for name in changes:
        if name not in present:
            raise ValueError(f"« {name} » n’existe pas ; il y a {', '.join(sorted(present))}")
    for name in changes.get("hidden_fields") or ():
        if name not in known_fields():
            raise ValueError(f"aucun champ du schéma ne s’appelle « {name} » (Type.champ)")
    instance.switches = _SWITCHES.validate_python({**present, **changes})
    instance.state.remember("switches", instance.switches.as_json())
    return instance.switches.as_json()


_SWITCHES = TypeAdapter(Switches)


# Faults, counts, comparisons


def fault(instance: Instance, kind: Kind, **details: Any) -> Json:
    """Switch a fault on; see `sandbox.api.faults.InjectedFault` for the details."""
    known = {one.name for one in fields(InjectedFault)} - {"kind", "hits"}
    for name in details:
        if name not in known:
            raise ValueError(
                f"« {name} » n’existe pas ; un défaut connaît {', '.join(sorted(known))}"
            )
    lacking = [name for name in _NEEDED.get(kind, ()) if details.get(name) in (None, "", [])]
    if lacking:
        raise ValueError(f"un défaut « {kind} » demande aussi {', '.join(lacking)}")
    instance.faults.active.append(_FAULT.validate_python({"kind": kind, **details}))
    instance.state.epoch += 1
    return instance.faults.as_json()


_FAULT = TypeAdapter(InjectedFault)
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "broken": ("number",),
    "unlistable": ("number",),
    "hole": ("number", "champ", "path"),
    "slow_list": ("connection",),
    "patch": ("path",),
}


def broken(instance: Instance, numbers: Sequence[int], *, unlistable: bool = False) -> None:
    """Name the broken dossiers; of ``unlistable`` ones not even the number can be selected."""
    kept = [one for one in instance.faults.active if one.kind not in {"broken", "unlistable"}]
    instance.faults.active[:] = kept
    instance.state.epoch += 1
    for number in numbers:
        fault(instance, "unlistable" if unlistable else "broken", number=number)


def clear_faults(instance: Instance, kind: Kind | None = None) -> None:
    """Switch every fault off, or those of a kind."""
    instance.faults.active[:] = [
        one for one in instance.faults.active if kind not in {None, one.kind}
    ]
    instance.state.epoch += 1


def faults(instance: Instance) -> Json:
    """Return the faults in force."""
    return instance.faults.as_json()


def stats(instance: Instance, *, reset: bool = False) -> Json:
    """Return what was asked since the last reset."""
    told = instance.stats.as_json()
    if reset:
        instance.stats.reset()
    return told


def snapshot(instance: Instance, number: int) -> Json:
    """Return the whole state of a dossier, to compare with later or earlier."""
    dossier = instance.state.dossier(number)
    return describe(dossier, instance.state.demarche(dossier.demarche))


def snapshots(instance: Instance, demarche: int) -> Json:
    """Return what was written about every dossier of a démarche, by number."""
    found = instance.state.demarche(demarche)
    return {str(one.number): describe(one, found) for one in instance.state.every(demarche)}


def describe(dossier: DepositedDossier, demarche: Demarche) -> Json:
    """Return a dossier as plain values that a person can read."""
    told = dossier.as_json()
    for name in [name for name in told if name.endswith("_at")]:
        told[name] = iso_or_none(told[name])
    named = {label.id: label.name for label in demarche.labels}
    told["labels"] = sorted(named[one] for one in dossier.labels if one in named)
    told["groupe"] = demarche.groupes[dossier.groupe]
    told["pending_correction"] = dossier.pending_correction is not None
    told["listed"] = dossier.listed
    return told
