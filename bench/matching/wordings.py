"""Tell how each single wording of strangers is understood, as the label of a question alone.

    .venv/bin/python -m bench.matching.wordings [-v] [FILE…]   (tests/data/tournures)

The question has the type of its datum and, of a list, no option: words alone speak. *Right*: the
datum is the one that the question is proposed for. *Other*: another is; else nothing is. *Turned*:
of yes or no, asked straight and proposed as asking the contrary, or asking the contrary and
proposed without that or a doubt of it: a person who takes it as it is would misread every answer.
"""

import sys
from collections import Counter
from pathlib import Path

from ruamel.yaml import YAML

from mappings.matching.match import Match, match_form
from tests.mappings.matching.variants import ROOT, Raw, Variant, as_form, our_wants, the_mapping

WORDINGS = ROOT / "tests" / "data" / "tournures"
_TYPES = {
    "choice": "drop_down_list",
    "choices": "multiple_drop_down_list",
    "integer": "integer_number",
    "decimal": "decimal_number",
    "company": "siret",
    "files": "piece_justificative",
    "rows": "repetition",
    "region": "regions",
    "departement": "departements",
}


def understood(path: str, label: str) -> dict[str, Match]:
    """What a question alone is proposed for: at most one field, with its rows'."""
    name, _, column = path.partition(".")
    spec = the_mapping().fields[name]
    kind = (spec.fields[column] if column else spec).type
    asked: Raw = {"id": 2, "label": label, "type": _TYPES.get(kind, kind), "required": False}
    if column:
        heading = {"id": 1, "label": spec.title, "type": "repetition", "required": False}
        asked = {**heading, "children": [asked]}
    elif kind == "rows":
        asked["children"] = []
    form = as_form({"champs": [asked], "annotations": []})
    found = match_form(our_wants(), Variant(form, {}).revision, samples={}).matches
    return {
        one: match
        for one, match in found.items()
        if match.offered.descriptor.id == "2" or "2" in match.offered.champs
    }


def faults(path: str, label: str, contrary: bool) -> tuple[str, str]:
    """Which count a wording goes to, and what to tell of it."""
    found = understood(path, label)
    for taken, match in found.items():
        told = f"{path} <- {label} : {taken} {match.confidence} {' ; '.join(match.marks)}"
        if taken != path and match.sure:
            return "sure and wrong", told
        if taken == path and contrary and not match.inverted and not match.contrary:
            return "turned", told
        if taken == path and not contrary and match.inverted:
            return "turned", told
    if path not in found:
        return ("other" if found else "nothing"), f"{path} <- {label} : {', '.join(found)}"
    return ("sure" if found[path].sure else "right"), ""


def main() -> int:
    """Print the table; 1 where something is sure and wrong, or turned."""
    files = [Path(one) for one in sys.argv[1:] if one != "-v"] or sorted(WORDINGS.glob("*.yaml"))
    bad = 0
    for file in files:
        read: Raw = YAML(typ="safe").load(file.read_text("utf-8"))
        for way in ("ask", "contrary"):
            counts: Counter[str] = Counter()
            for path, told in read.items():
                for label in told.get(way, ()):
                    count, said = faults(path, label, way == "contrary")
                    counts[count] += 1
                    if count in {"sure and wrong", "turned"} or ("-v" in sys.argv and said):
                        print(f"   {count}: {said}")
            bad += counts["sure and wrong"] + counts["turned"]
            print(f"{file.name}, {way}: {counts.total()} {dict(counts)}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
