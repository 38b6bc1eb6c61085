"""What the administrator does to the form, within what DS offers."""

import re

from tests.sandbox.pages.visitor import (
    Visitor,
    instructeur,
)


def test_the_form_is_changed_in_a_draft_then_published(visitor: Visitor) -> None:
    number = visitor.dossier()
    visitor.post("/formulaire/2", libelle="Combien de boîtes ?", type="textarea")
    visitor.post("/formulaire/11", faire="retirer")
    added = {"libelle": "Ville", "type": "drop_down_list", "choix": "Lyon\n\nNice ", "apres": "1"}
    visitor.post("/formulaire/ajouter", **added)
    page = visitor.post("/formulaire/ajouter", libelle="Suite", type="text", apres="annotation")
    for told in (
        "« Combien ? » devient « Combien de boîtes ? »",
        "« Combien ? » : type Texte long",
        "« J’atteste » est retirée",
        "Nouvelle question « Ville » (Choix simple)",
        "Nouvelle annotation privée « Suite » (Texte court)",
    ):
        assert told in page
    assert "Combien ?" in visitor.get(f"/dossiers/{number}")
    assert "Révision publiée" in visitor.post("/formulaire/publier")
    shown = visitor.get(f"/dossiers/{number}")
    assert "Combien de boîtes ?" in shown
    assert "J’atteste" not in shown
    assert list(re.findall("Ville", shown))
    assert "Suite" in visitor.get(instructeur(number))
    assert "rien à publier" in visitor.post("/formulaire/publier", 422)


def test_a_change_that_ds_does_not_offer_is_refused_and_the_draft_can_be_given_up(
    visitor: Visitor,
) -> None:
    page = visitor.post("/formulaire/6", 422, libelle="Pièce", type="text")
    assert "vous ne pouvez pas changer son type" in page
    offered = re.findall(r'<option value="(\w+)"', visitor.get("/formulaire/3"))
    assert set(offered) == {"yes_no", "checkbox", "text", "textarea", "formatted"}
    newer = 'value="pre_rempli"'
    assert newer not in visitor.get("/formulaire/1")
    visitor.control.switches(champ_types=True)
    assert newer in visitor.get("/formulaire/1")
    visitor.control.switches(champ_types=False)
    assert "doit être rempli" in visitor.post("/formulaire/1", 422, libelle="", type="text")
    assert "au moins un choix" in visitor.post(
        "/formulaire/ajouter", 422, libelle="x", type="drop_down_list"
    )
    assert "un libellé et un type" in visitor.post("/formulaire/ajouter", 422, type="text")
    visitor.post("/formulaire/1", libelle="Autre nom", type="text", obligatoire="on")
    page = visitor.post("/formulaire/abandonner")
    assert "Autre nom" not in page
