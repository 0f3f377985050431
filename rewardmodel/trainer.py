"""A `transformers.Trainer` for a `RewardLearner`: its loss over all passes and processes, and its validation."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from accelerate.utils import broadcast_object_list
from torch import Tensor, nn
from transformers import PreTrainedModel, Trainer

from rewardmodel.backbones import Processor
from rewardmodel.checkpoints import Card
from rewardmodel.evaluate import judge
from rewardmodel.learner import PARTS, RewardLearner, with_shares
from rewardmodel.metrics import Judged, best_threshold, map_neg, response_accuracy
from rewardmodel.records import Record
from rewardmodel.scoring import Scorer

# Clean and bad validation responses, of each so many, that it takes to choose a threshold: with fewer, one response moves the
# accuracy by more than two points in a hundred, and the parent's threshold is the better guess.
LEAST_OF_EACH = 20


@dataclass(frozen=True, slots=True)
class Validation:
    """The records that choose weights and threshold, and what scoring them needs."""

    records: Sequence[Record]
    processor: Processor
    card: Card

    def measure(self, learner: RewardLearner, device: torch.device) -> dict[str, float]:
        """`map_neg`, the best `threshold`, and `response_accuracy` (A_R) at it, each in [0, 1]; the first is no number without
        a bad token. The learner is left in evaluation mode.
        """
        judged = list(judge(Scorer(learner.model, self.processor, self.card, device), self.records))
        threshold = self.threshold(judged)
        return {"map_neg": map_neg(judged), "response_accuracy": response_accuracy(judged, threshold), "threshold": threshold}

    def threshold(self, judged: Sequence[Judged]) -> float:
        """The best threshold on the records as they were judged; the card's where `LEAST_OF_EACH` is not reached."""
        return best_threshold(judged, self.card.threshold, least=LEAST_OF_EACH)


class RewardTrainer(Trainer):
    """A Trainer whose loss is the learner's own, which logs its parts, and which measures with the paper's metrics.

    In a distributed training every process computes the gradients of its own images; only the main one measures.
    """

    # `with_shares` already divides by what all passes are over; else the Trainer would divide once more, by their number
    loss_is_scaled_for_ga = True

    def __init__(self, learner: RewardLearner, *args: Any, validation: Validation, **kwargs: Any) -> None:
        super().__init__(learner, *args, **kwargs)
        self.learner, self.validation = learner, validation
        self.loss_is_scaled_for_ga = True
        self._sums: dict[str, Tensor | float] = defaultdict(float)  # of each part since the last log, of this process
        self._passes: dict[str, float] = defaultdict(float)  # in steps

    def get_batch_samples(
        self, epoch_iterator: Iterator[dict[str, Tensor]], num_batches: int, device: torch.device
    ) -> tuple[list[dict[str, Tensor]], Tensor | int | None]:
        """The batches of one optimiser step, each with its share in the step."""
        batches, items = super().get_batch_samples(epoch_iterator, num_batches, device)
        if batches:
            batches = with_shares(batches, self.learner.teaching.bad_weight, self._over_processes)
        return batches, items

    def _over_processes(self, tensor: Tensor) -> Tensor:
        total: Tensor = self.accelerator.reduce(tensor.to(self.args.device), reduction="sum")
        return total.to(tensor.device)

    def compute_loss(  # type: ignore[override]  # further arguments of the Trainer's are not used
        self,
        model: nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,  # noqa: FBT001, FBT002 -- the Trainer's signature
        **_: Any,
    ) -> Any:
        """The learner's loss; see `RewardLearner.forward`."""
        self.learner.step = self.state.global_step  # the model given is the learner, or wraps it
        outputs = model(**inputs)
        for name, value in outputs.items():
            if name in PARTS:
                self._sums[name] += value
                self._passes[name] += 1 / self.current_gradient_accumulation_steps
        # gradients are averaged over processes, but the shares are made to be summed
        loss = outputs["loss"] * self.accelerator.num_processes
        return (loss, outputs) if return_outputs else loss

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Measure on the validation records, in the main process; the others wait, and get its figures."""
        measured = [self.validation.measure(self.learner, self.args.device) if self.is_world_process_zero() else None]
        figures: dict[str, float] = broadcast_object_list(measured)[0]
        self.log(dict(figures))
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, figures)
        return figures

    def create_optimizer(self, *args: Any, **kwargs: Any) -> torch.optim.Optimizer:
        """AdamW, with smaller steps for the embeddings."""
        return with_gentle_embeddings(super().create_optimizer(*args, **kwargs), self.learner.model.backbone)

    def log(self, logs: dict[str, float], *args: Any, **kwargs: Any) -> None:
        """Log the means of the loss's parts since the last log beside the loss, which is the same mean of the whole."""
        super().log({**logs, **self._parts()} if "loss" in logs else logs, *args, **kwargs)

    def _parts(self) -> dict[str, float]:
        sums = torch.stack([torch.as_tensor(self._sums[name], device=self.args.device) for name in PARTS])
        means = {
            name: float(total) / self._passes[name]
            for name, total in zip(PARTS, self._over_processes(sums), strict=True)
            if self._passes[name]
        }
        self._sums.clear()
        self._passes.clear()
        return means


def with_gentle_embeddings(optimizer: torch.optim.Optimizer, backbone: PreTrainedModel) -> torch.optim.Optimizer:
    """The optimiser; Gemma multiplies its embeddings by sqrt(D), so their steps become that much smaller."""
    embeddings = backbone.get_input_embeddings().get_parameter("weight")
    for group in list(optimizer.param_groups):
        if any(weights is embeddings for weights in group["params"]):
            group["params"] = [weights for weights in group["params"] if weights is not embeddings]
            rest = {name: value for name, value in group.items() if name != "params"}
            optimizer.add_param_group({**rest, "params": [embeddings], "lr": group["lr"] / embeddings.shape[1] ** 0.5})
    return optimizer
