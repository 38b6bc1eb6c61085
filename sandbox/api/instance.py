"""One running instance: everything that a request needs, put together."""

import secrets
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.api.documents.prepared import Prepared
from sandbox.api.executor import Cache
from sandbox.api.faults import InjectedFaults
from sandbox.api.limits import RateLimit
from sandbox.api.referentiels import Referentiels
from sandbox.api.stats import Stats
from sandbox.common.clock import MovableClock
from sandbox.demarche.links import Links
from sandbox.demarche.snapshots import finish
from sandbox.demarche.state import StateFile
from sandbox.demarche.switches import Switches
from sandbox.demarche.tokens import Token, Tokens

DATABASE = "sandbox.sqlite"


class Instance:
    """State, clock, tokens, switches and faults of one sandbox."""

    def __init__(
        self, home: Path, *, clock: MovableClock, rate_limit: int, cache_size: int
    ) -> None:
        self.home = home
        self.clock = clock
        self.fill: Callable[[], None] = lambda: None
        """Puts into a new state what a sandbox begins with."""
        self._served_at: str | None = None
        self._begins = (clock.offset, rate_limit, cache_size)
        self.open()

    def open(self) -> None:
        """Read the state of the folder, and forget whatever was in memory of another one."""
        offset, rate_limit, cache_size = self._begins
        finish(self.home)
        self.state = StateFile(self.home / DATABASE)
        self.clock.offset = self.state.meta("clock_offset", offset)
        self.limit = RateLimit(rate_limit)
        self.tokens = Tokens(self.state)
        self.switches = Switches(**self.state.meta("switches", {}))
        self.links = Links(self._secret(), self.clock)
        self.cache = Cache(cache_size)
        self.faults = InjectedFaults()
        self.stats = Stats()
        self.referentiels = Referentiels(self.clock, self.faults, self.stats)
        self.serve_at(self._served_at)

    def serve_at(self, base_url: str | None) -> None:
        """Note in the state where it is served, for commands that find it there."""
        self._served_at = base_url
        if base_url is not None:
            self.state.remember("served_at", base_url)

    def _secret(self) -> bytes:
        kept = self.state.meta("secret")
        if kept is None:
            kept = secrets.token_hex()
            self.state.remember("secret", kept)
        return bytes.fromhex(kept)

    def close(self) -> None:
        """Release the state."""
        self.state.close()


@dataclass(slots=True)
class Context:
    """What one request's resolvers see."""

    instance: Instance
    token: Token
    prepared: Prepared
    variables: Mapping[str, Any]
    base_url: str
    caching: bool = True
    partial: list[str] = field(default_factory=list)

    @property
    def fragments(self) -> frozenset[str]:
        """The types that the query's fragments are about."""
        return self.prepared.fragments

    @property
    def cache(self) -> Cache:
        """The executed dossiers."""
        return self.instance.cache

    def moment(self) -> tuple[Hashable, ...]:
        """Return what, beside a dossier and the fields asked, its answer depends on."""
        links = (self.base_url, self.instance.links.minute()) if self.prepared.shows_files else ()
        shape = self.instance.switches.shape()
        return (self.prepared.text, shape, self.instance.state.epoch, self.token.value, *links)
