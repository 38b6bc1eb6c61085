"""What a démarche looks like: title, revisions of its form, labels, groupes."""

from clients.reading.demarche import DemarcheInfo, DossierPage
from steps.read.auxiliary import done_without
from steps.wiring.services import Connected, now
from steps.wiring.summary import Summary
from store.repository import StoreMemory


class StoredDemarche:
    """The description in store, read again when a page names something that it lacks."""

    def __init__(self, services: Connected, summary: Summary) -> None:
        self._services = services
        self._summary = summary
        self._first_look = services.first_look
        memory, demarche = services.store.demarches, services.demarche
        groupes = memory.state(demarche).groupes or ()
        self._known = {*memory.revisions(demarche), *(groupe["id"] for groupe in groupes)}

    def follow(self, page: DossierPage) -> None:
        """Make sure that revisions and groupes of a page are known, before it is kept.

        What DS does not describe either is asked for once a run.
        """
        named = {page.active_revision_id} - {None}
        for raw in page.dossiers:
            named |= {raw["demarche"]["revision"]["id"], raw["groupeInstructeur"]["id"]}
        if not named <= self._known and self._first_look is not None:
            self._take_first_look(self._first_look)
        if not named <= self._known:
            refresh_form(self._services, self._summary)
            self._known |= named

    def _take_first_look(self, info: DemarcheInfo) -> None:
        """Keep what was read before there was a store, rather than ask again."""
        tell_odd(self._summary, info)
        self._services.store.together(lambda memory: save(memory, info))
        self._first_look = None
        self._known |= {raw["id"] for raw in info.revisions}
        self._known |= {groupe.id for groupe in info.groupes}


def refresh_form(services: Connected, summary: Summary) -> None:
    """Read the description of the démarche into the store: one request.

    What DS does not give of it is told: the one in store stays.

    Raises:
        DsRefused: DS refused the token.
    """
    remedy = "celle de la dernière lecture sert encore, et la lecture est retentée à chaque passage"
    with done_without(summary, "La description de la démarche", remedy=remedy):
        info = services.reader.demarche(services.demarche)
        tell_odd(summary, info)
        services.store.together(lambda memory: save(memory, info))


def tell_odd(summary: Summary, info: DemarcheInfo) -> None:
    """Name what of a description cannot be read."""
    summary.set_aside += [
        f"Description de la démarche : {one}. Cette entrée n'est pas lue ; signalez-la au support"
        " de DS."
        for one in info.odd
    ]


def save(memory: StoreMemory, info: DemarcheInfo) -> None:
    """Put a description in the place of the one in store."""
    for raw in info.revisions:
        memory.demarches.save_revision(info.number, raw["id"], descriptors=raw, at=now())
    memory.demarches.save(
        info.number,
        title=info.title,
        labels=dict(info.labels),
        groupes=[
            {
                "id": groupe.id,
                "label": groupe.label,
                "instructeurs": [
                    {"id": member.id, "email": member.email} for member in groupe.instructeurs
                ],
            }
            for groupe in info.groupes
        ],
    )
