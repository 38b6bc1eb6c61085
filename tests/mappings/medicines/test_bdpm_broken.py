"""Broken BDPM files: each is refused with its file, line and remedy; what is missing is unknown."""

import gzip
import zipfile
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path

import pytest

from mappings.medicines.bdpm_check import check_file
from mappings.medicines.bdpm_files import (
    ALL_FILES,
    ASMR,
    COMPOSITIONS,
    CONDITIONS,
    HAS_LINKS,
    INFORMATION,
    MITM,
    PRESENTATIONS,
    SHORTAGES,
    SMR,
    SPECIALITIES,
    FileSpec,
    rows_of,
)
from mappings.medicines.columns import UNKNOWN
from mappings.medicines.facts import facts_of
from mappings.medicines.html_text import plain
from mappings.medicines.match import Declared, Matcher
from mappings.medicines.reference import Medicine, Reference, build_reference

CIS, OTHER = "61234567", "69876543"
PACK, SECOND = "3400930000011", "3400930000028"


def line(*cells: str) -> str:
    return "\t".join(cells)


def speciality(cis: str = CIS, **changed: str) -> str:
    cells = {
        "cis": cis, "name": "EXEMPLINE 10 mg, comprimé", "form": "comprimé", "routes": "orale",
        "status": "Autorisation active", "procedure": "Procédure nationale",
        "marketing": "Commercialisée", "on": "01/02/2003", "flag": "", "eu": "",
        "holders": " LABORATOIRE EXEMPLE", "reinforced": "Non",
    }  # fmt: skip
    return line(*(cells | changed).values())


GOOD: Mapping[FileSpec, tuple[str, ...]] = {
    SPECIALITIES: (speciality(), speciality(OTHER, name="AUTRÉLINE 5 mg, gélule")),
    PRESENTATIONS: (
        line(CIS, "3000001", "boîte de 30", "Présentation active", "Déclaration de "
             "commercialisation", "01/02/2003", PACK, "oui", "65%", "1,00", "2,00", "1,02", ""),
        line(OTHER, "3000002", "boîte de 90", "Présentation abrogée", "Arrêt", "01/02/2003",
             SECOND, "non", "", "", "", "", ""),
    ),
    COMPOSITIONS: (line(CIS, "comprimé", "00123", "EXEMPLINE", "10 mg", "un", "SA", "1"),),
    CONDITIONS: (line(CIS, "liste I"), line(OTHER, "réservé à l’usage hospitalier")),
    SHORTAGES: (
        line(CIS, "", "2", "Tension d'approvisionnement", "01/03/2026", "01/04/2026", "",
             "https://example.invalid/tension"),
    ),
    MITM: (line(CIS, "N05BA01", "EXEMPLINE", "https://example.invalid/mitm"),),
    SMR: (line(CIS, "CT-1", "Inscription (CT)", "20200115", "Important", "Texte"),),
    ASMR: (line(CIS, "CT-1", "Inscription (CT)", "20200115", "V", "Texte"),),
    HAS_LINKS: (line("CT-1", "https://example.invalid/avis"),),
    INFORMATION: (line(CIS, "01/02/2026", "", "<a href='https://example.invalid/1'>Rappel</a>"),),
}  # fmt: skip


def written(spec: FileSpec) -> bytes:
    return "".join(f"{one}\r\n" for one in GOOD[spec]).encode("cp1252")


def reference(**files: bytes) -> Reference:
    """The good files, with those given in place of theirs: b"" for an absent one."""

    def rows(spec: FileSpec) -> Iterator[list[str] | None]:
        content = files.get(spec.name.removesuffix(".txt"), written(spec))
        yield from rows_of(content, spec)

    return build_reference(rows, version="essai")


def doubt(content: bytes, spec: FileSpec, *, before: bytes | None = None) -> str:
    told, found = check_file(content, spec, listed={CIS, OTHER}, before=before)
    assert found is not None, told
    assert found.text.startswith(spec.name)
    assert "télécharg" in found.text or "décompressez" in found.text
    assert "\n" not in found.text
    return found.text


@pytest.mark.parametrize("spec", ALL_FILES, ids=lambda one: one.name)
def test_a_good_file_is_read_whole(spec: FileSpec) -> None:
    told, found = check_file(written(spec), spec, listed={CIS, OTHER}, before=written(spec))
    assert (told.lines, told.refused, found) == (len(GOOD[spec]), (), None)


def zipped(content: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("un.txt", content)
    return out.getvalue()


@pytest.mark.parametrize("spec", ALL_FILES, ids=lambda one: one.name)
@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda _: b"", "vide"),
        (lambda _: b"\xef\xbb\xbf", "vide"),
        (lambda _: b"\r\n \t\r\n", "vide"),
        (lambda _: b"\n<!DOCTYPE html>\n<html><body>503</body></html>", "page web"),
        (lambda _: b'\xef\xbb\xbf<?xml version="1.0"?><Error/>', "page web"),
        (zipped, "archive"),
        (gzip.compress, "archive"),
        (lambda good: good + b"\0\0", "octet nul"),
        (lambda good: good.decode("cp1252").encode("utf-16"), "octet nul"),
        (lambda good: good.replace(b"\t", b" "), "ligne 1"),
        (lambda good: good.replace(b"\t", b";"), "ligne 1"),
        (lambda _: b"CIS\tColonne\r\n", "ligne 1"),
        (lambda good: b"%PDF-1.7 \xff\xfe\r\n" + good, "ligne 1"),
        (lambda good: b'"' + good.replace(b"\t", b'"\t"'), "ligne 1"),
    ],
    ids=["empty", "bom", "blank", "html", "xml", "zip", "gzip", "nul", "utf-16", "spaces", "csv",
         "header alone", "pdf", "quoted"],
)  # fmt: skip
def test_what_is_no_such_file_is_refused(
    spec: FileSpec, spoil: Callable[[bytes], bytes], told: str
) -> None:
    assert told in doubt(spoil(written(spec)), spec)


@pytest.mark.parametrize("spec", ALL_FILES, ids=lambda one: one.name)
def test_a_column_more_is_seen_wherever_it_is(spec: FileSpec) -> None:
    for place in range(min(spec.columns - spec.text_last, max(spec.shapes) + 1)):
        rows = [one.split("\t") for one in GOOD[spec]]
        content = "\n".join(line(*one[:place], "x", *one[place:]) for one in rows)
        assert "ligne 1" in doubt(content.encode(), spec), place


@pytest.mark.parametrize("spec", ALL_FILES, ids=lambda one: one.name)
def test_a_code_of_another_length_is_seen(spec: FileSpec) -> None:
    if spec is HAS_LINKS:
        return
    for code in ("6123456", "612345678", "6123456A", "٦١٢٣٤٥٦٧", ""):
        content = "\n".join([*GOOD[spec], line(code, *GOOD[spec][0].split("\t")[1:])])
        assert f"ligne {len(GOOD[spec]) + 1}" in doubt(content.encode(), spec)


@pytest.mark.parametrize("spec", ALL_FILES, ids=lambda one: one.name)
@pytest.mark.parametrize("other", ALL_FILES, ids=lambda one: one.name)
def test_two_files_that_were_swapped_are_seen(spec: FileSpec, other: FileSpec) -> None:
    if spec is not other and spec is not CONDITIONS:
        assert "ligne 1" in doubt(written(other), spec)


@pytest.mark.parametrize(
    ("spec", "before", "after", "told"),
    [
        (SPECIALITIES, "01/02/2003", "2003-02-01", "date jj/mm/aaaa"),
        (SPECIALITIES, "01/02/2003", "31/02/2003", "date jj/mm/aaaa"),
        (SPECIALITIES, "\tNon", "\tN", "« Oui » ou « Non »"),
        (SPECIALITIES, "\tNon", "", "11 colonnes au lieu de 12"),
        (SPECIALITIES, "Autorisation active", "Commercialisée", "statut d'autorisation"),
        (SPECIALITIES, "Commercialisée", "Autorisation active", "état de commercialisation"),
        (SPECIALITIES, "AUTRÉLINE", "AUTRÃ‰LINE", "encodés deux fois"),
        (SPECIALITIES, "AUTRÉLINE", "AUTR\ufffdLINE", "illisibles"),
        (PRESENTATIONS, PACK, PACK[:-1], "CIP13"),
        (PRESENTATIONS, PACK, "3,40093E+12", "CIP13"),
        (SHORTAGES, "01/04/2026", "2026-04-01", "date jj/mm/aaaa"),
        (SHORTAGES, "\t2\t", "\tTension\t", "disponibilité"),
        (COMPOSITIONS, "\tSA\t", "\tXX\t", "« SA » ou « FT »"),
        (MITM, "N05BA01", "EXEMPLINE", "code ATC"),
        (SMR, "20200115", "15/01/2020", "aaaammjj"),
        (ASMR, "20200115", "20201301", "aaaammjj"),
        (SMR, "Important", "IV", "SMR"),
        (INFORMATION, "01/02/2026", "20260201", "date jj/mm/aaaa"),
    ],
)
def test_a_cell_that_cannot_be_is_told(spec: FileSpec, before: str, after: str, told: str) -> None:
    content = "\n".join(GOOD[spec]).replace(before, after)
    assert told in doubt(content.encode(), spec)


def test_a_file_cut_in_a_row_is_seen() -> None:
    content = written(SPECIALITIES)
    for end in range(content.rindex(b"69876543") + 4, len(content) - 4, 7):
        assert "ligne 2" in doubt(content[:end], SPECIALITIES)


@pytest.mark.parametrize("spec", [CONDITIONS, SMR, ASMR, INFORMATION], ids=lambda one: one.name)
def test_a_file_cut_in_its_last_text_is_seen_beside_the_version_in_use(spec: FileSpec) -> None:
    content = written(spec)
    for end in (content[:-2], content[:-4], content[:-5]):
        assert "sa dernière ligne n'a pas de fin" in doubt(end, spec, before=content)
        assert check_file(end, spec, listed={CIS, OTHER}, before=content[:-2])[1] is None
    assert check_file(content + b" \t", spec, listed={CIS, OTHER}, before=content)[1] is None


def test_a_file_that_lost_its_last_lines_is_seen_though_they_are_few() -> None:
    codes = [f"6{number:07}" for number in range(400)]
    former = "".join(f"{line(one, 'liste I')}\r\n" for one in codes).encode()

    def found(kept: list[str], listed: list[str], spec: FileSpec = CONDITIONS) -> str:
        content = "".join(f"{line(one, 'liste I')}\r\n" for one in kept).encode()
        told = check_file(content, spec, listed=set(listed), before=former)[1]
        return told.text if told else ""

    assert "coupé avant sa fin" in found(codes[:380], codes)
    assert found(codes[:381], codes) == ""  # one of the last is there
    assert found(codes[20:], codes) == ""
    assert found(codes[:380], codes[:389]) == ""  # most of them are no speciality any more
    assert "coupé avant sa fin" in found(codes[:380], codes[:390])
    assert found(codes[:380][::-1] + codes[395:], codes) == ""  # in another order
    former = former.replace(b"liste I", b"liste II") + former  # other rows of the same ones
    assert "coupé avant sa fin" in found(codes + codes[:380], codes)
    assert found(codes + codes, codes) == ""
    whole = "".join(f"{speciality(one)}\r\n" for one in codes)
    cut = whole.encode()[: whole.encode().index(codes[380].encode())]
    assert "coupé avant sa fin" in doubt(cut, SPECIALITIES, before=whole.encode())


def test_a_speciality_that_is_there_twice_and_differs_is_seen() -> None:
    twice = "\n".join([speciality(), speciality(status="Autorisation abrogée")])
    assert "déjà sur une autre ligne" in doubt(twice.encode(), SPECIALITIES)
    same = f"{speciality()}\n{speciality()}".encode()
    assert check_file(same, SPECIALITIES, listed=set(), before=None)[1] is None


def test_a_file_that_lost_too_much_is_doubtful_and_the_share_is_said() -> None:
    many = [line(CIS, f"condition {number}") for number in range(100)]
    former = "\n".join(many).encode()
    told = doubt("\n".join(many[:89]).encode(), CONDITIONS, before=former)
    assert "89 lignes, contre 100" in told
    assert "10\N{NO-BREAK SPACE}% en moins" in told
    kept = "\n".join(many[:90]).encode()
    assert check_file(kept, CONDITIONS, listed={CIS}, before=former)[1] is None


def test_an_edition_of_another_year_is_doubtful() -> None:
    former = written(SHORTAGES)
    older = former.replace(b"/2026", b"/2024")
    assert "plus ancien" in doubt(older, SHORTAGES, before=former)
    assert check_file(former, SHORTAGES, listed={CIS}, before=older)[1] is None


def test_files_of_two_editions_are_doubtful_together() -> None:
    told, found = check_file(written(CONDITIONS), CONDITIONS, listed={OTHER}, before=None)
    assert (told.read, told.joined) == (2, 1)
    assert found is not None
    assert "CIS_bdpm.txt n'a pas" in found.text


def test_each_line_is_decoded_by_itself() -> None:
    odd = line(OTHER, "réservé à l’usage hospitalier")
    content = line(CIS, "prescription réservée").encode() + b"\n" + odd.encode("cp1252")
    rows = [row for row in rows_of(content, CONDITIONS) if row]
    assert [row[1] for row in rows] == ["prescription réservée", "réservé à l’usage hospitalier"]
    assert check_file(content, CONDITIONS, listed={CIS, OTHER}, before=None)[0].encoding == (
        "utf-8 et cp1252"
    )


def medicine(**files: bytes) -> Medicine:
    return reference(**files).medicines[CIS]


def shown(**files: bytes) -> dict[str, str]:
    return facts_of(Matcher(reference(**files)).match(Declared(cis=CIS)))


def test_a_medicine_of_no_list_is_not_a_mitm_where_the_list_is_whole() -> None:
    whole = reference()
    assert (whole.medicines[CIS].major, whole.medicines[OTHER].major) == (True, False)
    assert whole.unread == frozenset()


@pytest.mark.parametrize("content", [b"", b"6123\tN05BA01\tX\t\n", b"\n\n"])
def test_without_the_list_nothing_is_said_not_to_be_a_mitm(content: bytes) -> None:
    assert medicine(CIS_MITM=content).major is None
    told = shown(CIS_MITM=content)
    assert (told["bdpm_mitm"], told["bdpm_atc"]) == (UNKNOWN, UNKNOWN)


def test_a_list_read_in_part_says_yes_and_never_no() -> None:
    content = written(MITM) + b"abcd\tX\n"
    part = reference(CIS_MITM=content)
    assert (part.medicines[CIS].major, part.medicines[OTHER].major) == (True, None)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("CIS_COMPO_bdpm", {"bdpm_substances"}),
        ("CIS_CPD_bdpm", {"bdpm_conditions"}),
        ("CIS_CIP_Dispo_Spec", {"bdpm_rupture"}),
        ("CIS_HAS_SMR_bdpm", {"bdpm_smr"}),
        ("CIS_HAS_ASMR_bdpm", {"bdpm_asmr"}),
        ("CIS_InfoImportantes", {"bdpm_informations"}),
        ("CIS_CIP_bdpm", set()),
    ],
)
def test_what_a_missing_file_would_tell_is_unknown(name: str, columns: set[str]) -> None:
    told = shown(**{name: b""})
    assert {column for column, text in told.items() if text == UNKNOWN} == columns


def test_a_code_is_not_said_unknown_where_its_file_is_missing() -> None:
    matcher = Matcher(reference(CIS_CIP_bdpm=b""))
    (remark,) = matcher.match(Declared(cis=CIS, cip=PACK)).remarks
    assert remark == "code CIP non vérifié (CIS_CIP_bdpm.txt absent ou lu en partie)"
    part = Matcher(reference(CIS_bdpm=written(SPECIALITIES) + b"612\tX\n"))
    assert "code CIS non vérifié" in part.match(Declared(cis="60000000")).remarks[0]
    assert "code CIS inconnu" in Matcher(reference()).match(Declared(cis="60000000")).remarks[0]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("L&RSQUO;ARYLSULFATASE A", "L’ARYLSULFATASE A"),
        ("IMUKIN 2 x 10<sup>6</sup> UI", "IMUKIN 2 x 10⁶ UI"),
        ("10<SUP>-3</SUP> M, H<sub>2</sub>O", "10⁻³ M, H₂O"),
        ("PROG&EACUTE;NITRICES", "PROGÉNITRICES"),
        ("P&amp;G &amp;eacute;tude", "P&G étude"),
        ("KREUSSLER & CO, P&G, R&Dcopy", "KREUSSLER & CO, P&G, R&Dcopy"),
        ("< 5 mg et > 2 mg", "< 5 mg et > 2 mg"),
        ("<p>un<br/>deux</p>", "un deux"),
        ("X&#8217;Y &#x2019; &inconnue;", "X’Y ’ &inconnue;"),
        ("<i>Vibrio</i>phage", "Vibriophage"),
    ],
)
def test_html_is_read_as_text(html: str, text: str) -> None:
    assert plain(html) == text


def test_holders_with_entities_are_not_cut_at_their_end() -> None:
    content = speciality(holders=" P&amp;G HEALTH ; L&apos;EXEMPLE (PAYS-BAS)").encode()
    assert medicine(CIS_bdpm=content).holders == ("P&G HEALTH", "L'EXEMPLE (PAYS-BAS)")


@pytest.mark.parametrize("status", ["Autorisation suspendue", "AUTORISATION  SUSPENDUE"])
def test_a_suspended_authorisation_is_an_alert(status: str) -> None:
    content = speciality(status=status).encode()
    assert medicine(CIS_bdpm=content).suspended
    assert shown(CIS_bdpm=content)["bdpm_etat"].startswith("Alerte\u00a0: autorisation")


def test_one_tension_is_told_once_with_its_presentations() -> None:
    told = ("2", "Tension d'approvisionnement", "18/03/2024", "18/06/2024", "", "https://x.invalid")
    rows = [line(CIS, PACK, *told), line(CIS, SECOND, *told), line(CIS, PACK, *told)]
    assert shown(CIS_CIP_Dispo_Spec="\n".join(rows).encode())["bdpm_rupture"] == (
        "Tension d’approvisionnement depuis le 18/03/2024"
        f" (présentations\u00a0: boîte de 30 {PACK}, boîte de 90 {SECOND})"
    )
    every = "\n".join([*rows, line(CIS, "", *told)]).encode()
    assert shown(CIS_CIP_Dispo_Spec=every)["bdpm_rupture"] == (
        "Tension d’approvisionnement depuis le 18/03/2024"
    )


def test_opinions_and_safety_information_are_joined() -> None:
    told = shown()
    assert told["bdpm_smr"] == (
        "Important, 15/01/2020, Inscription (CT), https://example.invalid/avis"
    )
    assert told["bdpm_asmr"].startswith("V, 15/01/2020")
    assert told["bdpm_informations"] == (
        "depuis le 01/02/2026\u00a0: Rappel (https://example.invalid/1)"
    )


def test_opinions_are_told_the_latest_first_and_the_rest_counted() -> None:
    rows = [
        line(
            CIS,
            f"CT-{year}",
            "Renouvellement",
            f"{year}0101",
            "Modéré",
            "<br>a\tb\r\nsuite du texte",
        )
        for year in (2011, 2019, 2015, 2007)
    ]
    one = medicine(CIS_HAS_SMR_bdpm="\r\n".join(rows).encode("cp1252"))
    assert [opinion.on.year for opinion in one.smr if opinion.on] == [2019, 2015, 2011, 2007]
    content = "\r\n".join(rows).encode("cp1252")
    assert shown(CIS_HAS_SMR_bdpm=content)["bdpm_smr"].endswith("; et 1 autre")


@pytest.mark.parametrize("name", ["bdpm", "bdpm_reel"])
def test_no_published_line_is_called_broken(name: str) -> None:
    folder, listed = Path(__file__).parents[2] / "data" / name, set[str]()
    for spec in ALL_FILES[:6]:
        content = (folder / spec.name).read_bytes()
        assert check_file(content, spec, listed=listed, before=content)[0].refused == ()
