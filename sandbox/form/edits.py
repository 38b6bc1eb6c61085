"""What an administrator changes in a form before publishing it again."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox.common.errors import Refusal

Json = dict[str, Any]


def edited(revision: Mapping[str, Any], edits: Sequence[Mapping[str, Any]]) -> Json:
    """Return a revision with some edits made, in order.

    Each edit has an ``op``: ``reword`` (champ, label), ``retype`` (champ, type, options, or rows
    of a CSV, or nature of a file), ``require`` (champ, required), ``remove`` (champ) or ``add`` (a
    whole question under ``champ``, ``after`` another one, ``first`` or at the end, among the
    annotations if ``annotation`` is true, or ``inside`` a repetition).

    Raises:
        Refusal: an edit of a question that the form does not have, or an unknown one.
    """
    changed: Json = copy.deepcopy(dict(revision))
    for edit in edits:
        if edit["op"] == "add":
            _add(changed, edit)
        else:
            _change(changed, edit)
    return changed


def _lists(revision: Json) -> Iterator[list[Json]]:
    for questions in (revision["champs"], revision["annotations"]):
        yield questions
        for question in questions:
            if "children" in question:
                yield question["children"]


def _change(revision: Json, edit: Mapping[str, Any]) -> None:
    for questions in _lists(revision):
        for at, question in enumerate(questions):
            if question["id"] != int(edit["champ"]):
                continue
            match edit["op"]:
                case "reword":
                    question["label"] = edit["label"]
                case "require":
                    question["required"] = edit["required"]
                case "retype":
                    question["type"] = edit["type"]
                    for name in ("options", "rows", "nature"):
                        question.pop(name, None)
                        if edit.get(name) is not None:
                            question[name] = edit[name]
                case "remove":
                    del questions[at]
                case unknown:
                    raise Refusal(f"« {unknown} » n’est pas une modification connue.")
            return
    raise Refusal(f"Le formulaire n’a pas de champ {edit['champ']}.")


def _add(revision: Json, edit: Mapping[str, Any]) -> None:
    questions: list[Json] = revision["annotations" if edit.get("annotation") else "champs"]
    if edit.get("inside") is not None:
        blocks = [one for one in questions if one["id"] == edit["inside"] and "children" in one]
        if not blocks:
            raise Refusal(f"Le formulaire n’a pas de bloc répétable {edit['inside']}.")
        questions = blocks[0]["children"]
    places = [at for at, one in enumerate(questions, 1) if one["id"] == edit.get("after")]
    place = 0 if edit.get("first") else places[0] if places else len(questions)
    questions.insert(place, dict(edit["champ"]))
