"""The folder of a démarche that nobody described yet: a mapping of all its questions, no rules.

With it the démarche is read and handed out to the agency at once; nothing is judged, written to DS
or let out until a person says so in these files.
"""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import orjson

from datafiles.refusals import is_told, refusal
from exports.sheets.all_columns import columns_text
from mappings.dossier.decode import decode_revision, odd_descriptors
from mappings.dossier.revision import Revision
from mappings.drift.compare import from_the_oldest
from mappings.schema.file import parse_mapping
from mappings.start.from_form import left_out, mapping_text
from steps.wiring.failures import RequestError
from steps.wiring.form import load_form
from steps.wiring.handed_out_files import hand_out_files

_ROOT = Path(__file__).parents[2]
_RULES, _HANDED_OUT = _ROOT / "triage" / "nouvelle", _ROOT / "exports" / "nouvelle"
_SCHEMA = _ROOT / "mappings" / "mapping.schema.json"
MAPPING = "mapping.yaml"
_DESCRIPTORS = ("champDescriptors", "annotationDescriptors")


@dataclass(frozen=True, slots=True)
class Described:
    """What a form asks, wherever that was read.

    Attributes:
        title: Title of the démarche.
        revisions: Its revisions, from the oldest.
        odd: What of them cannot be read, in French.
    """

    title: str
    revisions: tuple[Revision, ...]
    odd: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Created:
    """A folder that was made.

    Attributes:
        folder: The folder, absolute.
        fields: How many questions the mapping takes, those of repetitions included.
        repetitions: How many of them repeat.
        annotations: How many annotations it reads.
        odd: What of the form could not be read, in French.
        left: Labels of the annotations that repeat, which the bridge does not read.
    """

    folder: Path
    fields: int
    repetitions: int
    annotations: int
    odd: tuple[str, ...]
    left: tuple[str, ...] = ()

    @property
    def settings(self) -> Mapping[str, str]:
        """The settings that point to it."""
        folder = str(self.folder)
        return {
            "UNC_MAPPING": str(self.folder / MAPPING),
            "UNC_RULES": folder,
            "UNC_COLUMNS": folder,
        }


def described(title: str, revisions: Iterable[Mapping[str, Any]]) -> Described:
    """What DS describes of a démarche, from the JSON of its revisions."""
    listed = list(revisions)
    odd = [f"révision {raw['id']}, {one}" for raw in listed for one in odd_descriptors(raw)]
    return Described(title, from_the_oldest(decode_revision(raw) for raw in listed), tuple(odd))


def described_in(path: Path) -> Described:
    """What a file describes: the JSON that DS answers to ``demarcheDescriptor`` or ``demarche``.

    Raises:
        RequestError: It cannot be read, or describes no form.
    """
    try:
        raw = orjson.loads(path.read_bytes())
    except OSError as error:
        why = refusal(error) if is_told(error) else "introuvable ou illisible"
        raise RequestError(f"{path} : ce fichier ne peut pas être lu ({why}).") from error
    except orjson.JSONDecodeError as error:
        raise RequestError(f"{path} : ce fichier n'est pas du JSON.") from error
    demarche = _demarche(raw)
    if demarche is None:
        raise RequestError(
            f"{path} : aucun formulaire ici ; donnez la réponse de DS à « demarcheDescriptor » ou à"
            " « demarche », avec ses « champDescriptors »."
        )
    title = demarche.get("title")
    return described(title if isinstance(title, str) else path.stem, _revisions(demarche))


def create(folder: Path, form: Described) -> Created:
    """Make the folder, whole or not at all.

    Raises:
        RequestError: The folder is there and not empty, cannot be made, or the form asks nothing.
    """
    target = folder.absolute()
    if not any(revision.asked for revision in form.revisions):
        raise RequestError("Ce formulaire ne pose aucune question : il n'y a rien à reprendre.")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RequestError(
            f"{target} existe déjà et n'est pas vide : donnez un dossier nouveau, rien n'y a été"
            " écrit."
        )
    try:
        return _made(target, form)
    except OSError as error:
        why = refusal(error) if is_told(error) else "écriture impossible"
        raise RequestError(f"{target} : ce dossier ne peut pas être fait ({why}).") from error


def _made(target: Path, form: Described) -> Created:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Path(mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        for name, text in _texts(form).items():
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            (part / name).write_text(text, encoding="utf-8")
        mapping = load_form(mapping=part / MAPPING, rules=part).mapping
        hand_out_files(part, mapping)
        part.chmod(0o755)
        if target.exists():
            target.rmdir()
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    specs = mapping.fields.values()
    return Created(
        folder=target,
        fields=len(specs) + sum(len(spec.fields) for spec in specs),
        repetitions=sum(spec.type == "rows" for spec in specs),
        annotations=len(mapping.annotations),
        odd=form.odd,
        left=left_out(form.revisions),
    )


def _texts(form: Described) -> dict[str, str]:
    """Each file of the folder, by its name in it."""
    text = mapping_text(form.title, form.revisions, schema=_SCHEMA.as_uri())
    template = (_HANDED_OUT / "columns.yaml").read_text("utf-8")
    mapping = parse_mapping(text, source=MAPPING)
    copied = {
        str(path.relative_to(root)): path.read_text("utf-8")
        for root in (_RULES, _HANDED_OUT)
        for path in sorted(root.rglob("*"))
        if path.suffix in {".yaml", ".j2"}
    }
    return {**copied, MAPPING: text, "columns.yaml": columns_text(template, mapping)}


def _demarche(raw: Any) -> Mapping[str, Any] | None:
    """The object that has revisions, or the champs of one, wherever DS or a tool put it."""
    if not isinstance(raw, dict):
        return None
    if _revisions(raw):
        return raw
    return next((found for one in raw.values() if (found := _demarche(one)) is not None), None)


def _revisions(demarche: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    listed = demarche.get("revisions")
    several = listed if isinstance(listed, list) else []
    alone = [demarche.get(name) for name in ("revision", "activeRevision", "publishedRevision")]
    candidates = [*several, *([] if several else alone), *([] if several else [demarche])]
    found: dict[str, Mapping[str, Any]] = {}
    for at, one in enumerate(candidates):
        if isinstance(one, dict) and isinstance(one.get("champDescriptors"), list):
            number = str(one.get("id", at))
            named = {"annotationDescriptors": [], **one, "id": number}
            listed = {name: _typed(named[name]) for name in _DESCRIPTORS}
            found.setdefault(number, {**named, **listed})
    return list(found.values())


def _typed(descriptors: Any) -> Any:
    """Descriptors with their type, where they were asked under the name that DS gave it before."""
    if not isinstance(descriptors, list):
        return descriptors
    return [_with_type(one) if isinstance(one, dict) else one for one in descriptors]


def _with_type(one: dict[str, Any]) -> dict[str, Any]:
    kind = one.get("type")
    words = kind.split("_") if isinstance(kind, str) else []
    typename = "".join(word.capitalize() for word in words)
    inner = _typed(one.get("champDescriptors"))
    return {"__typename": f"{typename}ChampDescriptor", **one, "champDescriptors": inner}
