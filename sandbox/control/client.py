"""A small client of the control API: acts on a sandbox as the people around a démarche do."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any, cast

import requests

from sandbox.demarche.seed import SeedDossier

Json = dict[str, Any]
Answers = Mapping[int, Any]


class ControlError(RuntimeError):
    """The sandbox would not do what was asked; the message is its own."""

    @property
    def told(self) -> str:
        """Return the sentence alone, without the action and what JSON puts around it."""
        _, _, text = str(self).partition(": ")
        try:
            return str(json.loads(text)["error"])
        except (ValueError, KeyError, TypeError):
            return text


class Control:
    """One method for each control action; see README.md beside this file."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._session = requests.Session()

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def call(self, action: str, /, **arguments: Any) -> Any:
        """Call any action by its name.

        Raises:
            ControlError: the sandbox refused.
        """
        told = {name: value for name, value in arguments.items() if value is not None}
        answer = self._session.post(f"{self._base_url}/control/{action}", json=told, timeout=600)
        if not answer.ok:
            raise ControlError(f"{action}: {answer.text}")
        return answer.json()

    # The declarant

    def create(
        self, demarche: int, dossier: SeedDossier | Mapping[str, Any], *, unlisted: bool = False
    ) -> int:
        """Deposit a dossier and return its number; ``unlisted`` hides it until `release`."""
        plain = _plain_seed(dossier)
        done: Json = self.call("create", demarche=demarche, dossier=plain, unlisted=unlisted)
        return int(done["number"])

    def edit(self, number: int, answers: Answers) -> None:
        """Type answers without submitting them."""
        self.call("edit", number=number, answers=answers)

    def submit(self, number: int, answers: Answers | None = None) -> None:
        """Submit what was typed, and ``answers``; resolves a pending correction request."""
        self.call("submit", number=number, answers=answers)

    def hide(self, number: int, *, by: str = "user") -> None:
        """Put the dossier in the bin, as its ``user`` or as the ``administration``."""
        self.call("hide", number=number, by=by)

    def restore(self, number: int) -> None:
        """Take the dossier out of the bin."""
        self.call("restore", number=number)

    def expire(self, number: int) -> None:
        """Let the dossier expire: in no list until it is purged."""
        self.call("expire", number=number)

    def purge(self, number: int, reason: str | None = None) -> None:
        """Remove the dossier for good."""
        self.call("purge", number=number, reason=reason)

    def release(self, number: int) -> None:
        """Let an unlisted dossier appear, late."""
        self.call("release", number=number)

    def delete_account(self, number: int) -> None:
        """Delete the declarant's account."""
        self.call("delete_account", number=number)

    def answer(self, number: int, body: str) -> None:
        """Write a message as the declarant."""
        self.call("answer", number=number, body=body)

    # Instructeurs

    def annotate(self, number: int, annotations: Answers) -> None:
        """Write annotations by hand; ``None`` clears one."""
        self.call("annotate", number=number, annotations=annotations)

    def edit_champ(self, number: int, answers: Answers) -> None:
        """Change answers as an instructeur."""
        self.call("edit_champ", number=number, answers=answers)

    def label(self, number: int, name: str, *, on: bool = True) -> None:
        """Put a label on the dossier, or take it off."""
        self.call("label", number=number, name=name, on=on)

    def message(self, number: int, body: str, *, by: str, correction: str | None = None) -> Json:
        """Write to the declarant; returns the message as kept, with its rank ``n``."""
        sent: Json = self.call("message", number=number, body=body, by=by, correction=correction)
        return sent

    def discard(self, number: int, message: int, *, by: str) -> None:
        """Withdraw the ``message``-th message."""
        self.call("discard", number=number, message=message, by=by)

    def move(
        self, number: int, state: str, *, by: str | None = None, motivation: str | None = None
    ) -> None:
        """Bring the dossier to a state; a decision may say why."""
        self.call("move", number=number, state=state, by=by, motivation=motivation)

    def follow(self, number: int, *, by: str, on: bool = True) -> None:
        """Follow the dossier as an instructeur, or no longer."""
        self.call("follow", number=number, by=by, on=on)

    def ask_avis(self, number: int, question: str, *, expert: str, by: str) -> Json:
        """Ask an expert's opinion; returns it as kept, with its rank ``n``."""
        asked: Json = self.call("ask_avis", number=number, question=question, expert=expert, by=by)
        return asked

    def answer_avis(self, number: int, avis: int, answer: str) -> None:
        """Give the ``avis``-th opinion that was asked."""
        self.call("answer_avis", number=number, avis=avis, answer=answer)

    def archive(self, number: int, *, archived: bool = True) -> None:
        """Put the dossier away, whatever its state, or take it out."""
        self.call("archive", number=number, archived=archived)

    def change_groupe(self, number: int, groupe: str) -> None:
        """Hand the dossier to another groupe, by its label."""
        self.call("change_groupe", number=number, groupe=groupe)

    # The administrator

    def add_demarche(self, form: Mapping[str, Any]) -> None:
        """Publish another démarche."""
        self.call("add_demarche", form=form)

    def publish(
        self,
        demarche: int,
        *,
        revision: Mapping[str, Any] | None = None,
        edits: Sequence[Mapping[str, Any]] = (),
    ) -> Json:
        """Publish a revision; returns its id and how many open dossiers moved to it."""
        done: Json = self.call("publish", demarche=demarche, revision=revision, edits=edits)
        return done

    def add_groupe(self, demarche: int, label: str) -> None:
        """Make a groupe with nobody in it."""
        self.call("add_groupe", demarche=demarche, label=label)

    def add_instructeur(self, demarche: int, email: str, groupe: str) -> None:
        """Put an instructeur in a groupe."""
        self.call("add_instructeur", demarche=demarche, email=email, groupe=groupe)

    def remove_instructeur(self, demarche: int, email: str, groupe: str) -> None:
        """Take an instructeur out of a groupe."""
        self.call("remove_instructeur", demarche=demarche, email=email, groupe=groupe)

    def add_label(self, demarche: int, name: str) -> None:
        """Make a label."""
        self.call("add_label", demarche=demarche, name=name)

    def delete_label(self, demarche: int, name: str) -> None:
        """Delete a label."""
        self.call("delete_label", demarche=demarche, name=name)

    # The service

    def clock(
        self, *, advance: float | None = None, to: str | None = None, frozen: bool | None = None
    ) -> Json:
        """Move, stop or start the clock; returns ``now`` (ISO) and ``microseconds``."""
        told: Json = self.call("clock", advance=advance, to=to, frozen=frozen)
        return told

    def add_token(self, value: str, **limits: Any) -> None:
        """Add a token: ``demarches``, ``read_only``, ``expires_at``, ``networks``."""
        self.call("add_token", value=value, **limits)

    def revoke_token(self, value: str) -> None:
        """Make a token unknown."""
        self.call("revoke_token", value=value)

    def expire_token(self, value: str) -> None:
        """End the life of a token."""
        self.call("expire_token", value=value)

    def rate_limit(self, per_minute: int) -> None:
        """Set how many requests a minute a token may make."""
        self.call("rate_limit", per_minute=per_minute)

    def switches(self, **changes: Any) -> Json:
        """Change what differs between instances (see `sandbox.demarche.switches.Switches`)."""
        told: Json = self.call("switches", **changes)
        return told

    def fault(self, kind: str, **details: Any) -> None:
        """Switch a fault on (see `sandbox.api.faults.InjectedFault`)."""
        self.call("fault", kind=kind, **details)

    def broken(self, *numbers: int, unlistable: bool = False) -> None:
        """Name the dossiers whose content breaks an answer; none mends them all.

        ``unlistable`` ones break every answer that selects anything of them, even their number.
        """
        self.call("broken", numbers=numbers, unlistable=unlistable)

    def patch(self, number: int | None, *path: str | int, **how: Any) -> None:
        """Change what is served of a dossier (``None``: of any answer, from ``data``) at a path.

        ``value`` is put there, or with ``drop`` the key taken away; other details as of a fault.
        """
        told = {name: value for name, value in how.items() if value is not None}
        self.fault("patch", number=number, path=list(path), **told)

    def hole(self, number: int, champ: int, *path: str) -> None:
        """Put a null in a champ (its stable id) where the schema allows none."""
        self.fault("hole", number=number, champ=champ, path=list(path))

    def slow(self, connection: str, *, page_over: int = 0) -> None:
        """Let a connection time out when more rows than so many are asked of it."""
        self.fault("slow_list", connection=connection, page_over=page_over)

    def fault_file(self, filename: str, *, status: int = 500, location: str = "") -> None:
        """Let the address of a file answer something else; with a ``location``, a redirection."""
        self.fault("file", filename=filename, status=status, location=location)

    def clear_faults(self, kind: str | None = None) -> None:
        """Switch every fault off, or those of a kind."""
        self.call("clear_faults", kind=kind)

    def faults(self) -> Json:
        """Return the faults in force."""
        told: Json = self.call("faults")
        return told

    def stats(self, *, reset: bool = False) -> Json:
        """Return what was asked since the last reset."""
        told: Json = self.call("stats", reset=reset)
        return told

    def snapshot(self, number: int) -> Json:
        """Return the whole state of a dossier."""
        told: Json = self.call("snapshot", number=number)
        return told

    def snapshots(self, demarche: int) -> dict[int, Json]:
        """Return the whole state of every dossier of a démarche, by number."""
        told: Json = self.call("snapshots", demarche=demarche)
        return {int(number): one for number, one in told.items()}

    # The whole sandbox

    def where(self) -> str:
        """Return the folder that is served."""
        return str(self.call("where")["home"])

    def kept(self) -> list[str]:
        """Return the names of the copies that are kept."""
        return [str(name) for name in self.call("kept")]

    def keep(self, name: str) -> None:
        """Copy the folder, with whatever was made of it there."""
        self.call("keep", name=name)

    def bring_back(self, name: str) -> None:
        """Return to a copy: what was done since is lost."""
        self.call("bring_back", name=name)

    def reset(self) -> None:
        """Begin again, with the form and the dossiers that the sandbox was started with."""
        self.call("reset")

    def scenario(self) -> Json | None:
        """Return where the scenario is, if one is played."""
        told: Json | None = self.call("scenario")
        return told

    def next_day(self) -> Json:
        """Let the next day of the scenario happen; returns what it tells."""
        told: Json = self.call("next_day")
        return told


def _plain_seed(dossier: SeedDossier | Mapping[str, Any]) -> Json:
    plain = asdict(cast("Any", dossier)) if is_dataclass(dossier) else dict(cast("Any", dossier))
    if plain.pop("planted", None) is not None:
        plain["mandatory"] = False  # as those that a sandbox begins with: older than that
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in plain.items()
    }
