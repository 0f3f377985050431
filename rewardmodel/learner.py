"""What is trained: the reward model with its teachers. A call is the loss of one pass, weighed by its share in the whole step.

Dimension key: B rows, L row length, D hidden size, P image patches, Q questions, R referents of a row, K means of a part.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from rewardmodel.align import BAD, IGNORED
from rewardmodel.backbones import Processor, hidden_size
from rewardmodel.config import Teaching
from rewardmodel.data import class_words
from rewardmodel.model import TokenRewardModel, cloze_loss, token_loss
from rewardmodel.scenes import PATCH_TARGETS, REFERENT_QUESTIONS
from rewardmodel.teachers import PatchTeacher, ReferentTeacher, patch_weights, referent_weights

# of how many means each part of the loss is the mean; drawings know the last two
PARTS = {"token_loss": 1, "cloze_loss": 1, "patch_loss": len(PATCH_TARGETS), "referent_loss": len(REFERENT_QUESTIONS) + 1}
OF_DRAWINGS = ("patches_BQP", "referents_BR", "is_other_BR", "places_BRE", "classes_BRQ")
SHARES = "_shares"  # behind the name of a part: what its means count in this pass
Prior = Callable[[dict[str, Tensor]], Tensor]  # logits of a batch, (B, L), that are known before anything is trained


class RewardLearner(nn.Module):
    """The reward model and its teachers; one call is the loss of one pass.

    With a `prior` the model learns what to add to its logits, and what the prior knows teaches it nothing: a product of experts,
    as Clark, Yatskar and Zettlemoyer (2019) use it against the biases of a data set.
    """

    def __init__(self, model: TokenRewardModel, processor: Processor, teaching: Teaching, *, prior: Prior | None = None) -> None:
        super().__init__()
        self.model = model
        self.teaching, self.prior = teaching, prior
        width = hidden_size(model.backbone)
        self.patch_teacher = PatchTeacher(width, class_words(processor.tokenizer))
        self.referent_teacher = ReferentTeacher(width, [len(classes) for classes in REFERENT_QUESTIONS.values()])
        self.weights = {
            "token_loss": 1.0, "cloze_loss": teaching.cloze_weight, "patch_loss": teaching.patch_weight,
            "referent_loss": teaching.referent_weight,
        }  # fmt: skip
        self.step = 0

    def forward(self, **batch: Tensor) -> dict[str, Tensor]:
        """Loss of a batch as `data.Collator` makes it: tokens, masked words, and of drawings what patches and words show.

        Names and shapes are the collator's. Gives scalars: `loss`, and its parts without gradient. Each part is the mean of its
        means (`PARTS`). A mean counts by its share as `with_shares` sets it, in full without one.
        """
        features_BPD = self.model.image_features(**{name: batch[name] for name in self.model.adapter.image_inputs})
        means: dict[str, Tensor] = {}
        if "patches_BQP" in batch and self.weights["patch_loss"]:
            means["patch_loss"] = self.patch_teacher(
                features_BPD, batch["patches_BQP"], self.model.backbone.get_input_embeddings()
            )
        if self.step >= self.teaching.patch_steps or not means:
            means |= self._means_of_text(features_BPD, batch)
        parts = {name: (means_K * batch.get(name + SHARES, 1.0)).mean() for name, means_K in means.items()}
        loss = torch.stack([self.weights[name] * value for name, value in parts.items()]).sum()
        return {"loss": loss, **{name: value.detach() for name, value in parts.items()}}

    def _means_of_text(self, features_BPD: Tensor, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        *_, lower_BLD, hidden_BLD = self.model.layers(features_BPD, batch["ids_BL"], batch["segments_BL"], batch["positions_BL"])
        logits_BL = self.model.head(hidden_BLD).squeeze(-1)
        if self.prior:
            logits_BL = logits_BL + self.prior(batch)
        means = {"token_loss": token_loss(logits_BL, batch["labels_BL"], self.teaching.bad_weight).reshape(1)}
        if self.weights["cloze_loss"]:
            words_VD = self.model.backbone.get_input_embeddings().get_parameter("weight")
            means["cloze_loss"] = cloze_loss(hidden_BLD, words_VD, batch["cloze_BL"]).reshape(1)
        if "referents_BR" in batch and self.weights["referent_loss"]:
            means["referent_loss"] = self.referent_teacher(lower_BLD, *(batch[name] for name in OF_DRAWINGS[1:]))
        return means


def with_shares(
    batches: Sequence[dict[str, Tensor]], bad_weight: float, over_processes: Callable[[Tensor], Tensor]
) -> list[dict[str, Tensor]]:
    """The batches of one optimiser step of this process, each with the share that its means have in those of the whole step.

    A mean over tokens is not the mean of the means of parts of them: those parts hold different numbers of tokens. So every
    mean counts by what it is over, divided by what all passes of all processes are over (`over_processes` sums a tensor over
    them): then the gradient of a step does not depend on how its images are dealt out. Drawings are asked for more than
    other pictures, but only where every picture of the step is one.
    """
    weights = [_weights(batch, bad_weight) for batch in batches]
    total = over_processes(torch.stack(weights).sum(dim=0))
    left_out = set() if total[-1] == 0 else set(OF_DRAWINGS)
    shared = []
    for batch, own in zip(batches, weights, strict=True):
        shares = torch.split((own / total.clamp(min=1e-6))[:-1], list(PARTS.values()))
        kept = {name: tensor for name, tensor in batch.items() if name not in left_out}
        shared.append(kept | {name + SHARES: share for name, share in zip(PARTS, shares, strict=True)})
    return shared


def _weights(batch: dict[str, Tensor], bad_weight: float) -> Tensor:
    """What each mean of each part is over, in the order of `PARTS`; at the end 1 where not every picture is a drawing."""
    labels_BL = batch["labels_BL"]
    kept_BL = labels_BL != IGNORED
    tokens = torch.where(labels_BL == BAD, bad_weight, 1.0)[kept_BL].sum().reshape(1)
    clozes = (batch["cloze_BL"] != IGNORED).sum().float().reshape(1)
    if "patches_BQP" not in batch:
        nothing = labels_BL.new_zeros(PARTS["patch_loss"] + PARTS["referent_loss"], dtype=torch.float)
        return torch.cat([tokens, clozes, nothing, torch.ones_like(tokens)])
    patches_Q = patch_weights(batch["patches_BQP"])
    referents_K = referent_weights(batch["referents_BR"], batch["places_BRE"], len(REFERENT_QUESTIONS))
    return torch.cat([tokens, clozes, patches_Q, referents_K, torch.zeros_like(tokens)])
