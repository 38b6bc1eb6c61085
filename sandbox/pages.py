"""A page for each dossier, so that the links in workbooks open something."""

from html import escape

from starlette.responses import HTMLResponse

from sandbox.api import views
from sandbox.api.champs import Json
from sandbox.api.instance import Instance
from sandbox.demarche.clock import iso
from sandbox.demarche.dossier import DepositedDossier
from sandbox.demarche.errors import ApiError

_PAGE = """<!doctype html><html lang="fr"><meta charset="utf-8"><title>Dossier {number}</title>
<body><h1>Dossier n° {number} (bac à sable)</h1>
<h2>Ce que voit le déclarant</h2><p>État : {state}{flag}</p>{champs}<h3>Messagerie</h3>{messages}
<h2>Ce que seuls les instructeurs voient</h2><p>Labels : {labels}</p>{annotations}</body></html>"""


def dossier_page(instance: Instance, number: int) -> HTMLResponse:
    """Return the page of a dossier, or say that there is none."""
    try:
        dossier = instance.state.dossier(number)
    except ApiError:
        return HTMLResponse(f"<p>Aucun dossier n° {number} dans ce bac à sable.</p>", 404)
    labels = instance.state.demarche(dossier.demarche).labels
    named = [label.name for label in labels if label.id in dossier.labels]
    return HTMLResponse(
        _PAGE.format(
            number=number,
            state=escape(dossier.state),
            flag=" – à corriger" if dossier.pending_correction else "",
            champs=_table(views.champs(dossier, instance, "")),
            messages=_messages(dossier),
            labels=escape(", ".join(named) or "aucun"),
            annotations=_table(views.annotations(dossier, instance, "")),
        )
    )


def _table(champs: list[Json]) -> str:
    return f"<table>{''.join(map(_lines, champs))}</table>"


def _lines(champ: Json) -> str:
    files = ", ".join(file["filename"] for file in champ.get("files", ()))
    shown = escape(champ["stringValue"] or files).replace("\n", "<br>")
    rows = "".join(_table(row["champs"]) for row in champ.get("rows", ()))
    return f"<tr><th align=left>{escape(champ['label'])}</th><td>{shown}{rows}</td></tr>"


def _messages(dossier: DepositedDossier) -> str:
    if not dossier.messages:
        return "<p>Aucun message.</p>"
    return "".join(
        f"<article><p><b>{escape(sent['email'])}</b>, {iso(sent['at'])}"
        f"{_asked(sent)}</p><pre>{escape(sent['body'])}</pre></article>"
        for sent in dossier.messages
    )


def _asked(sent: Json) -> str:
    if sent["discarded_at"]:
        return " (message supprimé)"
    if not sent["reason"]:
        return ""
    return f" – correction demandée ({escape(sent['reason'])})" + (
        ", corrigée" if sent["resolved_at"] else ""
    )
