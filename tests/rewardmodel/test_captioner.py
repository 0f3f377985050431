"""Captioners: what is trained is what generates, and what is saved is what is loaded."""

import pytest
import torch
from PIL import Image
from transformers import PaliGemmaForConditionalGeneration

from rewardmodel import backbones, captioner
from rewardmodel.align import IGNORED
from rewardmodel.caption_train import CaptionCollator, CaptionLearner, TrueCaptions, next_tokens, train_captioner
from rewardmodel.captioner import Captioner, captioner_of, captions, next_token_logits, next_token_loss
from rewardmodel.config import Attention, Optimisation
from rewardmodel.data import Lesson
from rewardmodel.model import TokenRewardModel
from rewardmodel.packing import encode_response, pack
from rewardmodel.scenes import PICTURE_BOOK

PICTURES = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
SMALL = Optimisation(steps=4, images_per_step=2, save_steps=2, warmup_steps=1, bf16=False)


@pytest.fixture
def made(tiny_model, tiny_processor) -> Captioner:
    return Captioner(captioner_of(tiny_model.backbone), tiny_processor)


def hidden_of(backbone, processor, texts: list[str]):
    """Hidden states of a row of responses on the first picture, and where they are."""
    block = processor.block("Describe.", PICTURES[0]).ids
    packed = pack([block], [[encode_response(processor.tokenizer, text) for text in texts]], 0)
    pixels = processor.images(PICTURES[:1])["pixels_BCHW"]
    model = TokenRewardModel(backbone, Attention.CAUSAL).eval()
    return (
        model.hidden(model.image_features(pixels), packed.ids_BL, packed.segments_BL, packed.positions_BL),
        packed,
        block,
        pixels,
    )


@torch.no_grad()
def test_what_is_trained_is_what_transformers_computes(made):
    text = "A red dog sits on the grass."
    hidden_BLD, packed, block, pixels = hidden_of(made.model.model, made.processor, ["Two cats.", text])
    place = packed.places[0][1]
    ours = next_token_logits(made.model.model, hidden_BLD[0, [len(block) - 1, *place]])
    ids = torch.tensor([[*block, *encode_response(made.processor.tokenizer, text).ids]])
    types = torch.tensor([[0] * len(block) + [1] * len(place)])
    theirs = made.model(input_ids=ids, pixel_values=pixels, attention_mask=torch.ones_like(ids), token_type_ids=types).logits[
        0, len(block) - 1 :
    ]
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)


def test_next_tokens_begin_at_the_block_and_end_with_the_end(tiny_processor):
    texts = ["Two cats.", "A dog"]
    encoded = [encode_response(tiny_processor.tokenizer, text).ids for text in texts]
    packed = pack([[7, 8, 9]], [[encode_response(tiny_processor.tokenizer, text) for text in texts]], 0)
    sources_BT, targets_BT = next_tokens(packed, [3], eos_id=1)
    first, second = packed.places[0]
    assert sources_BT.tolist() == [[2, *first, 2, *second]]
    assert targets_BT.tolist() == [[*encoded[0], 1, *encoded[1], 1]]


def test_loss_by_hand_leaves_out_padding(tiny_model):
    hidden_BLD = torch.randn(1, 4, 16, requires_grad=True)
    targets_BT = torch.tensor([[5, IGNORED, IGNORED]])
    loss = next_token_loss(tiny_model.backbone, hidden_BLD, torch.tensor([[2, 0, 0]]), targets_BT)
    weight = tiny_model.backbone.get_input_embeddings().weight
    assert loss.item() == pytest.approx(-(hidden_BLD[0, 2] @ weight.T).log_softmax(0)[5].item(), rel=1e-5)
    loss.backward()
    assert (hidden_BLD.grad != 0).any(dim=2).tolist() == [[False, False, True, False]]


def test_a_captioner_learns_one_batch_by_heart(tiny_model, tiny_processor):
    texts = ["A red dog sits on the grass.", "Two cats are left of the house."]
    batch = CaptionCollator(tiny_processor)(
        [Lesson(picture, "Describe the picture.", [(text, ())]) for picture, text in zip(PICTURES, texts, strict=True)]
    )
    learner = CaptionLearner(tiny_model.backbone).train()
    optimizer = torch.optim.Adam([weights for weights in learner.parameters() if weights.requires_grad], lr=0.01)
    for _ in range(150):
        optimizer.zero_grad()
        learner(**batch)["loss"].backward()
        optimizer.step()
    made = Captioner(captioner_of(tiny_model.backbone), tiny_processor)
    assert list(captions(made, PICTURES, "Describe the picture.")) == texts
    assert list(captions(made, PICTURES, "Describe the picture.", most_tokens=1)) == ["A", "Two"]


def test_a_saved_captioner_generates_the_same(made, tmp_path):
    captioner.save(tmp_path / "made", made)
    loaded = captioner.load(str(tmp_path / "made"))
    assert list(captions(loaded, PICTURES, "What?")) == list(captions(made, PICTURES, "What?"))
    plain = PaliGemmaForConditionalGeneration.from_pretrained(tmp_path / "made")
    assert plain.lm_head.weight is plain.model.get_input_embeddings().weight
    assert all(torch.equal(one, plain.state_dict()[name]) for name, one in made.model.state_dict().items())


def test_a_reward_model_may_begin_with_a_captioner(made, tmp_path):
    captioner.save(tmp_path / "made", made)
    backbone, _ = backbones.load_backbone(str(tmp_path / "made"))
    assert all(torch.equal(one, backbone.state_dict()[name]) for name, one in made.model.model.state_dict().items())


def test_load_names_what_is_not_there(tmp_path):
    for folder in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(ValueError, match=f"The captioner '{folder}' cannot be loaded: "):
            captioner.load(str(folder))


def test_load_refuses_a_checkpoint_whose_weights_are_no_captioners(tiny_checkpoint):
    with pytest.raises(ValueError, match=r"lacks weights: lm_head\.weight, model\."):
        captioner.load(str(tiny_checkpoint))


def test_lessons_are_true_captions():
    lessons = TrueCaptions(PICTURE_BOOK, 4, 3, 64, seed=1)
    assert len(lessons) == 4
    assert [len(spans) for _, spans in lessons[0].responses] == [0, 0, 0]
    assert lessons[0].responses == lessons[0].responses
    assert lessons[0].responses != lessons[1].responses


def test_an_interrupted_training_goes_on(tiny_model, tiny_processor, tmp_path):
    lessons = TrueCaptions(PICTURE_BOOK, 8, 2, 64, seed=0)
    made = train_captioner(tiny_model.backbone, tiny_processor, lessons, optimisation=SMALL, folder=tmp_path / "whole")
    before = {name: weights.clone() for name, weights in made.model.state_dict().items()}
    again = train_captioner(tiny_model.backbone, tiny_processor, lessons, optimisation=SMALL, folder=tmp_path / "whole")
    assert all(torch.equal(weights, before[name]) for name, weights in again.model.state_dict().items())  # nothing was left to do
    loaded = captioner.load(str(tmp_path / "whole"))
    assert all(torch.equal(weights, before[name]) for name, weights in loaded.model.state_dict().items())


def test_pictures_are_captioned_in_order_across_batches(made, monkeypatch):
    pictures = [Image.new("RGB", (32, 32), (number * 40, 255 - number * 40, 90)) for number in range(5)]
    whole = list(captions(made, pictures, "What?", most_tokens=6))
    monkeypatch.setattr(captioner, "BATCH", 2)
    assert list(captions(made, pictures, "What?", most_tokens=6)) == whole
    assert [text for one in pictures for text in captions(made, [one], "What?", most_tokens=6)] == whole


def test_no_pictures_have_no_captions(made):
    assert list(captions(made, [], "What?")) == []


def test_a_picture_that_cannot_be_read_is_an_os_error(made, tmp_path):
    with pytest.raises(OSError, match=r"nowhere\.png"):
        list(captions(made, [tmp_path / "nowhere.png"], "What?"))


def test_logits_are_capped_where_the_backbone_says_so(tiny_model):
    hidden = torch.randn(3, 16)
    plain = next_token_logits(tiny_model.backbone, hidden)
    tiny_model.backbone.config.text_config.final_logit_softcapping = 0.5
    torch.testing.assert_close(next_token_logits(tiny_model.backbone, hidden), 0.5 * torch.tanh(plain / 0.5))
