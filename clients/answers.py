"""Reads an answer of DS that is not plain data, and names it by what to do next."""

import re
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from requests.exceptions import ConnectTimeout, SSLError

from clients.errors import (
    DsBadRequest,
    DsError,
    DsGateway,
    DsIntermediary,
    DsNotFound,
    DsOutOfScope,
    DsRateLimited,
    DsRefused,
    DsSchemaMismatch,
    DsServerError,
    DsTimeout,
    DsTokenRefused,
    DsUnavailable,
    DsUnknownHost,
    DsUnservable,
)
from mappings.dossier.shape import shown

LONGEST_WAIT = 75.0
"""Seconds that we wait at most after a 429: a whole window of the server and a margin."""

_FOR_GOOD = frozenset({301, 308})
_ADDRESS = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*(?::[0-9a-f]*){3,7})(?![\w:])"
)
_NAMES = re.compile(r"['`\"]([A-Za-z_]\w{0,60})['`\"]")
_NO_SUCH_ADDRESS = frozenset({404, 405, 410})
"""Statuses of a server that has nothing, or nothing to post to, at the address."""
# When an answer carries several errors, the first of these codes wins.
_GRAVEST = (
    "unauthorized",
    "forbidden",
    "deprecated_token",
    "timeout",
    "internal_server_error",
    "invalid_null",
    "not_found",
    "bad_request",
)


def root_error(errors: object, *, status: int, url: str, token: str) -> DsError:
    """Name the root errors of an answer. Any of them voids the whole answer.

    Args:
        errors: ``errors`` of the answer.
        status: HTTP status that came with it.
        url: Address that was asked.
        token: Name of the setting that gave the token.
    """
    told = [one for one in errors if isinstance(one, Mapping)] if isinstance(errors, list) else []
    if not told:
        return refused_status(status, {}, now=0.0, url=url, token=token)
    codes = {_code(one): str(one.get("message", "")) for one in reversed(told)}
    code = next((known for known in _GRAVEST if known in codes), next(iter(codes)))
    if code in {"forbidden", "deprecated_token"} or status in {401, 403}:
        if code not in _GRAVEST:
            return _intermediary(status, url)
        return _token_error(status, codes[code], token=token)
    if code == "invalid_null":
        path = next(one.get("path") for one in told if _code(one) == code)
        return unservable(path if isinstance(path, list) else ())
    return _by_code(code, codes[code], status=status, token=token)


def _by_code(code: str, message: str, *, status: int, token: str) -> DsError:
    match code:
        case "unauthorized":
            return DsOutOfScope(
                f"Le jeton {token} ne donne pas accès à la démarche ou au dossier demandé :"
                " vérifiez UNC_DEMARCHE, ou demandez un jeton pour cette démarche.",
                setting=token,
            )
        case "timeout":
            return DsTimeout("DS a interrompu la requête, trop longue : réessayez plus tard.")
        case "internal_server_error":
            return DsServerError("DS a rencontré une erreur interne : réessayez plus tard.")
        case "not_found":
            return DsNotFound(
                "DS ne trouve pas la démarche ou le dossier demandé : vérifiez UNC_DEMARCHE.",
                setting="UNC_DEMARCHE",
            )
        case "bad_request":
            return DsBadRequest("DS refuse une valeur de la requête (curseur, date ou numéro).")
        case _ if status >= 500:  # noqa: PLR2004
            return DsServerError("DS a rencontré une erreur interne : réessayez plus tard.")
    return _unknown_query(message)


def unservable(path: Sequence[Any]) -> DsUnservable:
    """Name a part of an answer that DS cannot serve.

    Args:
        path: Where it is in the answer.
    """
    place = tuple(step for step in path if isinstance(step, str | int))
    return DsUnservable(
        f"DS ne peut pas servir une partie de sa réponse ({shown(place)}) : signalez-le au support"
        " de DS ; elle est redemandée à chaque passage.",
        path=place,
    )


def refused_status(
    status: int, headers: Mapping[str, str], *, now: float, url: str, token: str
) -> DsError:
    """Name an answer that is not GraphQL, by its HTTP status.

    DS judges a token in JSON of its own: a refusal of another kind is of something in between.

    Args:
        status: HTTP status.
        headers: Its headers.
        url: Address that was asked.
        token: Name of the setting that gave the token.
        now: Seconds since the epoch, used when the server does not tell its own time.
    """
    if status == 429:  # noqa: PLR2004
        return DsRateLimited(
            f"DS limite le nombre de requêtes de ce jeton ({token}) et la limite reste"
            " atteinte : d'autres outils l'emploient-ils ?",
            wait=wait_of(headers, now=now),
        )
    if 300 <= status < 400:  # noqa: PLR2004
        return _redirected(status, headers.get("Location", ""), url=url)
    if status in _NO_SUCH_ADDRESS:
        return DsRefused(
            f"L'adresse UNC_DS_URL ne répond pas comme l'API de DS (HTTP {status}) :"
            " vérifiez qu'elle finit par /api/v2/graphql.",
            setting="UNC_DS_URL",
        )
    if (400 <= status < 500 and status != 408) or _is_page(status, headers):  # noqa: PLR2004
        return _intermediary(status, url)
    if status >= 500:  # noqa: PLR2004
        return DsGateway(f"DS est indisponible (HTTP {status}) : réessayez plus tard.")
    return DsUnavailable(
        "La réponse de DS est illisible ou coupée : réessayez plus tard et, si cela dure,"
        " vérifiez UNC_DS_URL."
    )


def _redirected(status: int, location: str, *, url: str) -> DsError:
    """A page that stands in for DS (maintenance, sign-in of a proxy), or its new address.

    Only what DS or its proxy says to be for good, and that ends as the API does, is a new address.
    """
    asked, target = urlsplit(url), urlsplit(urljoin(url, location))
    host, port = target.hostname or "", f":{target.port}" if target.port else ""
    address = f"{target.scheme}://{host}{port}{target.path}"
    moved = target.path.rstrip("/").endswith("graphql") and target.netloc + target.path != (
        asked.netloc + asked.path
    )
    if status in _FOR_GOOD and moved and target.scheme in {"https", asked.scheme}:
        return DsRefused(
            f"L'API de DS a changé d'adresse pour {address} :"
            " mettez celle-ci dans UNC_DS_URL si elle est bien celle de DS.",
            setting="UNC_DS_URL",
        )
    return DsGateway(
        "DS (ou un intermédiaire) renvoie vers une page"
        + (f" de {host}" if host else "")
        + f" au lieu de répondre (HTTP {status}), sans doute pour une maintenance : réessayez plus"
        " tard et, si l'adresse de l'API a changé, corrigez UNC_DS_URL."
    )


def _is_page(status: int, headers: Mapping[str, str]) -> bool:
    """Whether an answer said to be good is a web page: some proxies refuse so."""
    return 200 <= status < 300 and headers.get("Content-Type", "").startswith("text/html")  # noqa: PLR2004


def _intermediary(status: int, url: str) -> DsIntermediary:
    host = urlsplit(url).hostname or "UNC_DS_URL"
    return DsIntermediary(
        f"Un intermédiaire a refusé la requête à {host} (HTTP {status}), et non DS lui-même :"
        " demandez à votre service informatique quel proxy ou pare-feu filtre cette adresse"
        " (UNC_DS_URL).",
        status=status,
        host=host,
    )


def lost_connection(cause: BaseException | None, *, host: str) -> DsError:
    """Name a connection to a host that failed before or during the answer."""
    if isinstance(cause, ValueError):  # requests: no scheme, invalid address
        return DsRefused(
            "L'adresse UNC_DS_URL n'est pas une adresse web complète (https://…) : corrigez-la.",
            setting="UNC_DS_URL",
        )
    if isinstance(cause, SSLError):
        return DsUnavailable(
            f"La connexion chiffrée avec DS ({host}) a échoué : vérifiez UNC_DS_URL et les"
            " certificats de cette machine."
        )
    if "NameResolutionError" in str(cause):
        return DsUnknownHost(
            f"Le nom {host} n'est pas connu du réseau de cette machine : vérifiez UNC_DS_URL, le"
            " réseau et le serveur de noms (DNS)."
        )
    return DsUnavailable(
        f"Le serveur DS ({host}) est injoignable ou a coupé la connexion : vérifiez UNC_DS_URL et"
        " le réseau.",
        sent=not (isinstance(cause, ConnectTimeout) or "NewConnectionError" in str(cause)),
    )


def wait_of(headers: Mapping[str, str], *, now: float) -> float | None:
    """Return the seconds that a 429 asks to wait, clamped; ``None`` when it does not say.

    ``RateLimit-Reset`` is an absolute second of the server's clock, which ``Date`` tells.
    """
    try:
        if after := headers.get("Retry-After"):
            seconds = float(after) if after.isdecimal() else _epoch(after) - now
        elif reset := headers.get("RateLimit-Reset"):
            seconds = float(reset) - (_epoch(headers["Date"]) if "Date" in headers else now) + 0.5
        else:
            return None
    except ValueError:
        return None
    return min(max(seconds, 1.0), LONGEST_WAIT)


def _epoch(http_date: str) -> float:
    return parsedate_to_datetime(http_date).timestamp()


def _code(error: Mapping[str, Any]) -> str:
    extensions = error.get("extensions")
    return str(extensions.get("code") or "") if isinstance(extensions, Mapping) else ""


def _token_error(status: int, message: str, *, token: str) -> DsTokenRefused:
    if address := _ADDRESS.search(message):
        text = (
            f"Le jeton {token} n'est pas accepté depuis l'adresse {address[0]} :"
            " ajoutez-la aux réseaux autorisés du jeton, sur DS."
        )
    elif status == 401:  # noqa: PLR2004
        text = (
            f"Le jeton {token} a expiré : un administrateur de la démarche doit en créer un"
            " nouveau sur DS."
        )
    else:
        text = (
            f"DS refuse le jeton {token} : vérifiez qu'il est copié en entier, encore actif,"
            " et que ses réseaux autorisés comprennent cette machine."
        )
    return DsTokenRefused(text, setting=token)


def _unknown_query(message: str) -> DsError:
    if "complexity" in message.lower():
        return DsTimeout("La requête est trop lourde pour cette instance de DS.")
    names = ", ".join(dict.fromkeys(_NAMES.findall(message)))
    return DsSchemaMismatch(
        "Cette instance de DS ne comprend pas la requête"
        + (f" ({names})" if names else "")
        + " : sa version diffère de celle attendue ; signalez-le au mainteneur, ou vérifiez"
        " UNC_DS_URL.",
        setting="UNC_DS_URL",
    )
