"""One publication of workbooks: what it is compared with, what it makes, what is kept of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from exports.errors import WorkbookCheckError
from exports.published.changes import Comparison, first_edition, shares_of, since
from exports.published.checking import ExportFile, check_file, damaged, left_out
from exports.published.checksum import digest_of_all
from exports.published.current import carried
from exports.published.editions import EditionKind, editions, told_of
from exports.published.handed_out import HandedOutReader
from exports.published.listing import Gone
from exports.published.manifest import (
    ExportFacts,
    FileFacts,
    PublishedExport,
    export_facts,
    sha256,
)
from exports.published.publishing import Carried
from exports.published.tasks import MadeFile, WorkbookTasks
from exports.published.withdrawal import without
from exports.published.workbook_set import NOT_COMPARED, WorkbookSet
from exports.sheets.centres import author_of
from exports.sheets.to_treat import News
from mappings.schema.model import Audience
from steps.publish.withdrawal import gone_from_current
from steps.wiring.failures import KNOWN, told
from steps.wiring.handed_out_files import hand_out_files
from steps.wiring.services import Services, now
from store.staff.handed_out import HandedFile, save_rows

FILES: dict[str, Audience] = {"agence.xlsx": "agence", "reseau.xlsx": "reseau"}
_READERS: tuple[Audience, ...] = ("agence", "reseau")
_SUFFIX = ".xlsx"


@dataclass(frozen=True, slots=True)
class Publication:
    """See :meth:`begin` and :meth:`joined`.

    Attributes:
        services: Store and data files.
        made: Its workbooks.
        tasks: Who makes which, and its place among the publications of the démarche.
        aside: Where workbooks that cannot be made are named.
    """

    services: Services
    made: WorkbookSet
    tasks: WorkbookTasks
    aside: list[str]
    _known: list[Gone] = field(default_factory=list, repr=False)

    @classmethod
    def begin(
        cls,
        services: Services,
        made: WorkbookSet,
        *,
        base: PublishedExport | None,
        tasks: WorkbookTasks,
        aside: list[str],
    ) -> Self:
        """Keep what the readers of a publication will read, and compare it.

        What is kept before the files are there harms nothing: no file names a publication that
        was killed on its way. The caller holds the folder of the exports.

        Args:
            services: Store and data files.
            made: The workbooks, compared with nothing yet.
            base: The edition that they are compared with.
            tasks: Its tasks.
            aside: Where workbooks that cannot be made are named.
        """
        kept, sequence = services.store.handed_out, tasks.plan.sequence
        for audience in _READERS[:1] if made.context.kept_inside else _READERS:
            same = made.handed_same(audience, kept.digests(services.demarche, audience))
            rows = made.handed(audience, but=same)
            save_rows(kept, services.demarche, audience, rows, sequence=sequence, same=same)
        return cls.joined(services, made, base=base, tasks=tasks, aside=aside)

    @classmethod
    def joined(
        cls,
        services: Services,
        made: WorkbookSet,
        *,
        base: PublishedExport | None,
        tasks: WorkbookTasks,
        aside: list[str],
    ) -> Self:
        """The same of a publication that another worker began."""
        reader, sequence = reader_of(services), tasks.plan.sequence

        def compare(author: str) -> Comparison:
            return comparison(reader, author, base=base, after=sequence, versions=made.versions)

        return cls(services, replace(made, compare=compare), tasks, aside)

    @property
    def sequence(self) -> int:
        """Its place among the publications of the démarche."""
        return self.tasks.plan.sequence

    def make(self, *, there: PublishedExport | None, finish: bool) -> tuple[str, ...]:
        """Make the workbooks that no other worker makes; names of those that were made here.

        Args:
            there: What is published now, whose files may stay.
            finish: Wait for those that others make.
        """
        wanted = self._wanted(there)

        def make(name: str) -> MadeFile:
            self.services.tell("Classeurs", [*wanted].index(name), len(wanted))
            return self._made(name, there=there)

        done = self.tasks.do(tuple(wanted), make, finish=finish)
        self.services.tell("Classeurs", len(wanted), len(wanted))
        return done

    def files(self, *, there: PublishedExport | None) -> Iterator[tuple[str, Carried]]:
        """Yield the workbooks once all are made: new ones, and those that say what they said.

        Args:
            there: What is published now, whose files may stay.
        """
        self.make(there=there, finish=True)
        for name in self._wanted(there):
            done = self.tasks.result(name) or MadeFile(aside=left_out(name, str(damaged(name))))
            if done.facts is None:
                self.aside.append(done.aside)
            else:
                folder = there.folder if there and done.stays else self.tasks.folder
                yield name, Carried(folder / name, done.facts)

    def _wanted(self, there: PublishedExport | None) -> Mapping[str, tuple[str, str]]:
        """Audience and author of each file; those that stay as they are have no author."""
        if self.made.context.kept_inside:
            files = there.manifest["files"] if there else ()
            stay = {str(one["name"]): (str(one["audience"]), "") for one in files}
            return {**stay, "agence.xlsx": ("agence", "agence")}
        centres = {
            f"{author_of(one)}{_SUFFIX}": (f"centre:{one.code}", author_of(one))
            for one in self.made.centres
        }
        return {name: (one, str(one)) for name, one in FILES.items()} | centres

    def _made(self, name: str, *, there: PublishedExport | None) -> MadeFile:
        audience, author = self._wanted(there)[name]
        try:
            if there and not author:
                return self._as_it_is(name, there)
            book = self.made.made(author)
            if same := carried(there, name, digest=book.digest):
                return MadeFile(same.facts, stays=True)
            file = book.file(audience)
            check_file(name, file)
        except WorkbookCheckError as error:
            return MadeFile(aside=left_out(name, str(error)))
        except (*KNOWN, OSError):  # a data file, or the disk: every workbook has this
            raise
        except Exception as error:  # noqa: BLE001 (told, and the run ends with 1)
            return MadeFile(aside=left_out(name, told(error)))
        return MadeFile(file.facts(name, sequence=self.sequence), content=file.content)

    def _as_it_is(self, name: str, there: PublishedExport) -> MadeFile:
        """A file that stays, but for what its readers are not to read any more."""
        told = FileFacts(**next(one for one in there.manifest["files"] if one["name"] == name))
        gone, withheld = self._gone, self.made.withheld()
        trimmed = without(there, name, gone=gone, withheld=withheld, at=now())
        if trimmed is None:
            return MadeFile(told, stays=True)
        file = ExportFile(
            told.audience,
            trimmed.content,
            rows={**told.rows, **trimmed.rows},
            digest=sha256(trimmed.content),
        )
        return MadeFile(file.facts(name, sequence=self.sequence), content=file.content)

    @property
    def _gone(self) -> Gone:
        """What workbooks that stay are not to have, worked out once."""
        if not self._known:
            self._known.append(gone_from_current(self.services, self.made))
        return self._known[0]

    def facts(self, files: Sequence[FileFacts]) -> ExportFacts:
        """What the manifest says of the data."""
        checksum = digest_of_all({one.name: one.digest for one in files})
        made = self.made
        return export_facts(made.entries, made.context, checksum=checksum, policy=made.policy)

    def keep(self, files: Sequence[FileFacts]) -> None:
        """Remember which workbooks it made: from then on others may be compared with them."""
        versions, place = self.made.versions, self.sequence
        self.services.store.handed_out.save_files(
            self.services.demarche,
            [
                HandedFile(one.name.removesuffix(_SUFFIX), place, one.digest, versions)
                for one in files
            ],
            at=now(),
        )

    def record(self, export: PublishedExport) -> Mapping[str, Any]:
        """What is remembered of its manifest: the files that it made, not those that stayed."""
        files = [one for one in export.manifest["files"] if one["sequence"] == self.sequence]
        return {**export.manifest, "files": files}


def reader_of(services: Services) -> HandedOutReader:
    """Reads what was handed out.

    Raises:
        DataFileError: The columns or the policy file is wrong.
    """
    columns, policy = hand_out_files(services.inputs.publishing.columns, services.form.mapping)
    masks = (policy.mask, policy.patient_mask)
    shares = shares_of(columns.dossiers_sheet)
    return HandedOutReader(services.store, services.demarche, masks, shares)


def comparison(
    reader: HandedOutReader,
    author: str,
    *,
    base: PublishedExport | None,
    after: int,
    versions: str = "",
) -> Comparison:
    """What the workbook of an author says of its changes since an edition."""
    if base is None:
        return NOT_COMPARED
    changes = reader.changes(author, before=base.sequence, after=after, versions=versions)
    return compared_with(base) if changes is None else since(told_of(base), changes)


def news_of(services: Services, author: str) -> News:
    """What is new to the readers of a workbook since the last weekly edition, as it says itself.

    Raises:
        DataFileError: The columns or the policy file is wrong.
    """
    columns, _ = hand_out_files(services.inputs.publishing.columns, services.form.mapping)
    root, demarche = services.inputs.publishing.folder, services.demarche
    base = next(iter(editions(root, EditionKind.WEEKLY, demarche=demarche)), None)
    after = services.store.handed_out.last_sequence(demarche)
    return comparison(reader_of(services), author, base=base, after=after).news(
        columns.dossiers_sheet
    )


def compared_with(base: PublishedExport) -> Comparison:
    """What is told where an edition does not have a workbook, or where its data is not here."""
    return first_edition(f"ce classeur n’est pas dans l’{told_of(base)}, ou cette base l’ignore")
