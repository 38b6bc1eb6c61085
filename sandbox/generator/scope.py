"""The scope questions: reports that are out of scope, and those that leave it unclear."""

from sandbox.generator.data import phrases, read
from sandbox.generator.draft import DraftDossier


def apply(draft: DraftDossier) -> None:
    """Answer champs 1 to 4 as the category of the dossier asks."""
    category = draft.plan.category
    if category not in ("unclear", "out"):
        return
    themes = read("scope")[category]
    theme = themes[draft.plan.category_turn % len(themes)]
    if category == "out":
        tell(draft, theme)
    draft.update(theme["answers"])
    draft.planted.append(theme["kind"])
    draft.touched |= {1, 2, 3, 4, 5}
    if draft.answers[4] and draft.chance(0.8):
        draft.answers[5] = draft.say(phrases("covered_by_rmp"))


def tell(draft: DraftDossier, theme: dict[str, str]) -> None:
    """Replace title, use and context by those of the theme."""
    draft.update(
        {
            17: draft.say([theme["title"]]),
            21: draft.say([theme["observed"]]),
            25: draft.say([theme["context"]]),
        }
    )
