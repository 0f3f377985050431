"""The rules as a whole: exact spans, the same bytes for the same seed, and speed."""

import os
import subprocess
import sys
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardmodel.perturbations import perturb
from rewardmodel.perturbations.phrases import read
from rewardmodel.perturbations.rules import RULES
from rewardmodel.taxonomy import KINDS, Kind

CAPTIONS = [
    "A black dog in front of a brown fence is not wearing a red collar .",
    'Two young men in blue shirts sit on a bench next to a sign that reads "STOP".',
    "An old woman with a white hat walks up the stairs while a child watches .",
    "There is a small bird on the left of a large tree; the sky is blue.",
    "A boy in a red shirt and a girl in a yellow coat play soccer on the beach .",
    "\u00c9milie\u2019s dog isn\u2019t black \u2014 it\u2019s a \U0001f436 in an orange boat near 3 ducks!",
    "Three children without shoes run through the snow in the background",
    "One of the men left the park , no one is in the car park .",
    "A train station . Men train for a race . A watch on a table . Hot dogs and a polar bear .",
    "  a  man   with\ttwo   dogs  ",
    "dog",
    ".",
    "",
]


def outside(caption: str, perturbed) -> bool:
    """Whether the caption has all that the perturbed text has outside its spans, in order; an insertion brings a space along."""
    pieces, done = [], 0
    for start, end in [*((span.start, span.end) for span in perturbed.spans), (len(perturbed.text), len(perturbed.text))]:
        pieces.append("".join(perturbed.text[done:start].split()))
        done = end
    rest = "".join(caption.split())
    if not (rest.startswith(pieces[0]) and rest.endswith(pieces[-1])):
        return False
    for piece in pieces:
        _, found, rest = rest.partition(piece) if piece else ("", "nothing", rest)
        if not found:
            return False
    return True


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("caption", CAPTIONS)
def test_perturb_changes_nothing_outside_its_spans(caption, kind):
    for seed in range(20):
        perturbed = perturb(caption, kind, seed)
        if perturbed is not None:
            assert perturbed.text != caption
            assert perturbed.kind is kind
            assert all(perturbed.text[span.start : span.end].strip() for span in perturbed.spans)
            assert outside(caption, perturbed)


@pytest.mark.parametrize("kind", KINDS)
def test_perturb_gives_the_same_for_the_same_seed(kind):
    first = [perturb(caption, kind, 3) for caption in CAPTIONS]
    read.cache_clear()
    assert [perturb(caption, kind, 3) for caption in CAPTIONS] == first


def test_perturb_gives_the_same_in_every_process():
    """Python orders the words of a set anew in every process."""
    script = (
        "from rewardmodel.perturbations import perturb\n"
        "from rewardmodel.taxonomy import KINDS\n"
        "from tests.rewardmodel.perturbations.test_rules import CAPTIONS\n"
        "print([perturb(caption, kind, seed) for caption in CAPTIONS for kind in KINDS for seed in range(5)])"
    )
    said = {
        subprocess.check_output([sys.executable, "-c", script], env={**os.environ, "PYTHONHASHSEED": seed}, text=True)
        for seed in "12"
    }
    assert len(said) == 1


def test_perturb_gives_others_for_other_seeds():
    assert len({perturb(CAPTIONS[1], Kind.OBJECT, seed) for seed in range(30)}) > 5


def test_perturb_by_hand(marked):
    made = perturb("A dog runs .", Kind.COUNTING, 0)
    assert made is not None
    assert marked(made) in {f"[{number}] [dogs] [run] ." for number in ("Two", "Three", "Four")}


def test_every_kind_has_a_rule():
    assert tuple(RULES) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_applies_to_some_caption(kind):
    assert any(perturb(caption, kind, 0) for caption in CAPTIONS)


def test_perturb_is_fast():
    captions = [f"{caption} {number}" for number in range(20) for caption in CAPTIONS]
    start = time.process_time()
    for caption in captions:
        for kind in KINDS:
            perturb(caption, kind, 0)
    # 1,000 captions a second and kind, with room for a slow machine; in all kinds it is about as many
    assert len(captions) * len(KINDS) / (time.process_time() - start) > 1_000


@pytest.mark.parametrize("kind", KINDS)
@given(st.text(max_size=30) | st.lists(st.sampled_from(" ".join(CAPTIONS[:10]).split(" ")), max_size=12).map(" ".join))
@settings(max_examples=50, deadline=None)
def test_any_text_has_errors_with_exact_places_or_none(kind, text):
    perturbed = perturb(text, kind, 0)
    if perturbed is not None:
        assert perturbed.text != text
        assert outside(text, perturbed)
        assert all(one.end <= two.start for one, two in pairwise(perturbed.spans))
        for span in perturbed.spans:
            assert perturbed.text[span.start : span.end] == perturbed.text[span.start : span.end].strip()
