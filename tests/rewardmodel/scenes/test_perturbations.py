"""Perturbations: false where altered, true elsewhere, and marked exactly."""

import re
from collections import Counter, defaultdict
from itertools import pairwise
from random import Random

import pytest

from rewardmodel.scenes import Caption, Perturbed, Scene, describe, make_scene, perturb
from rewardmodel.scenes.captions import Sentence, caption_of
from rewardmodel.scenes.claims import Backdrop, Mention, Related, Sighting
from rewardmodel.scenes.layout import Box, Group, Small
from rewardmodel.scenes.rewordings import REWORDINGS, Source
from rewardmodel.scenes.worlds import PICTURE_BOOK
from rewardmodel.taxonomy import KINDS, Kind

Examples = list[tuple[Scene, Caption]]
Wrong = list[tuple[Scene, Caption, Kind, Perturbed]]

# What agreement alone may change outside the spans: articles, verbs, pronouns, and the number of what is worn or carried.
AGREEMENT = {
    "are": "is",
    "have": "has",
    "they": "it",
    "fly": "flies",
    "give": "gives",
    **{verb: verb + "s" for verb in ("stand", "sit", "wait", "lie", "hang", "float", "read", "say", "show", "wear")},
}
PLURALS = {
    "hats": "hat",
    "flags": "flag",
    "bells": "bell",
    "baskets": "basket",
    "cushions": "cushion",
    "tails": "tail",
    "candles": "candle",
}


@pytest.fixture(scope="module")
def wrong(examples: Examples) -> Wrong:
    """Every perturbation that the examples allow."""
    found = [(scene, caption, kind, perturb(scene, caption, kind, 1)) for scene, caption in examples for kind in KINDS]
    return [(scene, caption, kind, perturbed) for scene, caption, kind, perturbed in found if perturbed is not None]


def test_each_kind_applies_to_many_scenes(examples: Examples, wrong: Wrong) -> None:
    shares = {kind: count / len(examples) for kind, count in Counter(kind for _, _, kind, _ in wrong).items()}
    assert min(shares[kind] for kind in KINDS) > 0.38, shares


def test_perturbed_text_differs_and_its_spans_carry_the_kind(wrong: Wrong) -> None:
    for _, caption, kind, perturbed in wrong:
        assert perturbed.text != caption.text
        assert perturbed.spans
        assert all(span.kind is kind and span.end <= len(perturbed.text) for span in perturbed.spans)


def test_spans_are_in_order_apart_and_without_white_space_around(wrong: Wrong) -> None:
    for _, _, _, perturbed in wrong:
        assert all(one.end < two.start for one, two in pairwise(perturbed.spans))
        for span in perturbed.spans:
            marked = perturbed.text[span.start : span.end]
            assert re.fullmatch(r"[A-Za-z]+( [a-z]+)*", marked), perturbed


def test_text_outside_the_spans_is_the_original_but_for_agreement(wrong: Wrong) -> None:
    for _, caption, _, perturbed in wrong:
        pieces, end = [], 0
        for span in perturbed.spans:
            pieces.append(perturbed.text[end : span.start])
            end = span.end
        pieces.append(perturbed.text[end:])
        pattern = ".*".join(re.escape(_plain(piece)) for piece in pieces)
        assert re.fullmatch(pattern, _plain(caption.text)), (caption.text, perturbed)


def _plain(text: str) -> str:
    """Lower case, without articles and stops, and with agreement undone."""
    words = [AGREEMENT.get(word, PLURALS.get(word, word)) for word in re.findall(r"\w+", text.lower())]
    return " ".join(word for word in words if word not in {"a", "an", "one"})


def test_exactly_the_altered_claims_are_false(examples: Examples) -> None:
    """Checked on the rewordings, which know their claims: an accepted one makes an altered claim false, never another."""
    for scene, caption in examples[:600]:
        for kind in KINDS:
            source = Source(scene, caption.claims, Random(3))
            for claims in REWORDINGS[kind](source):
                altered = [new for old, new in zip(caption.claims, claims, strict=True) if old != new]
                assert altered
                assert not any(claim.is_true(scene) for claim in altered), (kind, altered)


def test_perturbation_is_the_same_for_the_same_seed(examples: Examples) -> None:
    for scene, caption in examples[:100]:
        for kind in KINDS:
            assert perturb(scene, caption, kind, 9) == perturb(scene, caption, kind, 9)


def test_perturbed_grammar_stays_good(wrong: Wrong) -> None:
    for _, _, _, perturbed in wrong:
        for found, following in re.findall(r"\b([Aa]n?) ([a-z])", perturbed.text):
            assert (found.lower() == "an") == (following in "aeiou"), perturbed.text
        assert "  " not in perturbed.text
        assert perturbed.text.endswith(".")


def test_binding_exchanges_two_words(wrong: Wrong) -> None:
    for _, caption, kind, perturbed in wrong:
        if kind is Kind.BINDING:
            one, two = (perturbed.text[span.start : span.end].lower() for span in perturbed.spans)
            assert one != two
            assert sorted(re.findall(r"\w+", perturbed.text.lower())) == sorted(re.findall(r"\w+", caption.text.lower())) or (
                {"a", "an"} & set(perturbed.text.lower().split())
            )


def test_text_changes_only_the_letters(wrong: Wrong) -> None:
    for _, _, kind, perturbed in wrong:
        if kind is Kind.TEXT:
            (span,) = perturbed.spans
            assert perturbed.text[span.start - 1] == perturbed.text[span.end] == '"'


def test_opposites_differ_in_one_word_only() -> None:
    scene, caption = _hand_made()
    perturbed = {perturb(scene, caption, Kind.SPATIAL, seed) for seed in range(40)}
    texts = {p.text: [p.text[s.start : s.end] for s in p.spans] for p in perturbed if p is not None}
    assert texts["A brown dog is to the right of an orange horse. A tiny snail is on the grass. There is no cat here."] == [
        "right"
    ]


def test_each_kind_by_hand() -> None:
    scene, caption = _hand_made()
    found = defaultdict(set)
    for kind in (Kind.BINDING, Kind.COUNTING, Kind.SMALL_OBJECT, Kind.COUNTERFACTUAL, Kind.TEXT):
        for seed in range(60):
            perturbed = perturb(scene, caption, kind, seed)
            if perturbed is not None:
                found[kind].add((perturbed.text, tuple(perturbed.text[s.start : s.end] for s in perturbed.spans)))
    start, end = "A brown dog is to the left of an orange horse. A tiny snail is on the grass.", "There is no cat here."
    assert found[Kind.BINDING] == {
        (f"An orange dog is to the left of a brown horse. A tiny snail is on the grass. {end}", ("orange", "brown"))
    }
    two_dogs = f"Two brown dogs are to the left of an orange horse. A tiny snail is on the grass. {end}"
    assert (two_dogs, ("Two", "dogs")) in found[Kind.COUNTING]
    assert found[Kind.SMALL_OBJECT] == {
        (f"{start.replace('snail', small)} {end}", (small,)) for small in ("mushroom", "butterfly")
    }
    assert found[Kind.COUNTERFACTUAL] == {(f"{start} There is a cat here.", ("a cat",))}
    assert Kind.TEXT not in found


def _hand_made() -> tuple[Scene, Caption]:
    dog = Group("dog", "brown", "small", "ground", (Box(4, 98, 30, 120),), feature=False)
    horse = Group("horse", "orange", "small", "ground", (Box(80, 92, 109, 120),))
    scene = Scene(1, PICTURE_BOOK, "grass", False, (dog, horse), (Small("snail", "ground", Box(50, 100, 67, 112)),))
    relation = (("a", Mention("dog", 1, "brown")), ("r", Related("dog", "left", "horse")), ("b", Mention("horse", 1, "orange")))
    sentences = (
        Sentence("{a} {a:be} {r} {b}", relation),
        Sentence("a tiny {s} is on the grass", (("s", Backdrop("snail", "ground")),)),
        Sentence("there is {s} here", (("s", Sighting("cat", is_there=False)),)),
    )
    return scene, caption_of(sentences)


def test_perturb_gives_none_where_the_caption_offers_nothing() -> None:
    scene = next(scene for scene in map(make_scene, range(100)) if scene.group("sign") is None)
    assert perturb(scene, describe(scene, 0), Kind.TEXT, 0) is None
