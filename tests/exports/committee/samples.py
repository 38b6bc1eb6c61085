"""Fiches to lay out: one as a person would write it, and any at all."""

from hypothesis import strategies as st

from triage.registre.committee.fiche import CentreAnswer, Fiche, MeasureLine, Reader, SourceLine


def sample(reader: Reader = "agence") -> Fiche:
    """A fiche of texts that hold."""
    ours = reader == "agence"
    head = (
        ("État", "Suivi de l’impact, depuis le 28/12/2025"),
        ("Niveau de risque", "Élevé"),
        ("Substances", "néfopam"),
    )
    return Fiche(
        reader=reader,
        situation="SIT-0012",
        meeting="SEA-0003, séance du 15/12/2026",
        rapporteur="A. Durand",
        state_on="État au 29/11/2026, tel que connu le 29/11/2026",
        versions="registre.yaml 2026.1",
        title="Néfopam injectable avalé",
        question="Faut-il informer les prescripteurs ?",
        head=(*head, *(("Pilote", "A. Durand"),) * 5) if ours else head,
        figures=(("Signalements", "18"), ("Patients estimés", "12 000 à 14 500")),
        authorised="Voie injectable « intraveineuse lente ».",
        observed="Voie orale, sur un sucre ; œdème rapporté.",
        summary="Ce médicament est prévu pour être injecté. Des patients l’avalent.",
        justification="Convulsions rapportées." if ours else "",
        years=("2025", "2026"),
        sources=(SourceLine("CRPV", ("10", "8"), "18"),),
        companies="Laboratoires Fictifs" if ours else "",
        consumption=("boîtes : 1 200 en 2025",) if ours else (),
        availability=("MITM : oui",),
        measures=(MeasureLine("MES-0001, PGR", "mise en œuvre le 28/12/2025", "baisse"),),
        answers=(CentreAnswer("Lyon", "D’autres cas ?", "Deux, non graves."),) if ours else (),
        cautions=("Les signalements mesurent la déclaration, pas l’usage.",),
    )


_TEXT = st.one_of(
    st.text(max_size=40),
    st.text(st.characters(codec="cp1252"), max_size=900),
    st.integers(0, 1500).map(lambda size: "M" * size),
    st.integers(0, 200).map(lambda size: "mot long " * size),
    st.integers(0, 200).map(lambda size: "ÉTÉ\n\t" * size),
)


@st.composite
def fiches(draw: st.DrawFn) -> Fiche:
    """Any fiche: texts and tables of any length."""
    reader: Reader = draw(st.sampled_from(["agence", "patients"]))
    ours = reader == "agence"
    years = ("avant", "2022", "2023", "2024", "2025", "2026") if ours else ()
    pairs = st.tuples(_TEXT, _TEXT)
    size = 8 if ours else 3
    return Fiche(
        reader=reader,
        situation=draw(_TEXT),
        meeting=draw(_TEXT),
        rapporteur=draw(_TEXT),
        state_on=draw(_TEXT),
        versions=draw(_TEXT),
        title=draw(_TEXT),
        question=draw(_TEXT),
        head=tuple(draw(st.lists(pairs, min_size=size, max_size=size))),
        figures=tuple((f"n{place}", draw(_TEXT)) for place in range(5 if ours else 4)),
        authorised=draw(_TEXT),
        observed=draw(_TEXT),
        summary=draw(_TEXT),
        justification=draw(_TEXT) if ours else "",
        years=years,
        sources=tuple(
            SourceLine(draw(_TEXT), tuple(draw(_TEXT) for _ in years), draw(_TEXT))
            for _ in range(draw(st.integers(0, 13)))
        ),
        companies=draw(_TEXT) if ours else "",
        consumption=(draw(_TEXT),) if ours else (),
        availability=(draw(_TEXT), draw(_TEXT)),
        measures=tuple(
            MeasureLine(draw(_TEXT), draw(_TEXT), draw(_TEXT))
            for _ in range(draw(st.integers(0, 15)))
        ),
        answers=tuple(
            CentreAnswer(draw(_TEXT), draw(_TEXT), draw(_TEXT))
            for _ in range(draw(st.integers(0, 9)))
        )
        if ours
        else (),
        cautions=(draw(_TEXT), draw(_TEXT)),
    )


def longest(reader: Reader) -> Fiche:
    """A fiche that fills every line of every part."""
    text, ours = "mot assez long " * 120, reader == "agence"
    years = ("avant", "2022", "2023", "2024", "2025", "2026") if ours else ()
    return Fiche(
        reader=reader,
        situation=text,
        meeting=text,
        rapporteur=text,
        state_on=text,
        versions=text,
        title=text,
        question=text,
        head=((text, text),) * (8 if ours else 3),
        figures=tuple((f"{text}{place}", text) for place in range(5 if ours else 4)),
        authorised=text,
        observed=text,
        summary=text,
        justification=text if ours else "",
        years=years,
        sources=(SourceLine(text, (text,) * len(years), text),) * 20,
        companies=text if ours else "",
        consumption=(text,) if ours else (),
        availability=(text,),
        measures=(MeasureLine(text, text, text),) * 20,
        answers=(CentreAnswer(text, text, text),) * 20 if ours else (),
        cautions=(text,),
    )
