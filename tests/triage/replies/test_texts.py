"""A text that staff edit is tried on every kind of value when it is loaded, and cannot run wild."""

from pathlib import Path

import pytest

from datafiles.file import DataFileError
from tests.triage.replying import reply_rules
from tests.triage.second_reading.judging import judged
from triage.replies import text_limits
from triage.replies.inputs import JudgedDossier
from triage.replies.messages import previewed
from triage.replies.points import typed_at_fault
from triage.replies.text_samples import SAMPLES, Point
from triage.replies.texts import Texts

FOLDER = Path(__file__).parents[3] / "triage/unc/textes"
END = " {{ reference }}"


def texts(text: str, name: str = "message_request") -> Texts:
    given = {path.stem: path.read_text("utf-8") for path in FOLDER.glob("*.j2")}
    return Texts({**given, name: text})


def refused(text: str, name: str = "message_request") -> str:
    with pytest.raises(DataFileError) as error:
        texts(text, name)
    return str(error.value)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{% for i in range(10**9) %}a{% endfor %}", "« ( ) » n'est pas permis"),
        ("{% for i in range %}a{% endfor %}", "« range » n'existe pas"),
        ("{{ 'a' * 10000000000 }}", "« * » n'est pas permis"),
        ("{{ 10 ** 10000000000 }}", "« ** » n'est pas permis"),
        ("{{ '%1000000000d' % 1 }}", "« % » n'est pas permis"),
        ("{{ 'a'.ljust(1000000000) }}", "« ( ) » n'est pas permis"),
        ("{{ 'a'|center(1000000000) }}", "le filtre « center »"),
        ("{{ 'a'|indent(1000000000) }}", "le filtre « indent »"),
        ("{{ 'a'|replace('', 'aaaaaaaaaaaa') }}", "le filtre « replace »"),
        ("{{ '%s'|format(1) }}", "le filtre « format »"),
        ("{{ 1|round(1000000000, 'ceil') }}", "le filtre « round »"),
        ("{{ [1]|map('join')|list }}", "le filtre « map »"),
        ("{{ 'abc'|join('abc')|join('abc') }}", "« join » est employé deux fois"),
        ("{{ 'abc'|join(reference) }}", "le filtre « join » n'accepte que"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "« macro » n'est pas permis"),
        ("{% for a in requested recursive %}{{ loop(requested) }}{% endfor %}", "« recursive »"),
        ("{% include 'message_request' %}", "« include » n'est pas permis"),
        ("{% import 'message_received' as m %}", "« import » n'est pas permis"),
        ("{% extends 'message_received' %}", "« extends » n'est pas permis"),
        ("{% set a = 'a' ~ 'a' %}", "« set » n'est pas permis"),
        ("{% with a = 'a' %}{% endwith %}", "« with » n'est pas permis"),
        ("{% for a in [reference ~ reference] %}{{ a }}{% endfor %}", "telle quelle"),
        ("{% for a in 'a' %}" * 5 + "{% endfor %}" * 5, "plus de 4 boucles"),
        ("{{ reference.__class__ }}", "« __class__ »"),
        ("{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "trop de parenthèses"),
        ("é" * 30_000, "le modèle est trop long"),
        ("{% for a in 'aaaaaaaaaaaaaaa' %}" * 4 + "{% endfor %}" * 4, "font plus de 20000 tours"),
        ("{{ requested|sort }}", "une valeur ne convient pas"),
    ],
)
def test_what_could_run_without_end_is_refused_with_its_file(text: str, why: str) -> None:
    told = refused(text + END)
    assert why in told
    assert told.startswith("textes/message_request.j2")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "a\n{{ nom }}",
            "textes/message_request.j2:2 : « nom » n'existe pas ; il y a : asked_before,",
        ),
        ("{% if correction == 'x' %}\n{{ nom }}{% endif %}", "j2:2 : « nom » n'existe pas"),
        ("\n{% for i in requested %}\n{{ i.id }}{% endfor %}", "j2:3 : « id »"),
        ("{% if not editable %}\n{{ requested[0].nom }}{% endif %}", "j2:2 : "),
        ("\n{% for %}", "j2:2 : ce n'est pas un modèle lisible"),
        ("{{ reference|zut }}", "j2:1 : "),
    ],
)
def test_a_wrong_name_is_told_with_its_line_whatever_branch_it_is_in(text: str, told: str) -> None:
    assert told in refused(text + END)


def test_a_message_that_shows_its_reference_only_sometimes_is_refused() -> None:
    told = refused("{% if editable %}{{ reference }}{% endif %}")
    assert "doit toujours montrer {{ reference }}" in told


def test_what_staff_may_write_is_written() -> None:
    made = texts(
        "{% for section, items in requested|groupby('section') %}{{ loop.index + 1 }}."
        " {{ section|upper }} : {{ items|map(attribute='name')|join(', ') }}"
        "{% if not loop.last %} ; {% endif %}{% else %}rien{% endfor %}" + END
    )
    asked = [Point(name, "s", "", "", "", "r", "e") for name in ("un", "deux")]
    sample = {**SAMPLES["message_request"][0], "requested": asked}
    assert made.render("message_request", **sample).startswith("2. S : un, deux UNC-")


def test_a_text_that_gets_too_long_is_refused_when_it_is_made() -> None:
    made = texts("{% for i in requested %}{{ i.reason }}{% endfor %}" + END)
    long = Point("n", "s", "", "", "", "r" * 10_000, "e")
    sample = {**SAMPLES["message_request"][0], "requested": [long] * 3}
    with pytest.raises(DataFileError, match=f"le texte dépasse {text_limits.LONGEST}") as error:
        made.render("message_request", **sample)
    assert "rrr" not in str(error.value)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_text_of_the_project_goes_with_every_sample(name: str) -> None:
    made = texts((FOLDER / f"{name}.j2").read_text("utf-8"), name)
    assert all(made.render(name, **sample) is not None for sample in SAMPLES[name])


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("zelaprim", "Attendu : celui de la spécialité, dans la base de données publique"),
        (None, "absent. Attendu : un code CIS a 8 chiffres ; celui de la spécialité"),
    ],
)
def test_a_length_is_said_once_and_one_point_is_one(typed: str | None, told: str) -> None:
    row = {151: "EXEMPLUM 1 mg", 152: typed, 154: "sémaglutide", 157: "AMM"}
    dossier, report, verdict = judged({"réponses": {15: [row]}})
    one = JudgedDossier(
        dossier, verdict, dossier.deposited_at, (), typed=typed_at_fault(verdict, report)
    )
    texts = dict(previewed(one, reply_rules=reply_rules(), now=dossier.deposited_at))
    asked = texts["Première demande"].replace("\u202f", " ").replace("\u00a0", " ")
    assert told in asked
    assert asked.count("8 chiffres") == 1
    assert "corrigez ce point," in asked
