"""The look-up as HTTP answers it: what DS's *référentiel avancé* asks, and what it understands.

Source: `services/referentiel_service.rb` and `lib/json_path_util.rb` of Démarche numérique (2026),
and its administrators' guide; what follows from them is in docs/annuaire.md.
"""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias
from urllib.parse import unquote_plus

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from mappings.medicines.directory import Directory, Facts
from portal.headers import SafeHeaders
from portal.lookup.access import Access
from portal.lookup.version_in_use import VersionInUse

LOG = logging.getLogger("unc.lookup")
MOST_QUERY = 2_048
"""Bytes of an address beyond which it is refused unread: an entry has a hundred characters."""
MOST_BYTES = 100_000
"""Of an answer: suggestions beyond it are left out."""
NONE_YET = 30
"""Seconds after which to ask again where no version was loaded."""
Exact: TypeAlias = Callable[[Directory, str], Facts | None]
Several: TypeAlias = Callable[[Directory, str], list[Facts]]

EXACT: Mapping[str, tuple[str, Exact]] = {
    "specialite": ("cis", Directory.speciality),
    "presentation": ("cip13", Directory.presentation),
    "dci": ("dci", Directory.substance),
}
"""Addresses that find one or nothing, with the name of what is typed."""
SUGGESTED: Mapping[str, Several] = {
    "recherche": Directory.search,
    "recherche-dci": Directory.search_substances,
}
"""Addresses that suggest; what is typed is ``q``."""


def make_lookup(version: VersionInUse, access: Access, *, max_age: int) -> ASGIApp:
    """The application.

    Args:
        version: What is looked up.
        access: Who may.
        max_age: Seconds that an answer may be kept for; 0: none is.
    """
    answering = _LookupAnswers(version, access, max_age)
    answers = {place: answering.exact(name, exact) for place, (name, exact) in EXACT.items()}
    answers |= {place: answering.several(find) for place, find in SUGGESTED.items()}
    routes = [Route("/sante", answering.health)]
    for place, answer in answers.items():
        routes += [Route(f"/v1/{place}", answer), Route(f"/v1/{place}/{{entry:path}}", answer)]
    handlers: Mapping[Any, Any] = {HTTPException: _refused}
    app = Starlette(routes=routes, exception_handlers=handlers)
    app.router.redirect_slashes = False  # DS follows no redirection
    return SafeHeaders(app, https=False)


class _LookupAnswers:
    """Answers requests; keeps of them how many got which status, and nothing else."""

    def __init__(self, version: VersionInUse, access: Access, max_age: int) -> None:
        self._version, self._access = version, access
        self._kept = {"cache-control": f"public, max-age={max_age}" if max_age else "no-store"}
        self._statuses: Counter[str] = Counter()

    async def health(self, _request: Request) -> Response:
        """Whether there is something to look up, for a supervisor: no secret is needed."""
        directory = self._version.directory
        told = {
            "etat": "ok" if directory else "sans base",
            "version": directory.version if directory else "",
            "base_du": directory.of_day if directory else "",
            "specialites": directory.count if directory else 0,
            "refus": self._version.refusal,
            "reponses": dict(self._statuses),
        }
        return _json(told, 200 if directory else 503)

    def exact(self, name: str, find: Exact) -> Callable[[Request], Awaitable[Response]]:
        """Answer with what is found, or 404: also for an entry that can be nothing's code."""

        def answer(directory: Directory, request: Request) -> Response:
            found = find(directory, _entry(request, name))
            if found is None:
                return _error("Aucun résultat.", 404)
            return _json(found, 200, self._kept)

        return self._guarded(answer)

    def several(self, find: Several) -> Callable[[Request], Awaitable[Response]]:
        """Answer with suggestions, the best first; none is no error."""

        def answer(directory: Directory, request: Request) -> Response:
            found = find(directory, _entry(request, "q"))
            return Response(_bounded(found), 200, self._kept, "application/json")

        return self._guarded(answer)

    def _guarded(
        self, answer: Callable[[Directory, Request], Response]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            try:
                given = self._refusal(request) or self._answered(answer, request)
            except Exception as error:  # noqa: BLE001 (told by its kind: it may quote what was typed)
                LOG.error("look-up failed: %s", type(error).__name__)  # noqa: TRY400
                given = _error("Erreur du service.", 500)
            self._statuses[str(given.status_code)] += 1
            return given

        return guarded

    def _refusal(self, request: Request) -> Response | None:
        """What is answered to who may not ask, or not now, or not so much."""
        place = self._access.which(request.headers.get("authorization", ""))
        if place is None:
            asked = {"www-authenticate": "Bearer"}
            return _error("Secret absent ou inconnu.", 401, asked)
        if not self._access.admits(place):
            return _error("Trop de demandes.", 429, {"retry-after": "1"})
        size = len(request.scope.get("query_string", b"")) + len(request.scope.get("raw_path", b""))
        return _error("Demande trop longue.", 414) if size > MOST_QUERY else None

    def _answered(
        self, answer: Callable[[Directory, Request], Response], request: Request
    ) -> Response:
        directory = self._version.directory
        if directory is None:
            later = {"retry-after": str(NONE_YET)}
            return _error("Aucune base de médicaments chargée.", 503, later)
        return answer(directory, request)


def _entry(request: Request, name: str) -> str:
    """What was typed, form-encoded (``+`` is a space), at the end of the path or in the query."""
    if not request.path_params.get("entry"):
        return request.query_params.get(name, "")
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    return unquote_plus(raw.decode("latin-1").split("/", 3)[3], errors="replace")


def _bounded(found: list[Facts]) -> bytes:
    """Suggestions, as many as an answer may hold."""
    parts, size = [], 0
    for one in found:
        part = orjson.dumps(one)
        size += len(part) + 1
        if size > MOST_BYTES:
            break
        parts.append(part)
    return b'{"resultats":[' + b",".join(parts) + b"]}"


def _json(told: Any, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(told), status, headers, "application/json")


def _error(sentence: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return _json({"erreur": sentence}, status, headers)


async def _refused(_request: Request, error: HTTPException) -> Response:
    """An address that is none, or another method."""
    absent = error.status_code == 404  # noqa: PLR2004 (HTTP's own number)
    told = "Adresse inconnue." if absent else "Demande refusée."
    return _error(told, error.status_code, error.headers)
