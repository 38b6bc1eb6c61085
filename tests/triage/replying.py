"""Judged dossiers for the tests of replies: the real form, policy and texts, without any DS."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from mappings.dossier.model import (
    Champ,
    ChampValue,
    Choice,
    Dossier,
    DossierState,
    Number,
    Text,
    YesNo,
)
from mappings.dossier.revision import Descriptor
from steps.wiring.form import Form, load_form
from triage.replies.annotations import canonical
from triage.replies.inputs import JudgedDossier, Memory, ReplyRules
from triage.replies.plan import Plan, plan
from triage.replies.reply import Annotate, MessageSent, Outcome, Reply, SendMessage, SetLabel
from triage.replies.sending import Sending
from triage.verdict.model import (
    Assessment,
    Criterion,
    Evidence,
    Fault,
    ItemResult,
    ScopeReason,
    Status,
    Verdict,
)

ROOT = Path(__file__).parents[2]
NUMBER = 24_000_700
DEPOSIT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
JUDGED_AT = datetime(2026, 3, 10, 12, 0, 42, tzinfo=UTC)
NOW = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
LABELS = {"but_medical": "L'usage vise-t-il à soigner ?", "rcp": "RCP en vigueur", "siret": "SIRET"}
OPTION = "Sans but médical"

SIRET = ItemResult(
    id="A1",
    name="Entreprise",
    section="2. Déclarant",
    expected="SIRET valide.",
    mandatory=True,
    verdict=Verdict.INVALID,
    reason="SIRET invalide",
    fields=("siret", "qualite_entreprise"),
    lost=Decimal("0.10"),
    at_fault=("siret",),
    faults=(Fault("siret", Verdict.INVALID, "SIRET invalide", "SIRET valide."),),
)
RCP = replace(
    SIRET,
    id="M5",
    name="RCP",
    section="3. Médicaments",
    expected="Le RCP en pièce jointe.",
    verdict=Verdict.MISSING,
    reason="absent",
    fields=("rcp",),
    at_fault=("rcp",),
    faults=(Fault("rcp", Verdict.MISSING, "absent", "Le RCP en pièce jointe."),),
)
FINE = replace(
    SIRET, id="D0", name="Titre", verdict=Verdict.PRESENT, reason="", at_fault=(), faults=()
)
QUESTION = ScopeReason("but_medical", "But médical", "", "question sans réponse")
REASON = ScopeReason("but_medical", "But médical", OPTION, "Sans but médical (abus)")
RARE = Criterion("rare", "Maladie rare", (Evidence("maladie_rare", "Maladie rare", "oui"),))


@cache
def the_form() -> Form:
    return load_form(mapping=ROOT / "mappings/unc/mapping.yaml", rules=ROOT / "triage/unc")


@cache
def descriptors() -> tuple[Descriptor, ...]:
    asked = json.loads((ROOT / "sandbox/formulaire.json").read_text("utf-8"))["revisions"][-1]
    return tuple(
        Descriptor(
            id=str(one["id"]),
            api_id=f"api-{one['id']}",
            label=one["label"],
            type=one["type"],
            required=False,
            options=tuple(one.get("options", ())),
        )
        for one in asked["annotations"]
    )


def _value(kind: str, value: Any) -> ChampValue | None:
    if value in {None, ""}:
        return None
    match kind:
        case "drop_down_list":
            return Choice(value)
        case "integer_number":
            return Number(value)
        case "yes_no":
            return YesNo(yes=value)
        case "datetime":
            return Text(value)
        case _:
            return Text(value)


def dossier(annotations: Mapping[int, Any] | None = None, **changes: Any) -> Dossier:
    shown = annotations or {}
    return replace(
        Dossier(
            id="D-1",
            number=NUMBER,
            state=DossierState.EN_CONSTRUCTION,
            archived=False,
            revision_id="r2",
            deposited_at=DEPOSIT,
            modified_at=DEPOSIT,
            champs_modified_at=DEPOSIT,
            annotations_by_hand_at=DEPOSIT,
            passed_en_instruction_at=None,
            decided_at=None,
            correction_pending_since=None,
            usager_email="declarant@exempla.example",
            demandeur=None,
            groupe="défaut",
            groupe_id="g1",
            champs=(),
            annotations=tuple(
                Champ(
                    id=one.id,
                    api_id=one.api_id,
                    label=one.label,
                    type=one.type,
                    value=_value(one.type, shown.get(int(one.id))),
                    updated_at=None,
                )
                for one in descriptors()
            ),
            labels=frozenset(),
            messages=(),
        ),
        **changes,
    )


def assessment(status: Status = Status.COMPLET, **changes: Any) -> Assessment:
    """A verdict; its items and reasons go with the status."""
    in_scope = status in {Status.COMPLET, Status.A_COMPLETER}
    items = (SIRET, RCP, FINE) if status is Status.A_COMPLETER else (FINE,)
    return replace(
        Assessment(
            number=NUMBER,
            fingerprint="f",
            ruleset="2026.1",
            status=status,
            score=62,
            band="à compléter",
            admissible=status is not Status.A_COMPLETER,
            items=items,
            out_of_scope=REASON if status is Status.HORS_CHAMP else None,
            unanswered_scope=(QUESTION,) if status is Status.A_PRECISER else (),
            priority="P3" if in_scope else None,
            criteria=(RARE,) if in_scope else (),
            warnings=(),
        ),
        **changes,
    )


def judged(
    shown: Dossier | None = None, verdict: Assessment | None = None, **more: Any
) -> JudgedDossier:
    return JudgedDossier(
        dossier=shown or dossier(),
        assessment=verdict or assessment(),
        assessed_at=more.pop("assessed_at", JUDGED_AT),
        annotations=more.pop("annotations", descriptors()),
        labels=LABELS,
        **more,
    )


def reply_rules(labels: frozenset[str] | None = None, **sending: Any) -> ReplyRules:
    settings = {
        "channel": "off",
        "since": DEPOSIT - timedelta(days=1),
        "quiet": timedelta(hours=1),
        "max_requests": 3,
        **sending,
    }
    form = the_form()
    return ReplyRules(
        mapping=form.mapping,
        policy=form.policy,
        texts=form.texts,
        sending=Sending(**settings),
        labels=labels,
    )


def due(
    case: JudgedDossier,
    memory: Memory | None = None,
    *,
    rules: ReplyRules | None = None,
    now: datetime = NOW,
) -> Plan:
    return plan(case, memory or Memory(), reply_rules=rules or reply_rules(), now=now)


def written(made: Plan) -> dict[str, str]:
    """Annotations that a plan writes, by name."""
    replies = [one for one in made.replies if isinstance(one, Annotate)]
    return {change.name: canonical(change.value) for one in replies for change in one.changes}


def labelled(made: Plan) -> dict[str, bool]:
    return {one.name: one.present for one in made.replies if isinstance(one, SetLabel)}


def message(made: Plan) -> SendMessage | None:
    found = [one for one in made.replies if isinstance(one, SendMessage)]
    assert len(found) <= 1
    return found[0] if found else None


def sent(*replies: Reply | None, outcome: Outcome = Outcome.DONE) -> tuple[MessageSent, ...]:
    """What is remembered of messages that were sent."""
    return tuple(
        MessageSent(one.reference, one.kind, one.items, outcome)
        for one in replies
        if isinstance(one, SendMessage)
    )


def ours(**values: str) -> dict[str, frozenset[str]]:
    return {name: frozenset({value}) for name, value in values.items()}
