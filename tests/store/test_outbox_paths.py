"""Any path through the outbox's states ends in done, or in something that a person is told once."""

from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from store.dossiers.pages import DossierRow
from store.outbox.plans import DuePlan
from store.outbox.stages import OPEN, UNCERTAIN, Stage
from store.repository import Store, open_store
from triage.replies.reply import (
    Annotate,
    AnnotationChange,
    Outcome,
    PassEnInstruction,
    Receipt,
    Reply,
    SendMessage,
    SetLabel,
)

DEMARCHE, NUMBER = 7, 1
AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
NO = "DS a dit non."
REPLIES: tuple[Reply, ...] = (
    Annotate("a", NUMBER, "D", (AnnotationChange("statut", "i", "text", "Complet"),)),
    SetLabel("l", NUMBER, "D", "Complet", present=True),
    SendMessage("m", NUMBER, "D", "UNC-AAAA-BBBB", "Bonjour", None, "received", ()),
    PassEnInstruction("p", NUMBER, "D"),
)
EVENTS = frozenset({"m", "p"})
KEYS = st.sampled_from([one.key for one in REPLIES])


class Outboxes(RuleBasedStateMachine):
    """Runs that plan, send, lose answers and die, beside a DS that counts what it did."""

    @initialize()
    def open(self) -> None:
        self.folder = TemporaryDirectory()
        self.opened = open_store(f"sqlite:///{Path(self.folder.name) / 'unc.sqlite'}")
        self.store: Store = self.opened.__enter__()
        self.store.upgrade()
        row = DossierRow(NUMBER, "D", {"number": NUMBER}, "h", "f", "s", "r", "g", AT, AT)
        self.store.dossiers.save_page(DEMARCHE, [row], watermark=None, seen_at=AT)
        self.done = dict.fromkeys((one.key for one in REPLIES), 0)
        self.told: list[str] = []
        self.contents = count()
        self.plan(frozenset(one.key for one in REPLIES))

    @rule(keys=st.frozensets(KEYS))
    def plan(self, keys: frozenset[str]) -> None:
        """A dossier that moved: another plan, of what DS has not done yet."""
        due = [r for r in REPLIES if r.key in keys and not (r.key in EVENTS and self.done[r.key])]
        content = str(next(self.contents))
        plans = [DuePlan(NUMBER, content, tuple(due), standing=frozenset())]
        self.store.outbox.save_plans(DEMARCHE, plans, at=AT)

    @rule(key=KEYS, outcome=st.sampled_from([*Outcome, "again", "killed"]), applied=st.booleans())
    def send(self, key: str, outcome: Outcome | str, *, applied: bool) -> None:
        """One reply goes to DS; its answer comes, is lost, or the run dies before it."""
        if key not in self.store.outbox.mark_intended(DEMARCHE, [key], at=AT):
            return
        done = outcome == Outcome.DONE or (applied and outcome in {Outcome.UNKNOWN, "killed"})
        self.done[key] += done
        if outcome == "killed":
            return
        said_no = outcome in {Outcome.REFUSED, "again"}
        receipt = Receipt(
            key,
            Outcome.REFUSED if said_no else Outcome(outcome),
            NO if said_no else "",
            again=outcome == "again",
        )
        self.told += [key] if said_no else []
        self.store.outbox.record(DEMARCHE, [receipt], at=AT)

    @precondition(lambda self: self.uncertain())
    @rule()
    def read_ds(self) -> None:
        """The next run reads DS before anything else."""
        for key in self.uncertain():
            if self.done[key]:
                self.store.outbox.record(DEMARCHE, [Receipt(key, Outcome.DONE)], at=AT)
            else:
                self.store.outbox.plan_again(DEMARCHE, [key])

    def uncertain(self) -> list[str]:
        pending = self.store.outbox.pending(DEMARCHE)
        return [r.reply.key for r in pending if r.stage in UNCERTAIN and r.reply.key in EVENTS]

    def teardown(self) -> None:
        """DS answers again: one more run ends every path."""
        self.read_ds()
        self.plan(frozenset(one.key for one in REPLIES))
        for stored in self.store.outbox.pending(DEMARCHE):
            self.send(stored.reply.key, Outcome.DONE, applied=True)
        ended = {one.reply.key: one for one in self.store.outbox.recorded(DEMARCHE)}
        assert not [one for one in ended.values() if one.stage in OPEN]
        for key, stored in ended.items():
            assert stored.stage is Stage.DONE or (stored.text == NO and key in self.told)
        assert all(self.done[key] == 1 for key in EVENTS), self.done
        assert all(self.done[key] >= 1 for key in self.done)
        self.opened.__exit__(None, None, None)
        self.folder.cleanup()


TestAnyPath = Outboxes.TestCase
TestAnyPath.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
