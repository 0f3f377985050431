"""What every family of backbones promises, with tiny random-weight models."""

import copy
from dataclasses import replace

import pytest
import torch
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError
from transformers import AutoModelForImageTextToText, BertConfig

from rewardmodel import checkpoints, scoring
from rewardmodel.backbones import adapter_of, load_backbone, merged, with_lora
from rewardmodel.backbones.families import what_to_do
from rewardmodel.checkpoints import Card
from rewardmodel.config import Attention, Lora, LoraOn, Teaching
from rewardmodel.data import Collator, Lesson
from rewardmodel.learner import RewardLearner
from rewardmodel.model import TokenRewardModel
from rewardmodel.records import Span
from rewardmodel.scoring import Request, Scorer, keep_in_bf16

PROMPT = "What is there?"
TEXTS = ["A red dog sits on the grass.", "Two cats.", 'A sign reads "STOP". Two cats are left of the house.']
CLOSE = {"atol": 2e-5, "rtol": 2e-5}


def model_of(tiny, attention: Attention = Attention.CAUSAL) -> TokenRewardModel:
    torch.manual_seed(1)
    return TokenRewardModel(tiny.backbone, attention).eval()


def packed_of(tiny, rows):
    """Rows of (picture, texts), with the features of the pictures."""
    blocks = [tiny.processor.block(PROMPT, picture) for picture, _ in rows]
    return tiny.processor.pack(blocks, [[tiny.processor.response(text) for text in texts] for _, texts in rows])


@torch.inference_mode()
def logits_of(model, tiny, rows) -> list[list[torch.Tensor]]:
    """Logits of the responses, row by row, all in one batch."""
    packed = packed_of(tiny, rows)
    features = model.image_features(**tiny.processor.images([picture for picture, _ in rows]))
    logits_BL = model(features, packed.ids_BL, packed.segments_BL, packed.positions_BL)
    return [
        [logits_L[place.start : place.stop] for place in places]
        for logits_L, places in zip(logits_BL, packed.places, strict=True)
    ]


def test_causal_states_are_those_of_the_librarys_plain_pass(tiny, pictures):
    model = model_of(tiny)
    for picture in pictures:
        ids, plain_LD = tiny.plain(tiny, picture, PROMPT, TEXTS[2])
        packed = packed_of(tiny, [(picture, TEXTS[2:])])
        assert packed.ids_BL[0].tolist() == ids
        with torch.inference_mode():
            features = model.image_features(**tiny.processor.images([picture]))
            hidden_LD = model.hidden(features, packed.ids_BL, packed.segments_BL, packed.positions_BL)[0]
        torch.testing.assert_close(hidden_LD, plain_LD, **CLOSE)


def test_layers_end_with_the_hidden_states(tiny, pictures):
    model, packed = model_of(tiny), packed_of(tiny, [(pictures[0], TEXTS)])
    features = model.image_features(**tiny.processor.images(pictures[:1]))
    tokens = (packed.ids_BL, packed.segments_BL, packed.positions_BL)
    layers = model.layers(features, *tokens)
    assert len(layers) == 4
    torch.testing.assert_close(layers[-1], model.hidden(features, *tokens))


def test_a_token_is_judged_at_its_own_place(tiny, pictures):
    model, packed = model_of(tiny), packed_of(tiny, [(pictures[0], TEXTS[:1])])
    features = model.image_features(**tiny.processor.images(pictures[:1]))
    place = packed.places[0][0]
    changed_BL = packed.ids_BL.clone()
    changed_BL[0, place[3]] = changed_BL[0, place[0]]
    for attention, first in ((Attention.CAUSAL, 3), (Attention.LOOKAHEAD, 0)):
        model.attention = attention
        with torch.inference_mode():
            before, after = (
                model(features, ids_BL, packed.segments_BL, packed.positions_BL) for ids_BL in (packed.ids_BL, changed_BL)
            )
        differs = ((before - after).abs()[0, place.start : place.stop] > 1e-4).tolist()
        assert differs == [False] * first + [True] * (len(place) - first)


@pytest.mark.parametrize("attention", list(Attention))
def test_a_response_scores_the_same_alone_in_company_and_padded(tiny, pictures, attention):
    model = model_of(tiny, attention)
    rows = [(pictures[0], TEXTS), (pictures[1], TEXTS[1:2]), (pictures[2], TEXTS[:2])]
    together = logits_of(model, tiny, rows)
    for (picture, texts), logits in zip(rows, together, strict=True):
        for text, logits_L in zip(texts, logits, strict=True):
            torch.testing.assert_close(logits_L, logits_of(model, tiny, [(picture, [text])])[0][0], **CLOSE)


@pytest.mark.parametrize("attention", list(Attention))
def test_a_block_that_was_read_once_serves_many_responses(tiny, pictures, attention):
    scorer = Scorer(model_of(tiny, attention), tiny.processor, Card(), torch.device("cpu"))
    for picture in pictures[:2]:
        block = scorer.read(picture, PROMPT)
        for text in [*TEXTS, TEXTS[0]]:  # what was scored before leaves nothing behind
            [full] = scorer.score([Request(picture, PROMPT, text)])
            assert scorer.score_after(block, text) == pytest.approx(full, abs=0.02)  # bfloat16, where the CPU has it


@pytest.mark.parametrize("attention", list(Attention))
def test_weights_in_16_bits_give_the_same_values(tiny, pictures, attention, monkeypatch):
    monkeypatch.setattr(scoring, "has_fast_bf16", lambda device: True)
    requests = [Request(picture, PROMPT, text) for picture in pictures for text in TEXTS]
    whole, kept = (
        Scorer(copy.deepcopy(model_of(tiny, attention)), tiny.processor, Card(), torch.device("cpu")) for _ in range(2)
    )
    keep_in_bf16(kept.model)
    for one, other in zip(whole.score(requests), kept.score(requests), strict=True):
        assert other == pytest.approx(one, abs=2e-3)
    block = kept.read(pictures[0], PROMPT)
    assert kept.score_after(block, TEXTS[0]) == pytest.approx(whole.score(requests[:1])[0], abs=0.02)


def test_scores_depend_on_the_image_and_the_prompt(tiny, pictures):
    scorer = Scorer(model_of(tiny), tiny.processor, Card(), torch.device("cpu"))
    first, other_image, other_prompt = scorer.score(
        [Request(pictures[0], "", TEXTS[0]), Request(pictures[2], "", TEXTS[0]), Request(pictures[0], PROMPT, TEXTS[0])]
    )
    assert first != pytest.approx(other_image, abs=1e-3)
    assert first != pytest.approx(other_prompt, abs=1e-3)


def test_a_text_that_names_the_image_token_brings_no_image(tiny, pictures):
    name = tiny.processor.tokenizer.convert_ids_to_tokens(tiny.processor.image_token_id)
    scorer = Scorer(model_of(tiny), tiny.processor, Card(), torch.device("cpu"))
    named, plain, _ = scorer.score(
        [Request(pictures[0], name, "A dog"), Request(pictures[0], "", "A dog"), Request(pictures[0], "", f"A {name} dog")]
    )
    assert named == plain


def test_what_is_left_of_a_name_inside_a_name_brings_no_image(tiny, pictures):
    name = tiny.processor.tokenizer.convert_ids_to_tokens(tiny.processor.image_token_id)
    nested = f"{name[:3]}{name[:5]}{name}{name[5:]}{name[3:]}"
    assert tiny.processor.block(f"{nested}What?", pictures[0]).ids == tiny.processor.block("What?", pictures[0]).ids


def test_offsets_cover_every_character_of_unknown_scripts(tiny):
    text = "Ein 👩‍👧 見る ß. A red dog"
    encoded = tiny.processor.response(text)
    covered = {place for start, end in encoded.offsets for place in range(start, end)}
    assert covered == {place for place, character in enumerate(text) if not character.isspace()}
    assert [text[start:end] for start, end in encoded.offsets][-1] == "dog"


def test_save_and_load_give_equal_scores(tiny, pictures, tmp_path):
    model = model_of(tiny)
    with torch.no_grad():
        for weights in model.parameters():
            weights.copy_(weights.half())  # a checkpoint has 16 bits
    requests = [Request(picture, PROMPT, text) for picture in pictures for text in TEXTS]
    before = Scorer(model, tiny.processor, Card(), torch.device("cpu")).score(requests)
    checkpoints.save(tmp_path, model, tiny.processor, Card(Attention.CAUSAL))
    loaded = Scorer.load(tmp_path, "cpu")
    assert loaded.score(requests) == before
    assert loaded.card.family == tiny.family


def test_one_lora_step_lowers_the_loss_and_leaves_the_vision_encoder_alone(tiny, pictures):
    model = model_of(tiny)
    spans = (Span(2, 5),)
    batch = Collator(tiny.processor)(
        [Lesson(picture, PROMPT, [(TEXTS[0], spans), (TEXTS[0], ()), (TEXTS[2], ())]) for picture in pictures]
    )
    learner = RewardLearner(model, tiny.processor, Teaching())
    model.backbone = with_lora(tiny.backbone, Lora(lora_rank=4))
    learner.eval()  # dropout would make one loss differ from the next
    trained = {name: weights for name, weights in learner.named_parameters() if weights.requires_grad and "teacher" not in name}
    assert not [name for name in trained if "vision_tower" in name or "vision_model" in name or ".blocks." in name]
    assert [name for name in trained if "proj" in name and "self_attn" in name]
    projectors = ("multi_modal_projector", "connector", "merger")
    assert [name for name in trained if any(projector in name for projector in projectors)]
    optimizer = torch.optim.AdamW(trained.values(), lr=1e-2)
    before = learner(**batch)["token_loss"]
    learner(**batch)["loss"].backward()
    optimizer.step()
    after = learner(**batch)["token_loss"]
    assert after < before
    model.backbone = merged(model.backbone)
    assert isinstance(model.backbone, type(tiny.backbone))
    torch.testing.assert_close(learner(**batch)["token_loss"], after, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("part", [LoraOn.DECODER, LoraOn.PROJECTOR])
def test_adapters_may_be_on_the_decoder_or_on_the_projector_alone(tiny, part):
    both = with_lora(copy.deepcopy(tiny.backbone), Lora(lora_rank=2))
    if tiny.family == "gemma3" and part is LoraOn.PROJECTOR:
        with pytest.raises(ValueError, match="The projector of gemma3 has no linear layer"):
            with_lora(tiny.backbone, Lora(lora_rank=2, lora_on=part))
        return
    own = with_lora(copy.deepcopy(tiny.backbone), Lora(lora_rank=2, lora_on=part))
    trained = {name for name, weights in own.named_parameters() if weights.requires_grad}
    everywhere = {name for name, weights in both.named_parameters() if weights.requires_grad}
    in_decoder = {name for name in everywhere if "language_model." in name or "text_model." in name}
    assert trained == (in_decoder if part is LoraOn.DECODER else everywhere - in_decoder) != set()


def test_load_backbone_takes_a_folder_with_a_generating_model(tiny, tmp_path):
    whole = AutoModelForImageTextToText.from_config(tiny.backbone.config).to(torch.bfloat16)
    whole.save_pretrained(tmp_path)
    tiny.processor.save_pretrained(tmp_path)
    backbone, processor = load_backbone(str(tmp_path))
    state = backbone.state_dict()
    assert {name: (weights.dtype, weights.float().tolist()) for name, weights in whole.model.state_dict().items()} == {
        name: (torch.bfloat16, weights.tolist()) for name, weights in state.items()
    }
    assert {weights.dtype for weights in state.values()} == {torch.float32}
    assert type(processor) is type(tiny.processor)


def test_adapter_of_names_the_families_there_are():
    with pytest.raises(ValueError, match="no adapter for models of type 'bert', only for paligemma, gemma3, idefics3"):
        adapter_of(BertConfig())


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors", "tokenizer.json", "preprocessor_config.json"])
def test_load_backbone_says_what_a_folder_lacks(tiny_checkpoint, missing):
    (tiny_checkpoint / missing).unlink()
    with pytest.raises(ValueError, match=r"(?s)cannot be loaded: .* It must hold the whole model"):
        load_backbone(str(tiny_checkpoint))


def test_load_backbone_refuses_a_folder_that_lacks_weights(tiny_checkpoint):
    with pytest.raises(ValueError, match="lacks weights"):  # a checkpoint's weights are named otherwise
        load_backbone(str(tiny_checkpoint))


def caused_by(cause: Exception) -> OSError:
    error = OSError("theirs")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (GatedRepoError, "Accept its licence at https://huggingface.co/google/paligemma and sign in with `hf auth login`."),
        (RepositoryNotFoundError, "Check the name; a private model also needs `hf auth login`."),
    ],
)
def test_what_to_do_depends_on_what_the_hub_says(error, advice):
    assert what_to_do("google/paligemma", caused_by(error.__new__(error))) == advice


def test_a_card_without_a_family_is_paligemmas(tiny_checkpoint):
    card = checkpoints.read_card(tiny_checkpoint)
    assert replace(Card(), family="paligemma").family == card.family == Card().family
