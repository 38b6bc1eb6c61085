"""What was learned, weighed by the product, is what CRFsuite itself says of the same texts."""

from pycrfsuite import Tagger

from tests.triage.patient_data.corpus import forms, others
from triage.patient_data.learned.likelihood import Likelihoods
from triage.patient_data.learned.tagger import MODEL
from triage.patient_data.learned.traits import tokens, traits
from triage.patient_data.learned.weights import LABELS, OTHER, read_weights
from triage.patient_data.plain import plain


def test_words_are_as_likely_as_crfsuite_says() -> None:
    tagger = Tagger()
    tagger.open(str(MODEL))
    likelihoods = Likelihoods(read_weights(MODEL))
    texts = [one.text for of_kind in forms("serie-k").values() for one in of_kind[:6]]
    texts += [one for of_kind in others().values() for one in of_kind[:6]]
    texts += ["Oui", "J.D.", "né le 12/03/1956", "A", "DUPONT\nMarie, 67 ans", "…"]
    somebody = 0
    for text in map(plain, texts):
        words = tokens(text.text)
        tagger.set(traits(text.text, words))
        expected = [1 - tagger.marginal(OTHER, at) for at in range(len(words))]
        ours = likelihoods.of(words)
        assert all(abs(one - other) < 1e-12 for one, other in zip(ours, expected, strict=True))
        somebody += max(ours) > 0.6
    assert 10 < somebody < len(texts) - 10


def test_every_trait_and_label_of_the_file_is_read() -> None:
    tagger = Tagger()
    tagger.open(str(MODEL))
    assert set(tagger.labels()) == set(LABELS)
    weights = read_weights(MODEL)
    assert len(weights.traits) > 30_000
    assert weights.told(["all:patients", "of no text"]) == weights.traits["all:patients"]
    assert all(map(any, weights.steps))
