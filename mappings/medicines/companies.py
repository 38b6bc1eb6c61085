"""Whether two names are of one company: as people write it, and as BDPM does. Pure.

« Pseudonyme Génériques » and « LABORATOIRES PSEUDONYME » are: legal forms, countries, trades and
words of a group tell a company from its sisters, never from another.
"""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from french.text import fold

_BESIDE = """
ab ag aps as asbl bv bvba co company compagnie cie corp corporation cv eeig eirl ev eurl gie gmbh
inc incorporated kft kg kgaa limited llc llp lp ltd mbh nv oy oyj plc pty sa sarl sas sasu sc sca
scop se sl slu snc spa spol sprl srl sro zoo

arzneimittel biologics biomedicament biomedicaments biosciences biosimilaires biotech
biotechnologies care chimie consumer dermatologie distribution europharm exploitant farma
farmaceutica generic generics generique generiques health healthcare industrie industries lab labo
laboratoire laboratoires laboratories laboratory labs laboratorios medical medicament medicaments
medicine medicines oncologie ophtalmologie pharm pharma pharmaceutical pharmaceuticals
pharmaceutique pharmaceutiques pharmacie produits registration research sante science sciences
therapeutics titulaire trading vaccins vaccines

and associes aventis brothers de des du et exploitation filiale filiales fils freres global group
groupe grupo gruppe holding holdings international la le les ma operations participation
participations services site societe sons the und winthrop worldwide

allemagne austria autriche bas belgique belgium canada chypre danemark denmark deutschland espagne
espana europe european finlande france francais francaise germany grece hongrie iberia inde india
ireland irlande islande italia italie italy japon kingdom luxembourg malta malte nederland
netherlands norvege pays pologne portugal roumanie royaume schweiz slovaquie slovenie spain suede
suisse sweden switzerland tcheque uk uni united usa
"""
"""Words that many companies have: legal forms, trades, words of a group, countries."""
_ASIDE = re.compile(r"\([^)]*\)")
_INITIALS = re.compile(r"\b(?:[a-z]\.){2,}")
_COMMON = frozenset(_BESIDE.split())
_WORD = re.compile(r"[^\W_]+")
_MISSPELT, _LONG = 85.0, 5
"""Likeness from which a word so long is another one misspelt: one letter in seven."""
_ACRONYM = 3
_STRANGERS = ({"merck"}, {"merck", "sharp", "dohme"})
"""Merck KGaA and Merck Sharp & Dohme have had nothing in common since 1917 but a name."""


def same_company(one: str, other: str) -> bool:
    """Whether two names may be of one company, or of two of a group.

    One of them holds what is proper to the other, spelt nearly so, or is its initials. A name of
    which nothing is proper (« Laboratoires Pharma ») is another's only whole.
    """
    mine, theirs = _proper(one), _proper(other)
    if {*mine} in _STRANGERS and {*theirs} in _STRANGERS:
        return {*mine} == {*theirs}
    if not (mine and theirs):
        return fold(one) == fold(other)
    fewer, more = sorted((mine, theirs), key=len)
    if "".join(fewer) == "".join(more):
        return True
    if len(fewer) == 1 and len(fewer[0]) >= _ACRONYM and fewer[0] == "".join(w[0] for w in more):
        return True
    return all(any(_alike(word, beside) for beside in more) for word in fewer)


def _proper(name: str) -> Sequence[str]:
    """The words that are a company's own, in order; what is in brackets is a country or a site."""
    folded = _INITIALS.sub(lambda found: found[0].replace(".", ""), fold(name))
    words = _WORD.findall(_ASIDE.sub(" ", folded)) or _WORD.findall(folded)
    return [word for word in words if word not in _COMMON and not word.isdigit() and len(word) > 1]


def _alike(one: str, other: str) -> bool:
    long = min(len(one), len(other)) >= _LONG
    return one == other or (long and fuzz.ratio(one, other) >= _MISSPELT)
