"""The encoder's lessons from captions: which words, what a patch may look like, and that it learns them."""

import pytest
import torch
from torch import nn

from benchmarks.photograph_encoder import Course, WordTeacher, precisions, said, shown_anew, targets, teach, vocabulary
from benchmarks.photograph_folds import drawings_model

ROWS = [{"captions": ["A red bus .", "The bus is red ."]}, {"captions": ["A blue bus .", "A blue car ."]}]


def test_words_are_counted_by_photograph_and_stop_words_left_out():
    assert vocabulary(ROWS, 2) == ["bus"]
    assert sorted(vocabulary(ROWS, 1)) == ["blue", "bus", "car", "red"]
    assert targets(ROWS, ["bus", "red", "car"]).tolist() == [[1, 1, 0], [1, 0, 1]]


@pytest.fixture(scope="module")
def start():
    return drawings_model([{"captions": [f"A {colour} picture ."]} for colour in ("red", "blue", "green")])


def test_before_anything_is_seen_the_teacher_says_the_priors(start):
    priors = torch.tensor([0.5, 0.1])
    teacher = WordTeacher(start.processor.tokenizer, ["red", "blue"], priors)
    embed = nn.Embedding(len(start.processor.tokenizer), 256)
    logits = teacher(torch.zeros(3, 64, 256), embed)
    assert torch.allclose(logits.sigmoid(), priors.expand(3, 2))


def test_the_best_patch_speaks_for_the_photograph(start):
    teacher = WordTeacher(start.processor.tokenizer, ["red", "blue"], torch.tensor([0.5, 0.5]))
    embed = start.model.backbone.get_input_embeddings()
    with torch.no_grad():
        teacher.scale.fill_(1.0)
        features = torch.zeros(1, 64, 256)
        features[0, 7] = embed(teacher.ids_VM[0, 0]) * 100
        [[red, blue]] = teacher(features, embed)
    assert red > blue


def test_views_are_crops_in_range_that_differ(start):
    pixels = torch.randint(0, 256, (4, 3, 32, 32), dtype=torch.uint8)
    one, other = shown_anew(pixels), shown_anew(pixels)
    assert one.shape == (4, 3, 32, 32)
    assert one.abs().max() <= 1
    assert not torch.equal(one, other)


def test_it_learns_the_words_of_colours_from_captions_alone(start):
    torch.manual_seed(0)
    red, blue = torch.tensor([200, 30, 30]), torch.tensor([30, 30, 200])
    pixels = torch.stack([(red, blue)[n % 2].byte().reshape(3, 1, 1).expand(3, 128, 128) for n in range(24)])
    right = torch.tensor([[1.0, 0.0], [0.0, 1.0]]).repeat(12, 1)
    teacher = WordTeacher(start.processor.tokenizer, ["red", "blue"], right.mean(dim=0))
    teach(start, teacher, pixels, right, Course(steps=12, images=8, lr=3e-4, log=6))
    shown = said(start, teacher, pixels)
    assert precisions(shown, right).tolist() == pytest.approx([1.0, 1.0])
    assert shown[0, 0] > shown[0, 1]
    assert shown[1, 1] > shown[1, 0]


def test_what_may_not_learn_stays(start):
    pixels = torch.zeros(4, 3, 128, 128, dtype=torch.uint8)
    teacher = WordTeacher(start.processor.tokenizer, ["red"], torch.tensor([0.5])).requires_grad_(requires_grad=False)
    before = {name: weights.clone() for name, weights in start.model.state_dict().items()}
    start.model.backbone.requires_grad_(requires_grad=False)
    start.model.backbone.get_submodule("vision_tower").requires_grad_(requires_grad=True)
    teach(start, teacher, pixels, torch.ones(4, 1), Course(steps=1, images=2, lr=3e-4))
    start.model.backbone.requires_grad_(requires_grad=True)
    after = start.model.state_dict()
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert moved
    assert all("vision_tower" in name for name in moved)


def test_a_precision_of_a_word_that_is_said_of_none_is_not_a_number():
    assert precisions(torch.zeros(2, 2), torch.tensor([[1.0, 0.0], [1.0, 0.0]])).isnan().tolist() == [False, True]
