"""The medicines reference on disk: versions of BDPM under ``UNC_HOME``, read when they are needed.

``bdpm/<version>/`` holds the official files as they were given; ``bdpm/courante`` names the version
in use. Nothing is downloaded, and nothing needs it: without a version the columns say so.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

from datafiles.file import DataFileError
from mappings.medicines.bdpm_files import (
    FILES,
    PRESENTATIONS,
    SPECIALITIES,
    FileSpec,
    each_row,
    encoding_of,
)
from mappings.medicines.match import Matcher
from mappings.medicines.reference import build_reference
from mappings.schema.model import FormMapping
from triage.verdict.model import Assessment
from triage.verdict.model import Warning as TriageWarning

_CURRENT = "courante"
_WITHOUT = (
    f"UNC_BDPM_DIR : {{folder}} n'a pas {SPECIALITIES.name} ; téléchargez les fichiers de la BDPM"
    f" ({SPECIALITIES.name}, {PRESENTATIONS.name}, …) dans ce dossier."
)


@dataclass(frozen=True, slots=True)
class FileRead:
    """What was read of one file.

    Attributes:
        name: File name.
        encoding: Encoding it was in.
        lines: Lines that are not blank.
        read: Lines that were read.
        joined: Lines about a speciality of ``CIS_bdpm.txt``.
        refused: Numbers of the lines that mean nothing.
    """

    name: str
    encoding: str
    lines: int
    read: int
    joined: int
    refused: tuple[int, ...]


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


def load(folder: Path, home: Path) -> Loaded:
    """Read the official files of a folder, keep them as a version, and use it from now on.

    Raises:
        DataFileError: The folder has no list of specialities, or it cannot be read or kept.
    """
    there = _there(folder)
    files = tuple(_each(there))
    version = _version(there)
    place = _root(home) / version
    new = not place.exists()
    try:
        _keep(there, place)
    except OSError as error:
        raise DataFileError([f"UNC_HOME : {place} ne peut pas être écrit"]) from error
    return Loaded(
        version=version,
        new=new,
        files=files,
        absent=tuple(one.name for one in FILES if one.name not in there),
        versions=tuple(sorted(one.name for one in _root(home).iterdir() if one.is_dir())),
    )


def _each(there: Mapping[str, Path]) -> Iterator[FileRead]:
    """Read the files one after the other, that of specialities first; no row is kept."""
    known: set[str] = set()
    for spec in FILES:
        if spec.name not in there:
            continue
        content = _bytes(there[spec.name])
        refused, read, joined = [], 0, 0
        for number, row in each_row(content, spec):
            if row is None:
                refused.append(number)
                continue
            if spec is SPECIALITIES:
                known.add(row[0])
            read += 1
            joined += row[0] in known
        if spec is SPECIALITIES and not known:
            raise DataFileError([f"{spec.name} : aucune spécialité lisible dans ce fichier"])
        encoding = encoding_of(content)
        yield FileRead(spec.name, encoding, read + len(refused), read, joined, tuple(refused))


def version_of(home: Path) -> str:
    """The version in use, or "" when none was loaded."""
    try:
        return (_root(home) / _CURRENT).read_text("utf-8").strip()
    except OSError:
        return ""


def is_there(home: Path) -> bool:
    """Whether the files of the version in use are still where they were kept."""
    version = version_of(home)
    try:
        return bool(version and _there(_root(home) / version))
    except DataFileError:
        return False


def matcher_of(home: Path) -> Matcher | None:
    """What looks medicines up in the version in use; ``None`` when none was loaded.

    Raises:
        DataFileError: The version in use cannot be read.
    """
    version = version_of(home)
    return _matcher(_root(home) / version, version) if version else None


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
    there = _there(place)

    def rows_of(spec: FileSpec) -> Iterator[list[str]]:
        if spec.name in there:
            rows = each_row(_bytes(there[spec.name]), spec)
            yield from (row for _, row in rows if row is not None)

    return Matcher(build_reference(rows_of, version=version))


def _there(folder: Path) -> dict[str, Path]:
    """The official files of a folder, by name, whatever the case of their names there.

    Raises:
        DataFileError: The folder cannot be read, or has no list of specialities.
    """
    try:
        listed = {path.name.casefold(): path for path in folder.iterdir()}
    except OSError as error:
        raise DataFileError([f"UNC_BDPM_DIR : {folder} ne peut pas être lu"]) from error
    found = {
        one.name: listed[one.name.casefold()] for one in FILES if one.name.casefold() in listed
    }
    if SPECIALITIES.name not in found:
        raise DataFileError([_WITHOUT.format(folder=folder)])
    return found


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataFileError([f"UNC_BDPM_DIR : {path} ne peut pas être lu"]) from error


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
    pointer = place.parent / f".{_CURRENT}"
    pointer.write_text(f"{place.name}\n", encoding="utf-8")
    pointer.replace(place.parent / _CURRENT)


def _root(home: Path) -> Path:
    return (home / "bdpm").absolute()
