"""What instructeurs do on the pages, and what they are refused."""

from tests.sandbox.pages.visitor import Visitor, as_shown, instructeur


def test_an_instructeur_annotates_labels_hands_over_and_decides(visitor: Visitor) -> None:
    number = visitor.dossier()
    here = instructeur(number)
    sent = {**as_shown(visitor.get(here)), "c-90": "Lu", "c-91": "non", "c-93": "Bof"}
    visitor.post(f"{here}/annotations", **sent)
    visitor.post(f"{here}/labels", label=["Vu"])
    visitor.post(f"{here}/labels", label=["Urgent"])
    visitor.post(f"{here}/groupe", groupe="Sud")
    visitor.post(f"{here}/etat", etat="en_instruction")
    visitor.post(f"{here}/etat", etat="refuse", motivation="Hors champ.")
    visitor.post(f"{here}/archiver")
    after = visitor.control.snapshot(number)
    assert after["annotations"] == {"90": "Lu", "91": False, "93": "Bof"}
    assert (after["labels"], after["groupe"], after["state"]) == (["Urgent"], "Sud", "refuse")
    assert (after["motivation"], after["archived"]) == ("Hors champ.", True)
    assert after["treatments"][-1]["by"] == "agent@ansm.example"
    page = visitor.get(here)
    assert "Refusé (agent@ansm.example)" in page
    assert "Hors champ." in visitor.get(f"/dossiers/{number}")


def test_what_an_act_refuses_is_shown_in_its_own_words(visitor: Visitor) -> None:
    number = visitor.dossier()
    here = instructeur(number)
    assert "avec le même groupe instructeur" in visitor.post(f"{here}/groupe", 422, groupe="Nord")
    assert "ne peut pas passer à cet état" in visitor.post(f"{here}/etat", 422, etat="accepte")
    assert "options proposées" in visitor.post(f"{here}/annotations", 422, c_93="Autre")
    visitor.post(f"{here}/etat", etat="en_instruction")
    path = f"/dossiers/{number}/modifier"
    page = visitor.post(path, 422, **as_shown(visitor.get(path)), faire="deposer")
    assert "n’est plus modifiable" in page
    assert "Le message ne peut pas être supprimé" in visitor.post(
        f"{here}/supprimer-message", 422, rang="1"
    )


def test_an_instructeur_withdraws_an_own_message(visitor: Visitor) -> None:
    number = visitor.dossier()
    here = instructeur(number)
    visitor.post(f"{here}/message", message="Une erreur")
    rank = visitor.control.snapshot(number)["messages"][-1]["n"]
    page = visitor.post(f"{here}/supprimer-message", rang=str(rank))
    assert "Une erreur" not in page
    assert "<i>Message supprimé.</i>" in page
