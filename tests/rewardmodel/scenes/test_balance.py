"""Balance: what the text alone gives away. A model that sees no picture should be near chance."""

import math
import re
from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from rewardmodel.scenes import Caption, Scene, perturb
from rewardmodel.taxonomy import KINDS, Kind

Examples = list[tuple[Scene, Caption]]

CLASSES = {
    Kind.ATTRIBUTE: ("colour", "size"),
    Kind.COUNTING: ("count",),
    Kind.OBJECT: ("noun",),
    Kind.SMALL_OBJECT: ("noun",),
    Kind.TEXT: ("text",),
    Kind.COUNTERFACTUAL: ("feature",),
}


@pytest.mark.parametrize("kind", CLASSES)
def test_no_word_is_far_more_frequent_in_bad_spans_than_in_good_text(examples: Examples, kind: Kind) -> None:
    good, bad = Counter[str](), Counter[str]()
    for scene, caption in examples:
        good.update(caption.text[w.start : w.end].lower() for w in caption.words if w.field in CLASSES[kind])
        perturbed = perturb(scene, caption, kind, 2)
        if perturbed is not None:
            bad.update(perturbed.text[span.start : span.end].lower() for span in perturbed.spans)
    frequent = [word for word in good if good[word] >= 60 and bad[word]]
    mean = sum(bad[word] for word in frequent) / sum(good[word] for word in frequent)
    assert frequent
    assert all(bad[word] / good[word] < 2.5 * mean for word in frequent), {w: bad[w] / good[w] / mean for w in frequent}


def test_word_counts_alone_can_hardly_tell_wrong_from_right(examples: Examples) -> None:
    """Naive Bayes over words and pairs of words, trained on two thirds; a coin would rank half of the pairs rightly."""
    pairs = []
    for n, (scene, caption) in enumerate(examples):
        perturbed = perturb(scene, caption, KINDS[n % len(KINDS)], 4)
        if perturbed is not None:
            pairs.append((_features(caption.text), _features(perturbed.text)))
    cut = len(pairs) * 2 // 3
    seen: dict[str, list[int]] = defaultdict(lambda: [2, 2])
    for right, wrong in pairs[:cut]:
        for is_wrong, features in enumerate((right, wrong)):
            for feature in features:
                seen[feature][is_wrong] += 1
    scores = [[sum(math.log(seen[f][1] / seen[f][0]) for f in features) for features in pair] for pair in pairs[cut:]]
    ranked = sum((wrong > right) + 0.5 * (wrong == right) for right, wrong in scores) / len(scores)
    assert ranked < 0.62


def _features(text: str) -> set[str]:
    words = re.findall(r"\w+", text.lower())
    return {*words, *(f"{one} {two}" for one, two in pairwise(words))}
