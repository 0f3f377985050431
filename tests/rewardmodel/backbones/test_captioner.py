"""Captioners of every family, with tiny random-weight models: what they write, how they are kept, adapters merged in part."""

import copy

import pytest
import torch
from transformers import AutoModelForImageTextToText

from rewardmodel import captioner, checkpoints
from rewardmodel.backbones import load_backbone, merged, merged_at, save_adapters, with_lora
from rewardmodel.captioner import Captioner, captions
from rewardmodel.checkpoints import Card
from rewardmodel.cloze import spoken_pieces
from rewardmodel.config import Attention, Lora
from rewardmodel.model import TokenRewardModel
from rewardmodel.packing import EncodedResponse
from rewardmodel.tau import captioner_at

PROMPT = "What is there?"
CLOSE = {"atol": 2e-5, "rtol": 2e-5}
TOKENS = 6


@pytest.fixture
def made(tiny) -> Captioner:
    """A captioner with an LM head of its own, which writes letters and digits only: random weights would soon end a caption."""
    torch.manual_seed(2)
    tiny.backbone.config.tie_word_embeddings = False
    model = AutoModelForImageTextToText.from_config(tiny.backbone.config).eval()
    model.model = tiny.backbone
    with torch.no_grad():
        model.lm_head.weight.copy_(torch.randn(model.lm_head.weight.shape))
    model.generation_config.suppress_tokens = unspoken(model, tiny.processor)
    return Captioner(model, tiny.processor)


def unspoken(model, processor) -> list[int]:
    spoken_V, _ = spoken_pieces(processor.tokenizer)
    return [number for number in range(model.lm_head.out_features) if number >= len(spoken_V) or not spoken_V[number]]


@torch.inference_mode()
def logits_behind(made: Captioner, picture, ids: list[int]) -> torch.Tensor:
    """What the LM head says after the block and after each of the tokens, by one pass of the reward model's own rows."""
    model, processor = TokenRewardModel(made.model.model, Attention.CAUSAL).eval(), made.processor
    block, features = processor.block(PROMPT, picture), model.image_features(**processor.images([picture]))
    packed = processor.pack([block], [[EncodedResponse(ids, [(0, 0)] * len(ids))]])
    hidden_LD = model.hidden(features, packed.ids_BL, packed.segments_BL, packed.positions_BL)[0]
    logits_TV = made.model.lm_head(hidden_LD[len(block.ids) - 1 :])
    cap = getattr(made.model.config.get_text_config(), "final_logit_softcapping", None)
    return logits_TV if cap is None else cap * torch.tanh(logits_TV / cap)


@torch.inference_mode()
def test_what_the_library_writes_from_is_what_the_reward_models_rows_say(made, pictures):
    """The same image, prompt and places, token by token: so the adapters of a reward model fit the captioner."""
    processor, texts = made.processor, []
    for picture in pictures:
        ids_BL = torch.tensor([processor.block(PROMPT, picture).ids])
        inputs = processor.written_from(ids_BL, processor.images([picture]))
        written = made.model.generate(
            **inputs, do_sample=False, max_new_tokens=TOKENS, output_logits=True, return_dict_in_generate=True
        )
        ids = written.sequences[0, ids_BL.shape[1] :].tolist()
        ours_TV = logits_behind(made, picture, ids[:-1])
        torch.testing.assert_close(torch.cat(written.logits), ours_TV, atol=1e-4, rtol=1e-4)
        texts.append(processor.tokenizer.decode(ids).strip())
    assert list(captions(made, pictures, PROMPT, most_tokens=TOKENS)) == texts


def test_a_captioner_that_was_kept_writes_the_same(made, pictures, tmp_path):
    captioner.save(tmp_path, made)
    loaded = captioner.load(str(tmp_path))
    assert type(loaded.model) is type(made.model)
    assert list(captions(loaded, pictures, PROMPT, most_tokens=TOKENS)) == list(
        captions(made, pictures, PROMPT, most_tokens=TOKENS)
    )


def test_adapters_go_into_the_captioner_in_part(made, tmp_path):
    """At 0 the captioner as it was, at 1 the reward model's backbone, between them the line (the paper's section 5.4)."""
    captioner.save(tmp_path / "captioner", made)
    backbone, processor = load_backbone(str(tmp_path / "captioner"))
    before = copy.deepcopy(backbone.state_dict())
    wrapped = with_lora(backbone, Lora(lora_rank=2))
    with torch.no_grad():
        for name, weights in wrapped.named_parameters():
            if "lora_B" in name or "modules_to_save" in name:  # the first begins at zero
                weights.add_(0.1 * torch.randn(weights.shape))
    save_adapters(tmp_path / "reward", wrapped)
    together = merged(wrapped)
    checkpoints.save(tmp_path / "reward", TokenRewardModel(together, Attention.CAUSAL), processor, Card(Attention.CAUSAL))
    after = together.state_dict()
    assert any(not torch.equal(weights, before[name]) for name, weights in after.items())
    for tau in (0.0, 0.25, 1.0):
        found = captioner_at(str(tmp_path / "captioner"), tmp_path / "reward", tau)
        for name, weights in found.model.model.state_dict().items():
            torch.testing.assert_close(weights, torch.lerp(before[name].float(), after[name].float(), tau), **CLOSE)
        assert torch.equal(found.model.lm_head.weight, made.model.lm_head.weight)
    untouched = captioner_at(str(tmp_path / "captioner"), tmp_path / "reward", 0.0).model.model
    assert all(torch.equal(weights, before[name]) for name, weights in untouched.state_dict().items())


def test_adapters_of_another_model_are_refused(made, tmp_path):
    backbone = made.model.model
    wrapped = with_lora(copy.deepcopy(backbone), Lora(lora_rank=2))
    save_adapters(tmp_path, wrapped)
    checkpoints.save(tmp_path, TokenRewardModel(merged(wrapped), Attention.CAUSAL), made.processor, Card(Attention.CAUSAL))
    merged_at(copy.deepcopy(backbone), tmp_path, 0.5)
    with torch.no_grad():
        for weights in backbone.parameters():
            weights.add_(0.1)
    with pytest.raises(ValueError, match=r"were trained on another model: .* has other weights"):
        merged_at(backbone, tmp_path, 0.5)
