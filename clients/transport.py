"""One request to DS and its answer: GraphQL over HTTP, retried only when that is safe."""

import json
import logging
import math
import threading
from collections.abc import Mapping
from enum import Enum
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import orjson
import requests
from gql import GraphQLRequest
from gql.transport.exceptions import (
    TransportConnectionFailed,
    TransportProtocolError,
    TransportServerError,
)
from gql.transport.requests import RequestsHTTPTransport
from requests.auth import AuthBase
from tenacity import RetryCallState, Retrying

from clients.answers import lost_connection, refused_status, root_error
from clients.documents import Document
from clients.errors import (
    DsError,
    DsGateway,
    DsIntermediary,
    DsRateLimited,
    DsRefused,
    DsServerError,
    DsTimeout,
    DsUnavailable,
)
from clients.limiter import Clock, Limiter, SystemClock, limiter_of
from clients.retrying import RetryPolicy, backoff
from clients.slow import pieces

log = logging.getLogger("unc.ds")
NOTICED = 1.0
"""Seconds of waiting from which a new try is told."""
TIMEOUTS = (10.0, 65.0)
"""Seconds to connect and to read: DS itself gives up after 30 s, proxies after 60."""
WHOLE = 300.0
"""Seconds that the body of an answer may take, however steadily it comes: 8 MB at 27 KB/s."""


class Retry(Enum):
    """What may be sent again without asking anyone."""

    ALL = "all"
    """Reads and idempotent writes: every transient failure."""
    SPLIT = "split"
    """The same, but the caller handles ``timeout`` by asking for less."""
    ONCE = "once"
    """The same, but the caller handles ``timeout``, ``internal_server_error`` and a proxy's no."""
    NEVER = "never"
    """Messages: only what DS surely did not do (429, no connection)."""

    def allows(self, error: BaseException | None) -> bool:
        """Say whether a failure may be tried again."""
        match error:
            case DsTimeout():
                return self is Retry.ALL
            case DsServerError() | DsIntermediary() | DsGateway():
                return self in {Retry.ALL, Retry.SPLIT}
            case DsUnavailable():
                return self is not Retry.NEVER or not error.sent
        return False


class _Bearer(AuthBase):
    """Puts the token on a request; no ``.netrc`` can replace it, no printed object shows it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _PrintedRequest(GraphQLRequest):
    """A request whose document was printed once; gql prints it at each sending."""

    def __init__(self, document: Document, *, variables: Mapping[str, Any]) -> None:
        super().__init__(document.node, variable_values=dict(variables))
        self._text = document.text

    @property
    def payload(self) -> dict[str, Any]:
        return {"query": self._text, "variables": self.variable_values}


class _Connection(RequestsHTTPTransport):
    """The keep-alive connection of one thread, with the status of its last answer.

    gql decodes an answer to text and parses that, which costs a third more than parsing bytes;
    its errors quote the answer. Both are replaced here.
    """

    status = 0
    whole = WHOLE

    def _get_json_result(self, response: requests.Response) -> dict[str, Any]:
        self.status, self.response_headers = response.status_code, response.headers
        try:
            answer = _loaded(b"".join(pieces(response, within=self.whole)))
        except requests.RequestException as error:
            raise TransportConnectionFailed(str(error)) from error
        if not isinstance(answer, dict):
            raise TransportProtocolError("not a JSON object")
        return answer


def _loaded(content: bytes) -> Any:
    """JSON of an answer; ``None`` when it is none.

    A lone surrogate, which only the standard library reads, is one dossier's: it must not make the
    page unreadable.
    """
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        try:
            return json.loads(content)
        except ValueError:
            return None


class DsTransport:
    """The way to one instance of DS with one token. Safe to share between threads."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        limiter: Limiter | None = None,
        policy: RetryPolicy | None = None,
        clock: Clock | None = None,
        token_setting: str = "UNC_DS_TOKEN",  # noqa: S107 (the name of a setting)
        timeouts: tuple[float, float] = TIMEOUTS,
        whole: float = WHOLE,
    ) -> None:
        token = token.strip()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise DsRefused(
                f"Le jeton {token_setting} est vide ou mal copié : reprenez-le sur DS, sur une"
                " ligne.",
                setting=token_setting,
            )
        logging.getLogger("gql.transport.requests").setLevel(logging.INFO)  # DEBUG prints payloads
        self.url = url.strip()
        self.policy = policy or RetryPolicy()
        self._auth = _Bearer(token)
        self._token_setting = token_setting
        self._limiter = limiter or limiter_of(token)
        self._clock = clock or SystemClock()
        self._timeouts = timeouts
        self._whole = whole
        self._local = threading.local()
        self._lines: list[_Connection] = []
        self._lock = threading.Lock()
        self._sent = 0

    @property
    def requests_sent(self) -> int:
        """Number of HTTP requests sent to DS so far, retries included."""
        return self._sent

    def execute(
        self, document: Document, variables: Mapping[str, Any], *, retry: Retry = Retry.ALL
    ) -> dict[str, Any]:
        """Send a document and return its data, whole.

        Args:
            document: From :func:`clients.documents.document`.
            variables: Values only; nothing is ever pasted into the text of a query.
            retry: What may be sent again.

        Raises:
            DsUnavailable: Transient, and the tries that ``retry`` allows are used up.
            DsRefused: Final: a human must change something.
        """
        started = self._clock.monotonic()

        def stop(state: RetryCallState) -> bool:
            elapsed = self._clock.monotonic() - started
            return self.policy.exhausted(_failure(state), tries=state.attempt_number, after=elapsed)

        def wait(state: RetryCallState) -> float:
            failure = _failure(state)
            if isinstance(failure, DsRateLimited) and failure.wait is not None:
                self._limiter.hold(failure.wait)
                return failure.wait
            return backoff(self.policy, state)

        retrying = Retrying(
            sleep=self._clock.sleep,
            stop=stop,
            wait=wait,
            before_sleep=_told,
            retry=lambda state: retry.allows(_failure(state)),
            reraise=True,
        )
        return retrying(self._send, _PrintedRequest(document, variables=variables))

    def _send(self, request: _PrintedRequest) -> dict[str, Any]:
        self._limiter.acquire()
        with self._lock:
            self._sent += 1
        line = self._line()
        line.status, line.response_headers = 0, None
        try:
            result = line.execute(request)
        except TransportConnectionFailed as error:
            raise lost_connection(error.__cause__, host=_host(self.url)) from None
        except (TransportServerError, TransportProtocolError):
            raise self._refused(line) from None
        if line.status == 429 or 300 <= line.status < 400:  # noqa: PLR2004
            raise self._refused(line)
        if result.errors:
            raise root_error(
                result.errors, status=line.status, url=self.url, token=self._token_setting
            )
        if not isinstance(result.data, dict) or line.status >= 400:  # noqa: PLR2004
            raise self._refused(line)
        return result.data

    def _refused(self, line: _Connection) -> DsError:
        headers: Mapping[str, str] = line.response_headers or {}
        return refused_status(
            line.status, headers, now=self._clock.wall(), url=self.url, token=self._token_setting
        )

    def _line(self) -> _Connection:
        line: _Connection | None = getattr(self._local, "line", None)
        if line is None:
            line = _Connection(self.url, auth=self._auth, allow_redirects=False)
            line.kwargs |= {"timeout": self._timeouts, "stream": True}  # gql takes one number only
            line.whole = self._whole
            line.connect()  # type: ignore[no-untyped-call]
            self._local.line = line
            with self._lock:
                self._lines.append(line)
        return line

    def close(self) -> None:
        """Close the connections of every thread."""
        with self._lock:
            lines, self._lines = self._lines, []
            self._local = threading.local()
        for line in lines:
            line.close()  # type: ignore[no-untyped-call]

    def __enter__(self) -> Self:
        """Return the transport itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()


def _host(url: str) -> str:
    """The host of an address; nothing else of it, which may carry secrets."""
    try:
        return urlsplit(url).hostname or "?"
    except ValueError:
        return "?"


def _told(state: RetryCallState) -> None:
    """Break a silence that a person would notice: what is wrong, and when it is tried again."""
    pause = state.upcoming_sleep
    if pause >= NOTICED:
        why = str(_failure(state)).partition(" : ")[0]
        log.warning("%s, nouvel essai dans %d s…", why, math.ceil(pause))


def _failure(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
