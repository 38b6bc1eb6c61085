"""The medicines reference on disk: versions of BDPM under ``UNC_HOME``, read when they are needed.

``bdpm/<version>/`` holds the official files as they were given; ``bdpm/courante`` names the version
in use, ``bdpm/refus.txt`` tells why the last load was refused, if it was. Nothing is downloaded,
and nothing needs it: without a version the columns say so.
"""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

from datafiles.file import DataFileError
from datafiles.refusals import refusal as why_refused
from mappings.medicines.bdpm_check import Doubt, FileRead, check_file
from mappings.medicines.bdpm_files import (
    ALL_FILES,
    FILES,
    PRESENTATIONS,
    SPECIALITIES,
    FileSpec,
    rows_of,
)
from mappings.medicines.directory import Directory
from mappings.medicines.match import Matcher
from mappings.medicines.reference import RowsOf, build_reference
from mappings.schema.model import FormMapping
from steps.wiring.public_data.version import CURRENT, root_of, version_of
from triage.verdict.model import Assessment
from triage.verdict.model import Warning as TriageWarning

_REFUSED = "refus.txt"
_NO_FOLDER = (
    "UNC_BDPM_DIR : {folder} n'est pas un dossier ; donnez celui où sont les fichiers de la BDPM"
    " (CIS_bdpm.txt, CIS_CIP_bdpm.txt, …)."
)
_WITHOUT = (
    f"UNC_BDPM_DIR : {{folder}} n'a pas {SPECIALITIES.name} ; téléchargez les fichiers de la BDPM"
    f" ({SPECIALITIES.name}, {PRESENTATIONS.name}, …) dans ce dossier."
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading a folder did.

    Attributes:
        version: Version that is now in use.
        new: Whether it was not known before.
        files: What was read of each file that was there.
        absent: Files that were not there.
        versions: Every version that is kept, in order of name.
    """

    version: str
    new: bool
    files: tuple[FileRead, ...]
    absent: tuple[str, ...]
    versions: tuple[str, ...]


def load(folder: Path, home: Path, *, accepted: Sequence[str] = ()) -> Loaded:
    """Read the official files of a folder, keep them as a version, and use it from now on.

    Args:
        folder: Where the files are.
        home: ``UNC_HOME``.
        accepted: Names of doubtful files that a person accepts without what cannot be read.

    Raises:
        DataFileError: The folder has no list of specialities, a file is doubtful, or it cannot be
            read or kept; the version in use stays.
    """
    there = _there(folder, complete=False)
    try:
        _complete(there, folder)
        version = _version(there)
        files = tuple(_checked(there, home, version=version, accepted=accepted))
    except DataFileError as error:
        _note(home, error.problems)
        raise
    place = root_of(home) / version
    new = not place.exists()
    try:
        _keep(there, place)
        (root_of(home) / _REFUSED).unlink(missing_ok=True)
    except OSError as error:
        raise DataFileError([f"UNC_HOME : {place} ne peut pas être écrit"]) from error
    return Loaded(
        version=version,
        new=new,
        files=files,
        absent=tuple(one.name for one in FILES if one.name not in there),
        versions=tuple(sorted(one.name for one in root_of(home).iterdir() if one.is_dir())),
    )


def _checked(
    there: Mapping[str, Path], home: Path, *, version: str, accepted: Sequence[str]
) -> Iterator[FileRead]:
    """Check the files one after the other, that of specialities first.

    Raises:
        DataFileError: One or more are doubtful; a sentence for each.
    """
    allowed = frozenset(name.casefold() for name in accepted)
    if strange := sorted(allowed - {one.name.casefold() for one in ALL_FILES}):
        raise DataFileError([f"--accepter {strange[0]} : ce n'est pas un fichier de la BDPM"])
    used = version_of(home)
    before = {} if (root_of(home) / version).exists() else _in_use(home)
    listed: set[str] = set()
    doubts: list[Doubt] = []
    for spec in ALL_FILES:
        if spec.name not in there:
            continue
        former = _bytes(before[spec.name]) if spec.name in before else None
        told, doubt = check_file(_bytes(there[spec.name]), spec, listed=listed, before=former)
        if doubt and not (doubt.acceptable and spec.name.casefold() in allowed):
            doubts.append(doubt)
            if spec is SPECIALITIES:  # the others cannot be compared with it
                listed.clear()
        yield told
    if doubts:
        stays = f" ; la version en usage, {used}, ne change pas" if used else ""
        *first, last = (one.text for one in doubts)
        raise DataFileError([*first, f"{last}{stays}"])


def _note(home: Path, problems: Sequence[str]) -> None:
    """Keep why the last load was refused, for ``unc doctor``; that it cannot is no second fault."""
    with suppress(OSError):
        root_of(home).mkdir(parents=True, exist_ok=True)
        (root_of(home) / _REFUSED).write_text(" ; ".join(problems), encoding="utf-8")


def refusal(home: Path) -> str:
    """Why the last load was refused; "" when it was not."""
    try:
        return (root_of(home) / _REFUSED).read_text("utf-8")
    except OSError:
        return ""


def absent_files(home: Path) -> tuple[str, ...]:
    """Files of every download that the version in use does not have."""
    there = _in_use(home)
    return tuple(one.name for one in FILES if one.name not in there)


def is_there(home: Path) -> bool:
    """Whether the files of the version in use are still where they were kept, and as they were."""
    there = _in_use(home)
    return SPECIALITIES.name in there and _version(there) == version_of(home)


def _in_use(home: Path) -> dict[str, Path]:
    """The files of the version in use; none when there is no version, or it was removed."""
    version = version_of(home)
    try:
        return _there(root_of(home) / version, complete=False) if version else {}
    except DataFileError:
        return {}


def matcher_of(home: Path) -> Matcher | None:
    """What looks medicines up in the version in use; ``None`` when none was loaded.

    Raises:
        DataFileError: The version in use cannot be read.
    """
    version = version_of(home)
    return _matcher(root_of(home) / version, version) if version else None


def directory_of(home: Path) -> Directory | None:
    """What a form looks medicines up in: the version in use; ``None`` when none was loaded.

    Raises:
        DataFileError: The version in use cannot be read, or is no more as it was loaded.
    """
    version = version_of(home)
    if not version:
        return None
    if not is_there(home):
        raise DataFileError(
            [f"UNC_HOME : la version {version} de la BDPM n'y est plus entière ; unc bdpm load"]
        )
    rows = _rows(_in_use(home))
    packs = (row for row in rows(PRESENTATIONS) if row)
    return Directory(build_reference(rows, version=version), packs)


def with_remarks(
    assessment: Assessment, remarks: Sequence[str], *, mapping: FormMapping
) -> Assessment:
    """A verdict with what BDPM gives to look at, as warnings: they block nothing."""
    if not remarks or mapping.medicines is None:
        return assessment
    where = mapping.medicines
    fields = tuple(name for name in (where.rows, where.company) if name)
    found = tuple(TriageWarning(id="bdpm", text=f"BDPM, {one}", fields=fields) for one in remarks)
    return replace(assessment, warnings=(*assessment.warnings, *found))


@lru_cache(maxsize=1)
def _matcher(place: Path, version: str) -> Matcher:
    return Matcher(build_reference(_rows(_there(place)), version=version))


def _rows(there: Mapping[str, Path]) -> RowsOf:
    """Gives the rows of one file of a version."""

    def rows(spec: FileSpec) -> Iterator[list[str] | None]:
        if spec.name in there:
            yield from rows_of(_bytes(there[spec.name]), spec)

    return rows


def _there(folder: Path, *, complete: bool = True) -> dict[str, Path]:
    """The official files of a folder, by name, whatever the case of their names there.

    One that is named with the day of its download too (``CIS_InfoImportantes_20260518….txt``) is
    known; of several, the last.

    Raises:
        DataFileError: The folder cannot be read, or has no list of specialities.
    """
    try:
        listed = {path.name.casefold(): path for path in sorted(folder.iterdir())}
    except NotADirectoryError as error:
        raise DataFileError([_NO_FOLDER.format(folder=folder)]) from error
    except OSError as error:
        why = f"UNC_BDPM_DIR : {folder} ne peut pas être lu ({why_refused(error)})"
        raise DataFileError([why]) from error
    found = {}
    for one in ALL_FILES:
        stem, end = one.name.casefold().rsplit(".", 1)
        dated = [name for name in listed if re.fullmatch(rf"{stem}[-_]?20\d\d[\w-]*\.{end}", name)]
        for name in (one.name.casefold(), *reversed(dated)):
            if name in listed:
                found[one.name] = listed[name]
                break
    if complete:
        _complete(found, folder)
    return found


def _complete(there: Mapping[str, Path], folder: Path) -> None:
    if SPECIALITIES.name not in there:
        raise DataFileError([_WITHOUT.format(folder=folder)])


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        why = f"UNC_BDPM_DIR : {path} ne peut pas être lu ({why_refused(error)})"
        raise DataFileError([why]) from error


def _version(there: Mapping[str, Path]) -> str:
    digest = sha256()
    for name in sorted(there):
        digest.update(f"{name} {sha256(there[name].read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()[:12]


def _keep(there: Mapping[str, Path], place: Path) -> None:
    """Keep the files and use them: each in one step, so that a kill leaves the former version."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        temporary = Path(mkdtemp(dir=place.parent, prefix=".charge-"))
        try:
            for name, path in there.items():
                shutil.copyfile(path, temporary / name)
            temporary.rename(place)
        except OSError:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
    pointer = place.parent / f".{CURRENT}"
    pointer.write_text(f"{place.name}\n", encoding="utf-8")
    pointer.replace(place.parent / CURRENT)
