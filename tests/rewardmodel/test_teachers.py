"""Teachers: their losses by hand, and what they ask of which state."""

import math

import pytest
import torch

from rewardmodel.align import IGNORED
from rewardmodel.teachers import NOTHING_WEIGHT, PLACE_SCALE, PatchTeacher, ReferentTeacher, patch_weights, referent_weights

NOWHERE = [float("nan")] * 4


@pytest.fixture
def teacher() -> ReferentTeacher:
    """Asks one question with two classes and says nothing yet: every class as likely, every edge at 0."""
    teacher = ReferentTeacher(2, [2])
    for weights in (*teacher.itself.parameters(), *teacher.other.parameters()):
        torch.nn.init.zeros_(weights)
    return teacher


def test_patch_teacher_takes_words_as_classes():
    embed = torch.nn.Embedding.from_pretrained(torch.tensor([[50.0, 0.0], [0.0, 100.0], [0.0, 0.0]]))
    teacher = PatchTeacher(2, [[[], [0], [1, 2]]])  # nothing, the first word, the mean of the other two
    features_BPD = torch.eye(2).unsqueeze(0)
    assert teacher(features_BPD, torch.tensor([[[1, 2]]]), embed).item() == pytest.approx(0.0, abs=1e-6)
    assert teacher(features_BPD, torch.tensor([[[2, 1]]]), embed).item() == pytest.approx(50.0, rel=1e-4)


def test_referent_teacher_by_hand(teacher):
    with torch.no_grad():
        teacher.itself.bias.copy_(torch.tensor([0.25, 0.25, 0.5, 0.5, 0.0, math.log(3.0)]))
    places_BRE = torch.tensor([[[0.25, 0.25, 0.75, 0.5]]])  # one of four edges is a quarter off
    losses = teacher(torch.ones(1, 3, 2), torch.tensor([[1]]), torch.tensor([[False]]), places_BRE, torch.tensor([[[1]]]))
    assert losses.tolist() == pytest.approx([math.log(4 / 3), PLACE_SCALE * 0.25 / 4])


def test_referent_teacher_asks_for_no_place_of_what_is_not_seen(teacher):
    places_BRE = torch.tensor([[NOWHERE]])
    losses = teacher(torch.ones(1, 3, 2), torch.tensor([[1]]), torch.tensor([[False]]), places_BRE, torch.tensor([[[0]]]))
    assert losses.tolist() == pytest.approx([math.log(2), 0.0])


def test_referent_teacher_asks_a_relation_for_its_two_things_apart(teacher):
    with torch.no_grad():
        teacher.other.bias[-1] = math.log(3.0)
    asked = torch.tensor([[NOWHERE]]), torch.tensor([[[1]]])
    itself, other = (
        teacher(torch.ones(1, 3, 2), torch.tensor([[1]]), torch.tensor([[is_other]]), *asked) for is_other in (False, True)
    )
    assert itself[0].item() == pytest.approx(math.log(2))
    assert other[0].item() == pytest.approx(math.log(4 / 3))


def test_padding_carries_no_gradient(teacher):
    torch.nn.init.normal_(teacher.itself.weight)
    hidden_BLD = torch.randn(1, 3, 2, requires_grad=True)
    asked = torch.tensor([[False, False]]), torch.tensor([[NOWHERE, NOWHERE]]), torch.tensor([[[1], [1]]])
    teacher(hidden_BLD, torch.tensor([[1, IGNORED]]), *asked).sum().backward()
    assert (hidden_BLD.grad != 0).any(dim=2).tolist() == [[False, True, False]]


def test_referent_teacher_without_referents_is_zero(teacher):
    none = torch.full((1, 1), IGNORED), torch.tensor([[False]]), torch.tensor([[NOWHERE]]), torch.tensor([[[0]]])
    assert teacher(torch.ones(1, 3, 2), *none).tolist() == [0.0, 0.0]


def test_patch_weights_are_what_the_mean_of_each_question_divides_by():
    embed = torch.nn.Embedding(3, 2)
    teacher = PatchTeacher(2, [[[], [0], [1]], [[], [2]]])
    targets_BQP = torch.tensor([[[0, 0, 2], [0, 1, 1]]])
    assert patch_weights(targets_BQP).tolist() == pytest.approx([2 * NOTHING_WEIGHT + 1, NOTHING_WEIGHT + 2])
    features_BPD = torch.randn(1, 3, 2)
    whole, parts = teacher(features_BPD, targets_BQP, embed), []
    for patches in (slice(0, 1), slice(1, 3)):
        own = targets_BQP[:, :, patches]
        parts.append(teacher(features_BPD[:, patches], own, embed) * patch_weights(own))
    torch.testing.assert_close(sum(parts) / patch_weights(targets_BQP), whole)


def test_referent_weights_count_what_is_asked_and_what_is_seen():
    places_BRE = torch.tensor([[[0.0, 0.0, 1.0, 1.0], NOWHERE, [0.0, 0.0, 1.0, 1.0]]])
    assert referent_weights(torch.tensor([[4, 7, IGNORED]]), places_BRE, 2).tolist() == [2, 2, 1]
