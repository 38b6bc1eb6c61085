"""The forms of ``grammaire.yaml``, with names, numbers and letters drawn for each text."""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.triage.patient_data.corpus import Form, form_of, read

SURNAMES = (
    "Kowalczyk",
    "Thibodeaux",
    "Fontanille",
    "Quéméner",
    "Bordenave",
    "Chasseriau",
    "Ndiaye",
    "Ouedraogo",
    "Rakotomalala",
    "Szymański",
    "O'Brien",
    "D'Hondt",
    "Etcheverry",
    "Ruiz-Lopez",
    "Haddouche",
    "Tchoumi",
    "Vandenberghe",
    "Pellissier",
    "Grandjean",
    "Boulanger",
    "Lemoine",
    "Masson",
    "Legrand",
    "Blondel",
    "Roy",
    "Fleury",
    "Poulain",
    "Meunier",
    "Joly",
    "Sauvage",
    "Berger",
    "Carpentier",
    "Marchand",
    "Gaillard",
    "Lacroix",
    "Dos-Santos",
    "Lebrun",
    "Guérin",
    "Delacroix",
    "Rivière",
)
FIRST = (
    "Marie",
    "Pierre",
    "Chloé",
    "Mathilde",
    "Jean-Luc",
    "Anne-Sophie",
    "Ahmed",
    "Karim",
    "Lucas",
    "Emma",
    "Françoise",
    "Jacques",
    "Nadia",
    "Hugo",
    "Manon",
    "Sébastien",
    "Ginette",
    "Odette",
    "Théo",
    "Salomé",
)
RARE = (
    "Euphrasie",
    "Zinaïda",
    "Kofi",
    "Thandiwe",
    "Njara",
    "Oyuki",
    "Ludger",
    "Mahaut",
    "Yseult",
    "Tancrède",
    "Aliénor",
    "Hyacinthe",
    "Xiomara",
    "Priyanka",
    "Wei",
    "Saliou",
    "Aïssata",
    "Enguerrand",
)
_SLOT = re.compile(r"\{([^{}]+)\}")
_LETTERS = "BDFGJKLMNRSTVZ"
_DIGITS = "123456789"
_MALE_FEMALE, _MODULUS = "12", 97


@dataclass
class Filling:
    """The words of one text: the same slot has the same word."""

    rng: random.Random
    known: dict[str, str] = field(default_factory=dict)

    def __call__(self, slot: re.Match[str]) -> str:
        """What stands in place of a slot."""
        name = slot[1]
        if name == "at":
            return slot[0]
        if name.isdigit():
            return self._marked("".join(self.rng.choices(_DIGITS, k=int(name))))
        if name.casefold() in {"nom", "nom2", "n", "prenom", "prenom2"}:
            return self._name(name)
        return self._of(name)

    def _name(self, name: str) -> str:
        base = {"n": "nom"}.get(name.casefold(), name.casefold())
        words = SURNAMES if base.startswith("nom") else FIRST
        taken = [one for one in words if one not in self.known.values()]
        word = self.known.setdefault(base, self.rng.choice(taken))
        if name == "N":
            return word[0]
        return word.upper() if name.isupper() else word.lower() if name.islower() else word

    def _of(self, name: str) -> str:
        if name == "Rare":
            return self.rng.choice(RARE)
        if name in {"A", "B", "C"}:
            return self.rng.choice(_LETTERS)
        if name in {"a", "b"}:
            return self.rng.choice(_LETTERS).lower()
        return self._marked(_NUMBERS[name[:5]](self.rng, name[5:]))

    @staticmethod
    def _marked(text: str) -> str:
        return f"⟦{text}⟧"


def _social(rng: random.Random, how: str) -> str:
    """A social security number of 13 or 15 digits, in one piece or in groups."""
    groups = [
        rng.choice(_MALE_FEMALE),
        *(f"{rng.randint(*both):02}" for both in ((30, 99), (1, 12), (1, 95))),
        *(f"{rng.randint(1, 600):03}" for _ in range(2)),
    ]
    if how.startswith("15"):
        groups.append(f"{_MODULUS - int(''.join(groups)) % _MODULUS:02}")
    sign = how[2:]
    text = (" " if sign == "o" else sign).join(groups)
    return text.replace("0", "O").replace("1", "l") if sign == "o" else text


def _plate(rng: random.Random, _: str) -> str:
    pairs = ["".join(rng.choices(_LETTERS, k=2)) for _ in range(2)]
    return f"{pairs[0]}-{rng.randint(100, 999)}-{pairs[1]}"


_NUMBERS: Mapping[str, Callable[[random.Random, str], str]] = {
    "nir13": lambda rng, how: _social(rng, f"13{how}"),
    "nir15": lambda rng, how: _social(rng, f"15{how}"),
    "plaqu": _plate,
    "passe": lambda rng, _: f"{rng.randint(10, 99)}AB{rng.randint(10_000, 99_999)}",
    "cni": lambda rng, _: "".join(rng.choices(_DIGITS, k=12)),
    "iban": lambda rng, _: (
        "FR76 " + " ".join("".join(rng.choices(_DIGITS, k=4)) for _ in range(5)) + " 123"
    ),
    "cle": lambda rng, _: str(rng.randint(10, 97)),
}


def grown(seed: int) -> Mapping[str, tuple[Form, ...]]:
    """A text of each form, by kind: another seed gives other names and numbers."""
    rng = random.Random(seed)
    return {
        kind: tuple(form_of(_SLOT.sub(Filling(rng), one)) for one in texts)
        for kind, texts in read("grammaire").items()
    }
