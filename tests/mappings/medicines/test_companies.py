"""Names of one company, as people write them and as BDPM does."""

import pytest

from mappings.medicines.companies import same_company


@pytest.mark.parametrize(
    ("declared", "holder"),
    [
        ("Pseudonyme Génériques", "LABORATOIRES PSEUDONYME"),
        ("Maquette Biomédicaments", "LABORATOIRES MAQUETTE"),
        ("Postulat & Fils Pharma", "LABORATOIRES POSTULAT"),
        ("pseudonyme", "PSEUDONYME SANTÉ S.A.S. (IRLANDE)"),
        ("Groupe Parabole International", "PARABOLE DEUTSCHLAND GmbH"),
        ("Sanofi-Aventis France", "SANOFI WINTHROP INDUSTRIE"),
        ("EG Labo", "EG LABO - LABORATOIRES EUROGENERICS"),
        ("Les Laboratoires Servier", "SERVIER"),
        ("M.S.D. France", "MERCK SHARP & DOHME (PAYS-BAS)"),
        ("Bristol Myers Squibb", "BRISTOL-MYERS SQUIBB PHARMA EEIG (IRLANDE)"),
        ("Glaxo Smith Kline", "LABORATOIRE GLAXOSMITHKLINE"),
        ("Zentivva", "ZENTIVA FRANCE"),
        ("Merck Santé", "MERCK"),
        ("Laboratoires Pharma", "laboratoires  PHARMA"),
    ],
)
def test_one_company_however_it_is_written(declared: str, holder: str) -> None:
    assert same_company(declared, holder)
    assert same_company(holder, declared)


@pytest.mark.parametrize(
    ("declared", "holder"),
    [
        ("Postulat & Fils Pharma", "LABORATOIRES PARABOLE"),
        ("Sandoz", "SANOFI WINTHROP INDUSTRIE"),
        ("Laboratoires Pierre Dupont", "PIERRE FABRE MEDICAMENT"),
        ("Pfizer France", "NOVARTIS EUROPHARM (IRLANDE)"),
        ("Viatris Santé", "TEVA SANTE"),
        ("Sun Pharma France", "SANDOZ FRANCE"),
        ("Merck Santé", "MERCK SHARP & DOHME (PAYS-BAS)"),
        ("Laboratoires Génériques de France", "LABORATOIRES PARABOLE"),
        ("Laboratoires Pharma", "PHARMA SANTE FRANCE"),
        ("Biogen", "BIOGARAN"),
    ],
)
def test_two_companies(declared: str, holder: str) -> None:
    assert not same_company(declared, holder)
    assert not same_company(holder, declared)
