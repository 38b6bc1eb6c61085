"""What can go wrong when talking to DS, named by what to do next.

``DsUnavailable`` (and its kinds): try again later. ``DsRefused`` (and its kinds): a human must
change something, named by ``setting``. Each message is one sentence in French that can be shown as
it is: never a token, a query or an answer inside.
"""


class DsError(Exception):
    """The conversation with DS failed."""


class DsUnavailable(DsError):  # noqa: N818 - named by what to do next
    """DS did not answer properly, tries exhausted: later may be better.

    Attributes:
        sent: False when DS surely did nothing with the request (refused by the rate limit, no
            connection): only then may a message be sent again without reading DS first.
    """

    def __init__(self, message: str, *, sent: bool = True) -> None:
        super().__init__(message)
        self.sent = sent


class DsUnknownHost(DsUnavailable):
    """No machine has this name: mostly mistyped, now and then a network that is not up yet."""

    def __init__(self, message: str) -> None:
        super().__init__(message, sent=False)


class DsRateLimited(DsUnavailable):
    """Too many requests with this token.

    Attributes:
        wait: Seconds to wait, as the server said; ``None`` when it did not.
    """

    def __init__(self, message: str, *, wait: float | None = None) -> None:
        super().__init__(message, sent=False)
        self.wait = wait


class DsTimeout(DsUnavailable):
    """DS gave up on a request that is too heavy: ask for less at a time."""


class DsServerError(DsUnavailable):
    """DS failed inside; when it stays so, a broken dossier is likely: isolate it."""


class DsIntermediary(DsUnavailable):
    """Something between DS and us refused, which says nothing of the token nor of DS.

    It may dislike the text of one dossier (isolate it), or this machine (tell it).

    Attributes:
        status: HTTP status of the refusal.
        host: Name of the machine that was asked.
    """

    def __init__(self, message: str, *, status: int, host: str) -> None:
        super().__init__(message)
        self.status = status
        self.host = host


class DsGateway(DsUnavailable):
    """A page came in place of DS's answer (HTTP 302, 502, 503, 504).

    DS is down, or what stands before it waits for one dossier no longer: what shows no dossier
    tells which.
    """


class DsUnservable(DsServerError):  # noqa: N818 - named by what to do next
    """DS cannot serve a part of an answer, or serves it in a shape that nobody reads.

    Attributes:
        path: Where, from the data of the answer.
    """

    def __init__(self, message: str, *, path: tuple[str | int, ...]) -> None:
        super().__init__(message)
        self.path = path


TO_ISOLATE = (DsTimeout, DsServerError, DsIntermediary)
"""What one dossier can do to every answer that shows it: it is found and set aside."""


class DsRefused(DsError):  # noqa: N818 - named by what to do next
    """DS said no, and will say no again until something changes.

    Attributes:
        setting: Name of the setting to look at, if one is to blame.
    """

    def __init__(self, message: str, *, setting: str | None = None) -> None:
        super().__init__(message)
        self.setting = setting


class DsTokenRefused(DsRefused):
    """The token is unknown, expired, of an old kind, or not allowed from this network."""


class DsOutOfScope(DsRefused):
    """The token is good, but not for this démarche or dossier."""


class DsNotFound(DsRefused):
    """The démarche, dossier or other object does not exist (any more)."""


class DsBadRequest(DsRefused):
    """A value of the request makes no sense to DS (a cursor of another kind, a date, an id)."""


class DsSchemaMismatch(DsRefused):
    """The instance does not know a part of the query: another version of DS, or not DS."""
