"""Evidence: a heat map over the patches, which points at the thing that a word speaks of."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from rewardmodel import checkpoints
from rewardmodel.checkpoints import SHIPPED
from rewardmodel.evidence import contributions, evidence, grid, image_features, word_logits
from rewardmodel.records import words
from rewardmodel.scenes import PICTURE_BOOK, describe, draw, referents
from rewardmodel.scenes.captions import Caption
from rewardmodel.scenes.claims import Backdrop, Mention
from rewardmodel.scenes.layout import Scene
from rewardmodel.scenes.samples import scene_of
from rewardmodel.scoring import Request, Scorer

TEXT = "A red dog sits on the grass."


@pytest.fixture
def scorer(tiny_checkpoint) -> Scorer:
    return Scorer.load(tiny_checkpoint, "cpu")


@pytest.fixture
def precise(tiny_checkpoint) -> Scorer:
    """Small differences drown in 16 bits."""
    scorer = Scorer(*checkpoints.load(tiny_checkpoint), torch.device("cpu"))
    scorer.in_bf16 = False
    return scorer


@pytest.fixture
def request_() -> Request:
    picture = Image.new("RGB", (40, 30), "red")
    picture.paste((0, 0, 255), (0, 0, 20, 15))
    return Request(picture, "", TEXT)


def test_evidence_is_a_normalised_map_of_the_patches(scorer, request_):
    found = evidence(scorer, request_, 1)
    assert TEXT[found.start : found.end] == "red"
    assert found.heat.shape == (2, 2)
    assert np.abs(found.heat).max() == 1
    assert found.strength > 0


def test_a_naive_checkpoint_has_no_evidence_for_a_word(scorer, request_):
    scorer.card = replace(scorer.card, is_naive=True)
    with pytest.raises(ValueError, match="no evidence from a naive checkpoint"):
        evidence(scorer, request_, 1)


def test_evidence_leaves_the_model_as_it_was(scorer, request_):
    [before] = scorer.score([request_])
    found = evidence(scorer, request_, 2)
    assert all(weights.grad is None for weights in scorer.model.parameters())
    assert scorer.score([request_]) == [before]
    assert found.grounded == pytest.approx(before[2], abs=0.02)  # bfloat16, where the CPU has it


def test_evidence_of_a_picture_without_differences_is_nothing(scorer):
    features_BPD = torch.ones(1, 4, 16)
    assert contributions(torch.randn(1, 4, 16), features_BPD).tolist() == [[0.0] * 4]


def test_contributions_by_hand():
    gradient_BPD = torch.tensor([[[1.0, 2.0], [1.0, -1.0]]])
    features_BPD = torch.tensor([[[3.0, 0.0], [1.0, 2.0]]])  # 1 and -1, -1 and 1 from their mean
    assert contributions(gradient_BPD, features_BPD).tolist() == [[-1.0, -2.0]]


def test_evidence_is_the_derivative_of_the_words_logit(precise, request_):
    found = evidence(precise, request_, 1)
    features_BPD = image_features(precise, request_)
    apart_BPD = features_BPD - features_BPD.mean(dim=1, keepdim=True)
    step = 1e-2
    with torch.no_grad():
        for patch in range(4):
            moved_BPD = features_BPD.clone()
            moved_BPD[:, patch] += step * apart_BPD[:, patch]
            more, less = (word_logits(precise, request_, at, (2, 5)).item() for at in (moved_BPD, features_BPD))
            assert (more - less) / step == pytest.approx(found.strength * found.heat.flat[patch], abs=0.1 * found.strength)


def test_word_logits_of_several_images_are_those_of_each_alone(precise, request_):
    features_BPD = torch.cat([image_features(precise, request_), torch.zeros(1, 4, 16)])
    with torch.no_grad():
        together = word_logits(precise, request_, features_BPD, (2, 5))
        alone = [word_logits(precise, request_, features_BPD[n : n + 1], (2, 5)).item() for n in range(2)]
    assert together.tolist() == pytest.approx(alone, abs=1e-5)


def test_evidence_for_a_word_far_into_a_long_response(scorer, request_):
    text = "A red dog sits. " * 200
    assert evidence(scorer, Request(request_.image, "", text), 799).heat.shape == (2, 2)


@pytest.mark.parametrize("word", [-1, 7])
def test_evidence_refuses_a_word_that_is_not_there(scorer, request_, word):
    with pytest.raises(ValueError, match=f"words 0 to 6, not {word}"):
        evidence(scorer, request_, word)


def test_evidence_refuses_an_empty_response(scorer, request_):
    with pytest.raises(ValueError, match="at least one word"):
        evidence(scorer, Request(request_.image, "", " "), 0)


def test_grid_is_square():
    assert grid(64) == (8, 8)
    with pytest.raises(ValueError, match="12 patches"):
        grid(12)


def test_evidence_points_at_the_right_thing_far_more_often_than_chance():
    shipped = Scorer.load(SHIPPED, "cpu")
    hits, chances = [], []
    for number in range(60):
        scene = scene_of("validation", number, PICTURE_BOOK)
        caption = describe(scene, number)
        named = thing_named(scene, caption)
        if named is None:
            continue
        word, box = named
        heat = evidence(shipped, Request(draw(scene), "", caption.text), word).heat
        hits.append(box.flat[np.abs(heat).argmax()])
        chances.append(box.mean())
    assert len(hits) >= 50
    assert np.mean(hits) > 3 * np.mean(chances)
    assert np.mean(hits) > 0.5


def thing_named(scene: Scene, caption: Caption) -> tuple[int, np.ndarray] | None:
    """The number of the first word that names a thing, and which patches (8, 8) its rectangle covers by a quarter or more."""
    nouns = {
        word.start
        for word in caption.words
        if word.field == "noun" and isinstance(caption.claims[word.claim], Mention | Backdrop)
    }
    for referent in referents(scene, caption):
        if referent.start in nouns and referent.place:
            left, top, right, bottom = (8 * edge for edge in referent.place)
            edges = np.arange(8)
            across = np.clip(np.minimum(edges + 1, right) - np.maximum(edges, left), 0, 1)
            down = np.clip(np.minimum(edges + 1, bottom) - np.maximum(edges, top), 0, 1)
            numbers = [start for start, _ in words(caption.text)]
            return numbers.index(referent.start), np.outer(down, across) >= 0.25
    return None
