"""Somebody with a browser on the pages of a sandbox, and a small form of many kinds."""

import re
from html import unescape
from typing import Any

import requests

from sandbox.server import Sandbox

FORM = {
    "number": 48213,
    "title": "Démarche <de> test",
    "labels": [{"name": "Urgent", "color": "pink_tuile"}, {"name": "Vu", "color": "green_menthe"}],
    "groupes": ["Nord", "Sud"],
    "instructeurs": [
        {"email": "passerelle@ansm.example", "groupes": [0, 1]},
        {"email": "agent@ansm.example", "groupes": [0, 1]},
    ],
    "revisions": [
        {
            "champs": [
                {"id": 1, "label": "Nom", "type": "text", "required": True},
                {"id": 2, "label": "Combien ?", "type": "integer_number"},
                {"id": 3, "label": "Rare ?", "type": "yes_no"},
                {
                    "id": 4,
                    "label": "Laquelle ?",
                    "type": "text",
                    "required": True,
                    "condition": {"champ": 3, "equals": True},
                },
                {
                    "id": 5,
                    "label": "Lignes",
                    "type": "repetition",
                    "children": [
                        {"id": 51, "label": "Code", "type": "text", "required": True},
                        {"id": 52, "label": "Prise le", "type": "date"},
                    ],
                },
                {"id": 6, "label": "Pièce", "type": "piece_justificative"},
                {"id": 7, "label": "Part", "type": "decimal_number"},
                {
                    "id": 8,
                    "label": "Natures",
                    "type": "multiple_drop_down_list",
                    "options": ["A", "B", "C"],
                },
                {
                    "id": 9,
                    "label": "Détail",
                    "type": "linked_drop_down_list",
                    "options": {"A": ["a1", "a2"], "B": []},
                },
                {"id": 10, "label": "Région", "type": "regions"},
                {"id": 11, "label": "J’atteste", "type": "checkbox"},
            ],
            "annotations": [
                {"id": 90, "label": "Avis", "type": "textarea"},
                {"id": 91, "label": "Manuel", "type": "yes_no"},
                {"id": 92, "label": "Contrôlé le", "type": "datetime"},
                {"id": 93, "label": "Statut", "type": "drop_down_list", "options": ["Oui", "Bof"]},
            ],
        }
    ],
}
COMPANY = {"siret": "73282932000074", "name": "Laboratoires Exemple"}
ANSWERS = {1: "Camille", 2: 1200, 3: False, 5: [{51: "x"}], 8: ["B", "A"], 9: ["A", "a2"]}


class Visitor:
    """Somebody with a browser on the pages of a sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.control = sandbox.control
        self.session = requests.Session()

    def get(self, path: str, status: int = 200) -> str:
        answer = self.session.get(self.sandbox.base_url + path, timeout=30)
        assert answer.status_code == status, answer.text
        return unescape(answer.text)

    def post(self, path: str, status: int = 200, /, files: Any = None, **typed: Any) -> str:
        sent = {name.replace("_", "-"): value for name, value in typed.items()}
        url = self.sandbox.base_url + path
        answer = self.session.post(url, data=sent, files=files, timeout=30)
        assert answer.status_code == status, answer.text
        self.at = answer.url.removeprefix(self.sandbox.base_url)
        return unescape(answer.text)

    def dossier(self, **changes: Any) -> int:
        told = {"company": COMPANY, "answers": ANSWERS, **changes}
        return self.control.create(48213, told)

    def answers(self, number: int) -> Any:
        return self.control.snapshot(number)["answers"]


def instructeur(number: int) -> str:
    return f"/procedures/48213/dossiers/{number}"


def begun(visitor: Visitor, depart: str = "vide") -> str:
    visitor.post("/dossiers/nouveau", depart=depart, entreprise="exempla")
    assert re.fullmatch(r"/dossiers/\d+/modifier", visitor.at)
    return visitor.at


def number_in(path: str) -> int:
    found = re.search(r"/dossiers/(\d+)", path)
    assert found
    return int(found[1])


_INPUT = re.compile(r'<input[^>]* name="(c-[^"]+)" value="([^"]*)" type')
_CHOSEN = re.compile(
    r'<input type="(?:radio|checkbox)"[^>]* name="(c-[^"]+)" value="([^"]*)" checked'
)
_TICKED = re.compile(r'<input type="checkbox"[^>]* name="(c-[^"]+)" checked')
_AREA = re.compile(r'<textarea[^>]* name="(c-[^"]+)"[^>]*>\n(.*?)</textarea>', re.DOTALL)
_SELECT = re.compile(r'<select[^>]* name="(c-[^"]+)".*?>(.*?)</select>', re.DOTALL)
_OPTION = re.compile(r'value="([^"]*)" selected')


def as_shown(page: str) -> dict[str, Any]:
    """What a browser sends of a form that nobody touched."""
    sent: dict[str, Any] = dict(_INPUT.findall(page))
    for name, value in _CHOSEN.findall(page):
        sent.setdefault(name, []).append(value)
    sent |= dict.fromkeys(_TICKED.findall(page), "on")
    sent |= dict(_AREA.findall(page))
    sent |= {
        name: next(iter(_OPTION.findall(options)), "") for name, options in _SELECT.findall(page)
    }
    return sent
