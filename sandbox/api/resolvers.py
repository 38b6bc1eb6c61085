"""Resolvers of queries: the few fields that are not plain values of a dictionary."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLResolveInfo

from sandbox.api import views
from sandbox.api.columns import columns_of
from sandbox.api.instance import Context
from sandbox.common.clock import iso, parse
from sandbox.common.errors import ApiError, InternalError
from sandbox.common.ids import decode_champ, decode_number, encode
from sandbox.demarche import cursors
from sandbox.demarche.demarche import Demarche
from sandbox.demarche.dossier import DepositedDossier
from sandbox.demarche.state import Where
from sandbox.form.kinds import SERVED

Json = dict[str, Any]
Info = GraphQLResolveInfo


def find_demarche(context: Context, number: int) -> Demarche:
    """Return a démarche that the token may see.

    Raises:
        ApiError: none such, or out of the token's scope.
    """
    found = context.instance.state.demarche(number)
    context.token.check_scope(number)
    return found


def find_dossier(context: Context, number: int) -> DepositedDossier:
    """Return a dossier that the token may see.

    Raises:
        ApiError: none such, or out of the token's scope.
    """
    found = context.instance.state.dossier(number)
    context.token.check_scope(found.demarche, "Dossier")
    return found


def _demarche(_root: Any, info: Info, number: int) -> Json:
    return views.demarche(find_demarche(info.context, number))


def _demarche_descriptor(_root: Any, info: Info, demarche: Json) -> Json:
    found = info.context.instance.state.demarche(asked_number(demarche))
    if not found.opendata:
        info.context.token.check_scope(found.number, "DemarcheDescriptor")
    return views.descriptor_of_demarche(found, found.active)


def asked_number(asked: Json) -> int:
    """Return the number of the démarche that a ``FindDemarcheInput`` names.

    Raises:
        ApiError: its id is not one.
    """
    if asked.get("number") is not None:
        return int(asked["number"])
    return decode_number(asked["id"], "Procedure", "Demarche", "DemarcheDescriptor")


def _open_demarches(_root: Any, info: Info, **args: Any) -> Json:
    state = info.context.instance.state
    window = cursors.window(args)
    rows = [
        (one, (one.created_at, one.number))
        for one in map(state.demarche, state.numbers())
        if one.opendata and one.state == "publiee"
    ]
    rows = [row for row in rows if _within(row[1], window)]
    if window.backwards:
        rows.reverse()
    rows = rows[: window.size + 1]
    return _page(rows, window, lambda one: views.descriptor_of_demarche(one, one.active), info)


def _within(key: tuple[int, int], window: cursors.Window) -> bool:
    after, before = window.after, window.before
    return (after is None or key > after) and (before is None or key < before)


def _groupes(source: Json, info: Info, closed: bool | None = None) -> list[Json]:
    """Show the groupes; asked for the closed or the open ones, the server of January fails."""
    if closed is not None and not info.context.instance.switches.closed_groupes:
        raise InternalError("undefined method 'true?' for a boolean")
    of: Demarche = source["_demarche"]
    wanted = [one for one in of.groupes if closed is None or (one in of.closed) is closed]
    return [views.groupe(of, one) for one in wanted]


def _dossier(_root: Any, info: Info, number: int) -> Json:
    found = find_dossier(info.context, number)
    if not found.listed:
        raise ApiError("Dossier not found", "not_found")
    return views.dossier(found)


def _groupe(_root: Any, info: Info, number: int) -> Json:
    state = info.context.instance.state
    for candidate in state.numbers():
        demarche = state.demarche(candidate)
        if number in demarche.groupes:
            info.context.token.check_scope(candidate, "GroupeInstructeurWithDossiers")
            return {**views.groupe(demarche, number), "_groupe": number}
    raise ApiError("GroupeInstructeurWithDossiers not found", "not_found")


def _place(source: Json) -> Where:
    where: Where = [("demarche=?", source["_demarche"].number)]
    if "_groupe" in source:
        where.append(("groupe=?", source["_groupe"]))
    return where


def _dossiers(source: Json, info: Info, **args: Any) -> Json:
    where = [*_place(source), ("listed=?", 1)]
    column = "deposited_at"
    if args.get("updatedSince"):
        column = "updated_at"
        where.append(("updated_at>=?", parse(args["updatedSince"])))
    elif args.get("createdSince"):
        where.append(("deposited_at>=?", parse(args["createdSince"])))
    if args.get("state"):
        where.append(("state=?", args["state"]))
    if args.get("archived") is not None:
        where.append(("archived=?", int(args["archived"])))
    for name, sign in (("revision", "="), ("minRevision", ">="), ("maxRevision", "<=")):
        if args.get(name):
            number = decode_number(args[name], "ProcedureRevision")
            where.append((f"revision{sign}?", number))
    window = _window(info, args)
    found = info.context.instance.state.page(column, where, window)
    rows = [(one, (getattr(one, column), one.number)) for one in found]
    return _page(rows, window, views.dossier, info)


def _pending(source: Json, info: Info, **args: Any) -> Json:
    since = parse(args["deletedSince"]) if args.get("deletedSince") else 0
    where = [*_place(source), ("hidden_at>=?", since)]
    window = _window(info, args)
    rows = []
    for one in info.context.instance.state.page("hidden_at", where, window):
        when, reason = one.pending_deletion or (0, "")
        line = (one.number, one.state, reason, when)
        rows.append(((line, encode("DeletedDossier", one.number)), (when, one.number)))
    return _page(rows, window, lambda row: _gone(*row), info)


def _deleted(source: Json, info: Info, **args: Any) -> Json:
    since = parse(args["deletedSince"]) if args.get("deletedSince") else 0
    where = [*_place(source), ("deleted_at>=?", since)]
    window = _window(info, args)
    lines = info.context.instance.state.deleted_page(where, window)
    rows = [(line, (line[3], line[0])) for line in lines]
    return _page(rows, window, lambda line: _gone(line, _crash), info)


def _crash(_info: Info) -> str:
    raise InternalError("undefined method for a purged dossier")


def _gone(line: tuple[int, str, str, int], key: Any) -> Json:
    number, state, reason, when = line
    return {
        "id": key,
        "number": number,
        "state": state,
        "reason": reason,
        "dateSupression": iso(when),
    }


def _window(info: Info, args: Json) -> cursors.Window:
    window = cursors.window(args)
    owner = info.parent_type.name
    info.context.instance.faults.check_size(owner, info.field_name, window.size)
    return window


def _page(
    rows: list[tuple[Any, tuple[int, int]]],
    window: cursors.Window,
    view: Callable[[Any], Json],
    info: Info,
) -> Json:
    has_next, has_previous = window.flags(len(rows))
    rows = rows[: window.size]
    if window.backwards:
        rows.reverse()
    nodes = [view(row) for row, _ in rows]
    opaque = info.context.instance.switches.opaque_cursors
    keys = [cursors.encode(*key, opaque=opaque) for _, key in rows]
    return {
        "nodes": nodes,
        "edges": [{"cursor": key, "node": node} for key, node in zip(keys, nodes, strict=True)],
        "pageInfo": {
            "hasNextPage": has_next,
            "hasPreviousPage": has_previous,
            "startCursor": keys[0] if keys else None,
            "endCursor": keys[-1] if keys else None,
        },
    }


def _pick(shown: list[Json], wanted: str | None) -> list[Json]:
    if wanted is None:
        return shown
    stable, row = decode_champ(wanted)
    inner = [champ for one in shown for champ in one.get("champs", ())]
    return [one for one in (*shown, *inner) if decode_champ(one["id"]) == (stable, row)]


def _champs(source: Json, info: Info, id: str | None = None) -> list[Json]:  # noqa: A002
    context: Context = info.context
    faults, number = context.instance.faults, source["number"]
    faults.check_content(number)
    shown = views.champs(source["_dossier"], context.instance, context.base_url)
    return _pick(faults.pierce(number, shown), id)


def _annotations(source: Json, info: Info, id: str | None = None) -> list[Json]:  # noqa: A002
    context: Context = info.context
    context.instance.faults.check_content(source["number"])
    return _pick(views.annotations(source["_dossier"], context.instance, context.base_url), id)


def _messages(source: Json, _info: Info, id: str | None = None) -> list[Json]:  # noqa: A002
    one: DepositedDossier = source["_dossier"]
    shown = [views.message(one, sent) for sent in one.messages]
    return [message for message in shown if id is None or message["id"] == id]


def _of(source: Json, info: Info) -> tuple[DepositedDossier, Demarche]:
    one: DepositedDossier = source["_dossier"]
    return one, info.context.instance.state.demarche(one.demarche)


def _labels(source: Json, info: Info) -> list[Json]:
    one, demarche = _of(source, info)
    return [label.as_api() for label in demarche.labels if label.id in one.labels]


def _groupe_of_dossier(source: Json, info: Info) -> Json:
    one, demarche = _of(source, info)
    return views.groupe(demarche, one.groupe)


def _revision_of_dossier(source: Json, info: Info) -> Json:
    one, demarche = _of(source, info)
    return views.revision(demarche.revision(one.revision))


def _demarche_of_dossier(source: Json, info: Info) -> Json:
    one, demarche = _of(source, info)
    return views.descriptor_of_demarche(demarche, demarche.revision(one.revision))


def _treatments(source: Json, info: Info) -> list[Json]:
    return views.treatments(*_of(source, info))


def _avis(source: Json, info: Info, id: str | None = None) -> list[Json]:  # noqa: A002
    return [one for one in views.avis(*_of(source, info)) if id is None or one["id"] == id]


def _followers(source: Json, info: Info) -> list[Json]:
    one, demarche = _of(source, info)
    return [each.as_api() for each in demarche.instructeurs if each.id in one.followers]


def _demandeur(source: Json, info: Info) -> Json:
    return views.demandeur(source["_dossier"], info.context.instance)


def _assignments(source: Json, info: Info, mode: str | None = None) -> list[Json]:
    one, demarche = _of(source, info)
    return views.assignments(one, demarche, mode)


def _made(kind: str) -> Callable[..., Json]:
    """Return the resolver of a file that the server makes of a dossier when it is fetched."""

    def resolve(source: Json, info: Info) -> Json:
        context: Context = info.context
        return views.made_file(source["_dossier"], kind, context.instance, context.base_url)

    return resolve


def _justificatif(source: Json, info: Info) -> Json | None:
    context: Context = info.context
    file = source["_dossier"].motivation_file
    return views.file(file, context.instance, context.base_url) if file else None


def _attachments(source: Json, info: Info) -> list[Json]:
    context: Context = info.context
    return [views.file(one, context.instance, context.base_url) for one in source["_files"]]


def _first_attachment(source: Json, info: Info) -> Json | None:
    return next(iter(_attachments(source, info)), None)


def _dossiers_count(source: Json, info: Info) -> int:
    return sum(1 for _ in info.context.instance.state.every(source["number"]))


def _linked_dossier(source: Json, info: Info) -> Json | None:
    number = source["stringValue"]
    return views.dossier(find_dossier(info.context, int(number))) if number else None


def _columns(source: Json, _info: Info) -> list[Json]:
    return columns_of(source)


def _ticked(source: Json, _info: Info) -> bool:
    return bool(source["value"])


RESOLVERS: dict[tuple[str, str], Callable[..., Any]] = {
    ("Query", "demarche"): _demarche,
    ("Query", "demarcheDescriptor"): _demarche_descriptor,
    ("Query", "demarcheDescriptors"): _open_demarches,
    ("Query", "dossier"): _dossier,
    ("Query", "groupeInstructeur"): _groupe,
    ("Demarche", "groupeInstructeurs"): _groupes,
    ("DemarcheDescriptor", "dossiersCount"): _dossiers_count,
    ("Demarche", "dossiers"): _dossiers,
    ("Demarche", "pendingDeletedDossiers"): _pending,
    ("Demarche", "deletedDossiers"): _deleted,
    ("GroupeInstructeurWithDossiers", "dossiers"): _dossiers,
    ("GroupeInstructeurWithDossiers", "pendingDeletedDossiers"): _pending,
    ("GroupeInstructeurWithDossiers", "deletedDossiers"): _deleted,
    ("Dossier", "champs"): _champs,
    ("Dossier", "annotations"): _annotations,
    ("Dossier", "messages"): _messages,
    ("Dossier", "labels"): _labels,
    ("Dossier", "groupeInstructeur"): _groupe_of_dossier,
    ("Dossier", "revision"): _revision_of_dossier,
    ("Dossier", "demarche"): _demarche_of_dossier,
    ("Dossier", "traitements"): _treatments,
    ("Dossier", "demandeur"): _demandeur,
    ("Dossier", "avis"): _avis,
    ("Dossier", "instructeurs"): _followers,
    ("Dossier", "assignments"): _assignments,
    ("Dossier", "motivationAttachment"): _justificatif,
    ("Dossier", "pdf"): _made("pdf"),
    ("Dossier", "geojson"): _made("geojson"),
    ("Message", "attachments"): _attachments,
    ("Message", "attachment"): _first_attachment,
    ("DossierLinkChamp", "dossier"): _linked_dossier,
    ("CheckboxChamp", "value"): _ticked,
    **{(served, "columns"): _columns for served in SERVED},
}
