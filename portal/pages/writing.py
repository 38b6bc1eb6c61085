"""Writing: what every form that changes something goes through, always in this order.

Session, size, token of the form, fields; then, by the route, whether this person may change this
very object; then, one write at a time, whether the page still shows what there is, the act, its
line in the journal, and the way back with a word of what was done.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar, get_origin

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from exports.cells import MAX_UNITS, typed_text
from mappings.report.display import show
from portal.errors import (
    BusyError,
    Changed,
    ForbiddenError,
    NotWrittenError,
    PortalError,
    Typed,
)
from portal.pages.view import FLASH
from portal.people.sessions import Person, sessions_of, signed_in
from portal.source import Source, now
from store.staff.visits import Event, Visit

WRITES = "writes"
"""Marks what :func:`form_of` makes, so that a test finds a route that writes without it."""
_WAIT = 50.0
"""Seconds that a form waits for its turn, less than a proxy waits for an answer."""
_KEPT = 160
_DIGEST = 12
_SAID = 300
_NAME = 200


class PageForm(BaseModel):
    """Fields of a form: a page that writes adds its own. What is not named is refused.

    The ``title`` of a field is its label on the page. What people type there has its line ends and
    margins tidied, and nothing in it that no cell can hold.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    most_files: ClassVar[int] = 0
    most_fields: ClassVar[int] = 60
    for_readers: ClassVar[bool] = False
    """Whether who only reads may send it: it changes what is their own."""

    jeton: Annotated[str, Field(max_length=200)] = ""
    lu: Annotated[str, Field(max_length=60_000)] = ""

    @field_validator("*", mode="before")
    @classmethod
    def _tidy(cls, value: Any, info: ValidationInfo) -> Any:
        if "\0" in "".join((value,) if isinstance(value, str) else value):
            raise ValueError("caractère nul.")  # no base holds it
        field = cls.model_fields[str(info.field_name)]
        if not (field.title and isinstance(value, str)):
            return value
        if len(value.encode("utf-16-le", "surrogatepass")) > 2 * MAX_UNITS:
            raise ValueError("trop long pour une cellule d’un classeur.")  # it would be cut
        return typed_text(value)

    def typed(self) -> tuple[Typed, ...]:
        """What the person chose or wrote, with the label of each field, so that it is not lost."""
        found = []
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if field.title and isinstance(value, str) and value:
                found.append(Typed(field.title, value))
        return tuple(found)


class ConfirmForm(PageForm):
    """Yes or no to what a page has shown."""

    geste: Literal["confirmer", "renoncer"] = "renoncer"


F = TypeVar("F", bound=PageForm)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows of the object that its form changes.

    The form carries it: where anything of it moved meanwhile, nothing is written.

    Attributes:
        facts: Text of each fact that somebody else might change, by its name on the page.
    """

    facts: Mapping[str, str]

    def carried(self) -> str:
        """As the form carries it: a digest of each fact, and how it begins."""
        told = [[name, _digest(text), text[:_KEPT]] for name, text in self.facts.items()]
        return urlsafe_b64encode(json.dumps(told, ensure_ascii=False).encode()).decode()

    def changed(self, carried: str) -> tuple[Changed, ...]:
        """What differs from what a form carries.

        Raises:
            PortalError: It carries nothing that a page of ours wrote.
        """
        try:
            read = {name: (digest, text) for name, digest, text in json.loads(_bytes(carried))}
            before = {str(name): (str(one), str(text)) for name, (one, text) in read.items()}
        except (ValueError, TypeError, RecursionError):
            raise PortalError from None
        found = []
        for name in {**before, **self.facts}:
            digest, was = before.get(name, ("", ""))
            present = self.facts.get(name, "")
            if digest != _digest(present):
                found.append(Changed(name, was, present))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that came with a form: its name, which proves nothing, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Sent(Generic[F]):
    """A form that a page of this session made, sent by a person who is signed in.

    Attributes:
        request: The request.
        person: Who sent it.
        form: Its fields.
        file: The file that came with it, where its form takes one.
    """

    request: Request
    person: Person
    form: F
    file: SentFile | None = None

    def require(self, allowed: object) -> None:
        """Refuse whoever may not change this very object.

        Raises:
            ForbiddenError: They may not.
        """
        if not allowed:
            raise ForbiddenError

    def refuse(self, text: str, *, back: str, changes: tuple[Changed, ...] = ()) -> NotWrittenError:
        """What to raise where the act is refused: says why, and gives back what was typed."""
        return NotWrittenError(text, back=back, typed=self.form.typed(), changes=changes)

    def refuse_stale(self, present: Shown, *, back: str) -> None:
        """Refuse a form whose page shows another state than the present one.

        Raises:
            NotWrittenError: With what changed.
        """
        if changes := present.changed(self.form.lu):
            raise self.refuse(_STALE, back=back, changes=changes)

    def write(
        self,
        act: Callable[[], object],
        *,
        shown: Callable[[], Shown],
        back: str,
        said: str,
        journal: tuple[Event, str] | None,
    ) -> Response:
        """Do the act, unless the page shows another state than the present one.

        Args:
            act: Changes the object, whole or not at all.
            shown: What its page would show now; read when no other form can be at work.
            back: Where to go then.
            said: What was done, in French, told by the next page.
            journal: What happened and to what; ``None`` where the act itself writes the line,
                which it does where it can keep both or none.

        Raises:
            NotWrittenError: Somebody changed the object since the page was made.
            BusyError: Another form is at work for too long.
        """
        source: Source = self.request.app.state.source
        with _alone(self.request):
            self.refuse_stale(shown(), back=back)
            act()
            if journal is not None:
                event, about = journal
                line = Visit(now(), self.person.email, event, file=about[:200])
                source.store.visits.record(source.demarche, line)
        return self.done(said, back=back)

    def done(self, said: str, *, back: str) -> Response:
        """The way back (POST, then GET: reloading the page sends nothing again)."""
        if said:
            self.request.session[FLASH] = said[:_SAID]
        return RedirectResponse(back, status_code=303)


_STALE = (
    "Quelqu’un a changé ce que montrait votre page depuis que vous l’avez ouverte : rien n’a été"
    " écrit. Voyez ce qui a changé, puis recommencez si c’est encore ce que vous voulez."
)


def form_of(
    model: type[F], who: Callable[[Request], Person] = signed_in
) -> Callable[..., Awaitable[Sent[F]]]:
    """What a route that writes depends on: ``Annotated[Sent[X], Depends(form_of(X))]``.

    Args:
        model: Its fields.
        who: Who sends it; raises where nobody may.
    """

    async def checked(request: Request, person: Annotated[Person, Depends(who)]) -> Sent[F]:
        if not (person.role.writes or model.for_readers):
            raise ForbiddenError
        try:
            async with request.form(
                max_files=model.most_files, max_fields=model.most_fields
            ) as data:
                token = data.get("jeton", "")
                sessions_of(request).check_form(request, token if isinstance(token, str) else "")
                form = _filled(model, data)
                return Sent(request, person, form, await _file(data))
        except HTTPException:  # it is cut short, or has too many parts
            raise PortalError from None

    checked.__dict__[WRITES] = model
    return checked


async def _file(data: FormData) -> SentFile | None:
    for one in data.values():
        if isinstance(one, UploadFile) and one.filename:
            return SentFile(one.filename[:_NAME], await one.read())
    return None


def _filled(model: type[F], data: FormData) -> F:
    """The fields.

    Raises:
        NotWrittenError: One of them has a value that it cannot take.
        PortalError: There are others, or one came twice.
    """
    values: dict[str, Any] = {}
    for name in data:
        given = [one for one in data.getlist(name) if isinstance(one, str)]
        field = model.model_fields.get(name)
        if field is not None and get_origin(field.annotation) is tuple:
            values[name] = tuple(given)
        elif len(given) > 1:
            raise PortalError
        elif given:
            values[name] = given[0]
    try:
        return model.model_validate(values)
    except ValidationError as error:
        told = list(_told(model, error))
        if not told:
            raise PortalError from None
        typed = tuple(
            Typed(field.title, str(values[name]))
            for name, field in model.model_fields.items()
            if field.title and values.get(name)
        )
        raise NotWrittenError(" ".join(told), back="", typed=typed) from None


def _told(model: type[PageForm], error: ValidationError) -> Iterator[str]:
    """Why fields that people fill are refused; nothing where one is not theirs to fill."""
    told = []
    for one in error.errors(include_url=False, include_input=False):
        field = model.model_fields.get(str(one["loc"][0])) if one["loc"] else None
        if field is None or not field.title:
            return
        context = one.get("ctx") or {}
        match one["type"]:
            case "string_too_long":
                most = show(context["max_length"])
                told.append(f"{field.title}\u00a0: {most} caractères au plus.")
            case "string_too_short" | "missing":
                told.append(f"{field.title}\u00a0: à remplir.")
            case "value_error":
                told.append(f"{field.title}\u00a0: {context['error']}")
            case _:
                told.append(f"{field.title}\u00a0: cette valeur n’est pas de celles attendues.")
    yield from told


@contextmanager
def _alone(request: Request) -> Iterator[None]:
    """One write at a time: nothing moves between the look and the act."""
    turn: Lock = request.app.state.writing
    if not turn.acquire(timeout=_WAIT):
        raise BusyError
    try:
        yield
    finally:
        turn.release()


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]


def _bytes(carried: str) -> bytes:
    return urlsafe_b64decode(carried.encode("ascii"))
