"""The service behind a référentiel champ, asked over HTTP as DS asks it.

Source: `services/referentiel_service.rb` and `lib/api/client.rb` of DS, in 2026: GET, 4 seconds, 1
MiB, no redirection; 5xx, 408, 429 and silence are asked again, other refusals are final. DS waits
longer and longer between tries: here they follow at once.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import requests

from sandbox.api.faults import InjectedFaults
from sandbox.api.stats import Stats
from sandbox.common.clock import SECOND, MovableClock
from sandbox.form.model import TypeDeChamp
from sandbox.form.referentiel import (
    FAILING,
    FILLED,
    FOUND,
    NOT_FOUND,
    REFUSED,
    TELLS,
    Service,
    at,
    is_nothing,
)

TIMEOUT = 4.0
SUGGESTING_TIMEOUT = 2.0
TRIES = 3
SUGGESTING_TRIES = 2
MOST_BYTES = 2**20
SHORTEST, LONGEST = 3, 100
"""Characters of what suggestions are asked for."""
_AGAIN = frozenset({408, 429, 500, 502, 503, 504})
_KEPT = re.compile(r"(?:^|[, ])public\b.*max-age=([0-9]+)")
_A_DAY = 86_400

Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReferentielAnswer:
    """What came back: a status, 0 where nothing did; the body; its type; how long it is kept."""

    status: int
    body: bytes = b""
    content_type: str = ""
    cache: str = ""


@dataclass(slots=True)
class Referentiels:
    """Asks the services of a form, and keeps what they let be kept."""

    clock: MovableClock
    faults: InjectedFaults
    stats: Stats
    timeout: float = TIMEOUT
    suggesting_timeout: float = SUGGESTING_TIMEOUT
    _cache: dict[tuple[str, str], tuple[int, Any]] = field(default_factory=dict)

    def filled(
        self, types: Sequence[TypeDeChamp], typed: Mapping[Any, Any], before: Mapping[str, Any]
    ) -> Answers:
        """What was typed, each new entry of a référentiel looked up, and what it fills in.

        An entry that was not found is an object with its ``error``: it cannot be submitted. What
        is typed beside it, in the same go, stands; what was there before is replaced.

        Args:
            types: The questions.
            typed: The answers, in the shapes of `sandbox.demarche.seed`.
            before: Those that were there.
        """
        answers: Answers = {str(stable): answer for stable, answer in typed.items()}
        for one in types:
            answer, present = answers.get(one.stable), before.get(one.stable)
            if one.kind == "repetition" and isinstance(answer, list | tuple):
                answers[one.stable] = list(self._rows(one, answer, present))
            elif one.service is not None and one.stable in answers:
                self._one(one, one.service, types, answers, before)
        return answers

    def _rows(self, one: TypeDeChamp, rows: Sequence[Any], present: Any) -> Iterator[Any]:
        kept = list(present) if isinstance(present, list | tuple) else []
        named = {row["id"]: row["champs"] for row in kept if "id" in row}
        for place, row in enumerate(rows):
            whole = isinstance(row, Mapping) and row.keys() == {"id", "champs"}
            if whole:
                known = named.get(row["id"], {})
                yield {**row, "champs": self.filled(one.children, row["champs"], known)}
            elif isinstance(row, Mapping):
                known = kept[place].get("champs", {}) if place < len(kept) else {}
                yield self.filled(one.children, row, known)
            else:
                yield row

    def _one(
        self,
        one: TypeDeChamp,
        service: Service,
        types: Sequence[TypeDeChamp],
        answers: Answers,
        before: Mapping[str, Any],
    ) -> None:
        entry, beside = answers[one.stable], f"{one.stable}.{FILLED}"
        if not isinstance(entry, str) or not entry.strip():
            answers[beside] = None
            return
        if entry == before.get(one.stable):
            answers.setdefault(beside, before.get(beside))
            return
        if (answers.get(beside) or {}).get("value") == entry:
            return  # looked up already
        outcome, found, label = self.look_up(service, entry.strip(), {**before, **answers})
        if outcome != FOUND:
            answers[one.stable] = {"entry": entry, "error": TELLS[outcome]}
            answers[beside] = None
            return
        given = service.filled(found, {each.stable: each for each in types})
        answers[one.stable] = label or entry
        answers[beside] = {"value": label or entry, "filled": given}
        for stable, value in given.items():
            now = answers.get(stable)
            if now in (None, "", []) or now == before.get(stable):
                answers[stable] = value

    def look_up(
        self, service: Service, entry: str, answers: Mapping[str, Any]
    ) -> tuple[str, Any, str]:
        """What becomes of an entry: the outcome, the object that was found, its label."""
        address = service.address(entry, answers)
        if address is None or not service.allowed:
            return REFUSED, None, ""
        if service.suggests and not SHORTEST <= len(entry) <= LONGEST:
            return NOT_FOUND, None, ""
        tries = SUGGESTING_TRIES if service.suggests else TRIES
        outcome, answer = FAILING, None
        for _ in range(tries):
            outcome, answer = self._asked(service, address)
            if outcome != FAILING:
                break
        if outcome != FOUND:
            return outcome, None, ""
        return self._chosen(service, entry, answer)

    def _chosen(self, service: Service, entry: str, answer: Any) -> tuple[str, Any, str]:
        """An exact match; or the suggestion with the label that was typed, or else the first."""
        if not service.suggests:
            found = {} if is_nothing(answer) else answer
            filled = any(not is_nothing(value) for value in _values(service, found))
            return (FOUND, found, "") if filled else (NOT_FOUND, None, "")
        offered = service.suggestions(answer)
        same = [one for one in offered if one.get(service.label) == entry]
        chosen = next(iter((*same, *offered)), None)
        label = str(chosen.get(service.label) or "") if chosen else ""
        return (FOUND, chosen, label) if label else (NOT_FOUND, None, "")

    def _asked(self, service: Service, address: str) -> tuple[str, Any]:
        key, now = (address, service.value), self.clock.now()
        until, kept = self._cache.get(key, (0, None))
        if now < until:
            return FOUND, kept
        self.stats.lookups += 1
        got = self._spoilt() or self._got(service, address)
        outcome, answer = read(got)
        seconds = _KEPT.search(got.cache)
        if outcome == FOUND and seconds and "no-store" not in got.cache:
            self._cache[key] = (now + min(int(seconds[1]), _A_DAY) * SECOND, answer)
        return outcome, answer

    def _spoilt(self) -> ReferentielAnswer | None:
        """What is answered in place of the service, where a fault is switched on."""
        fault = self.faults.take(("lookup",), "query")
        if fault is None:
            return None
        if fault.seconds >= self.timeout:
            return ReferentielAnswer(0)  # it would answer after DS gave up
        if fault.value is not None:
            text = fault.value if isinstance(fault.value, str) else orjson.dumps(fault.value)
            body = text.encode() if isinstance(text, str) else text
            return ReferentielAnswer(200, body, "application/json")
        return ReferentielAnswer(fault.status, b"<html></html>", "text/html")

    def _got(self, service: Service, address: str) -> ReferentielAnswer:
        headers = {"User-Agent": "demarche.numerique.gouv.fr"}
        if service.header:
            headers[service.header] = service.value
        seconds = self.suggesting_timeout if service.suggests else self.timeout
        try:
            with requests.get(
                address, headers=headers, timeout=seconds, allow_redirects=False, stream=True
            ) as answer:
                body = answer.raw.read(MOST_BYTES + 1, decode_content=True)
                kind = answer.headers.get("content-type", "")
                cache = answer.headers.get("cache-control", "")
                return ReferentielAnswer(answer.status_code, body, kind, cache)
        except (requests.RequestException, OSError):
            return ReferentielAnswer(0)
        except Exception as error:  # urllib3's own, of a body that stops
            if type(error).__module__.startswith("urllib3"):
                return ReferentielAnswer(0)
            raise


def read(got: ReferentielAnswer) -> tuple[str, Any]:
    """What DS makes of an answer: the outcome, and the JSON of a success."""
    if got.status == 0 or got.status in _AGAIN:
        return FAILING, None
    if got.status == requests.codes.not_found:
        return NOT_FOUND, None
    if not 200 <= got.status < 300:  # noqa: PLR2004 (any success of HTTP)
        return REFUSED, None
    if len(got.body) > MOST_BYTES or got.content_type == "text/plain":
        return REFUSED, None
    try:
        answer = orjson.loads(got.body)
    except orjson.JSONDecodeError:
        return REFUSED, None
    return (FOUND, answer) if isinstance(answer, dict | list) else (REFUSED, None)


def _values(service: Service, found: Any) -> Iterator[Any]:
    """What is mapped; all of it where nothing is."""
    yield from (at(found, path) for path in service.prefill or ("$",))
