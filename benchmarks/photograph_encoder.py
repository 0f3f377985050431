"""Teaches a vision encoder from captions alone: which words does a photograph get? Nobody says where in it they belong.

Every patch is compared with the embedding of every word, and the patches that fit a word best speak for the whole photograph
(multiple-instance learning). So a patch that shows a dog comes to look like the word "dog" to the decoder, as on drawings, where
it is known what each patch shows.

Dimension key: B photographs, P patches, K kept patches, D hidden size, V words, M pieces of a word.
"""

import math
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedTokenizerBase

from rewardmodel.checkpoints import Loaded
from rewardmodel.perturbations.families.lists import listed

LEAST = 25  # photographs of the training split that a word has to be said of
KEPT = 1 / 2  # share of the patches that a step shows: half the work, and harder to learn by heart
LEAST_CROP = 0.6  # share of each side that a step's crop keeps
STOPS = listed(
    "a an the in on of and with to at is are by from his her its their it he she they there that this while as into for through "
    "up out down who be or one another other some over off"
)


@dataclass(frozen=True, slots=True)
class Course:
    """How long the encoder learns, on how many photographs a step, and how fast; `log` steps are between lines of its loss."""

    steps: int
    images: int
    lr: float
    log: int = 100


def content_words(text: str) -> Iterator[tuple[str, int, int]]:
    """The words of a caption that say what is to be seen, in lower case, each with its place in the text."""
    for match in re.finditer(r"[a-z]+", text.lower()):
        if match[0] not in STOPS:
            yield match[0], match.start(), match.end()


def words_of(captions: Sequence[str]) -> set[str]:
    """What the captions of a photograph say together."""
    return {word for caption in captions for word, _, _ in content_words(caption)}


def vocabulary(rows: Sequence[dict[str, Any]], least: int = LEAST) -> list[str]:
    """The words that are said of at least so many photographs, the usual ones first."""
    counts = Counter(word for row in rows for word in words_of(row["captions"]))
    return [word for word, count in counts.most_common() if count >= least]


def targets(rows: Sequence[dict[str, Any]], words: Sequence[str]) -> Tensor:
    """Which words are said of each photograph, 0 or 1, (rows, V)."""
    places = {word: place for place, word in enumerate(words)}
    targets_BV = torch.zeros(len(rows), len(words))
    for number, row in enumerate(rows):
        targets_BV[number, [places[word] for word in words_of(row["captions"]) if word in places]] = 1
    return targets_BV


class WordTeacher(nn.Module):
    """How likely each word is to be said of a photograph: its best patches against the word's embedding."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, words: Sequence[str], priors_V: Tensor) -> None:
        """`priors_V` are the shares of photographs that get each word: what is said before anything is seen."""
        super().__init__()
        pieces = [tokenizer(f" {word}", add_special_tokens=False)["input_ids"] for word in words]
        width = max(len(ids) for ids in pieces)
        self.ids_VM: Tensor
        self.kept_VM: Tensor
        self.register_buffer("ids_VM", torch.tensor([ids + [0] * (width - len(ids)) for ids in pieces]))
        self.register_buffer("kept_VM", torch.tensor([[1.0] * len(ids) + [0.0] * (width - len(ids)) for ids in pieces]))
        self.scale = nn.Parameter(torch.tensor(0.02))
        self.bias_V = nn.Parameter(torch.logit(priors_V.clamp(1e-4, 1 - 1e-4)))

    def forward(self, features_BPD: Tensor, embed: nn.Module) -> Tensor:
        """Logits, (B, V)."""
        kept_VM1 = self.kept_VM.unsqueeze(2)
        words_VD = (embed(self.ids_VM) * kept_VM1).sum(dim=1) / kept_VM1.sum(dim=1)
        fits_BPV = self.scale * features_BPD @ words_VD.T
        return torch.logsumexp(fits_BPV, dim=1) - math.log(features_BPD.shape[1]) + self.bias_V


def teach(start: Loaded, teacher: WordTeacher, pixels: Tensor, targets_BV: Tensor, course: Course) -> None:
    """Train what may learn of vision encoder, projector, embeddings and teacher, in place. `pixels` are bytes, (N, 3, H, W)."""
    backbone: Any = start.model.backbone
    embed = backbone.get_input_embeddings()
    seeing = [*backbone.vision_tower.parameters(), *backbone.multi_modal_projector.parameters()]
    groups: list[dict[str, Any]] = [
        {"params": seeing},
        {"params": [*embed.parameters()], "lr": 2 * course.lr},
        {"params": [*teacher.parameters()], "lr": 1e-3, "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups, lr=course.lr, weight_decay=0.05, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _pace(step, course.steps))
    backbone.train()
    losses, began = 0.0, time.perf_counter()
    for step, batch in enumerate(_batches(len(pixels), course), start=1):
        logits_BV = teacher(some_patches(backbone, shown_anew(pixels[batch])), embed)
        loss: Any = (
            nn.functional.binary_cross_entropy_with_logits(logits_BV, targets_BV[batch], reduction="none").sum(dim=1).mean()
        )
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(seeing, 1.0)
        optimiser.step()
        schedule.step()
        losses += loss.item()
        if step % course.log == 0:
            print(
                f"encoder {step}/{course.steps}: loss {losses / course.log:.2f}, {time.perf_counter() - began:.0f} s", flush=True
            )
            losses = 0.0
    backbone.eval()


def _pace(step: int, steps: int) -> float:
    """Share of the learning rate: a warm-up over a thirtieth of the steps, then half a cosine to 0."""
    return min(1.0, (step + 1) * 30 / steps) * 0.5 * (1 + math.cos(math.pi * step / steps))


def _batches(count: int, course: Course) -> Iterator[Tensor]:
    order = torch.randperm(count)
    for _ in range(course.steps):
        if len(order) < course.images:
            order = torch.cat([order, torch.randperm(count)])
        batch, order = order[: course.images], order[course.images :]
        yield batch


def scaled(pixels: Tensor) -> Tensor:
    """Bytes as the vision encoder takes them, from -1 to 1."""
    return pixels.float() / 127.5 - 1


def shown_anew(pixels: Tensor) -> Tensor:
    """Photographs as the encoder takes them, each cropped, mirrored, brightened or darkened at random."""
    count, _, height, width = pixels.shape
    share_B2 = LEAST_CROP + (1 - LEAST_CROP) * torch.rand(count, 2)
    views_B23 = torch.zeros(count, 2, 3)
    views_B23[:, 0, 0] = share_B2[:, 0] * torch.where(torch.rand(count) < 1 / 2, -1.0, 1.0)
    views_B23[:, 1, 1] = share_B2[:, 1]
    views_B23[:, :, 2] = (2 * torch.rand(count, 2) - 1) * (1 - share_B2)
    grid = nn.functional.affine_grid(views_B23, [count, 3, height, width], align_corners=False)
    views = nn.functional.grid_sample(scaled(pixels), grid, padding_mode="reflection", align_corners=False)
    gain, shift = 0.8 + 0.4 * torch.rand(count, 1, 1, 1), 0.2 * torch.rand(count, 1, 1, 1) - 0.1
    return (views * gain + shift).clamp(-1, 1)


def some_patches(backbone: Any, views: Tensor) -> Tensor:
    """Projected features of a random share of the patches, which see only one another, (B, K, D)."""
    vision = backbone.vision_tower
    embedded_BPD = vision.embeddings(views)
    count, patches, width = embedded_BPD.shape
    kept_BK = torch.rand(count, patches).argsort(dim=1)[:, : max(1, round(KEPT * patches))]
    embedded_BKD = embedded_BPD.gather(1, kept_BK.unsqueeze(2).expand(-1, -1, width))
    seen_BKD = vision.post_layernorm(vision.encoder(inputs_embeds=embedded_BKD).last_hidden_state)
    features_BKD: Tensor = backbone.multi_modal_projector(seen_BKD)
    return features_BKD


@torch.no_grad()
def said(start: Loaded, teacher: WordTeacher, pixels: Tensor) -> Tensor:
    """How likely each word is to be said of each photograph, logits, (N, V). `pixels` are bytes, (N, 3, H, W)."""
    embed: Any = start.model.backbone.get_input_embeddings()
    return torch.cat([teacher(start.model.image_features(part), embed) for part in torch.split(scaled(pixels), 64)])


def precisions(logits_BV: Tensor, targets_BV: Tensor) -> Tensor:
    """Average precision of each word over photographs that were not learned from, (V,); not a number where it is said of none."""
    said_BV = targets_BV.gather(0, logits_BV.argsort(dim=0, descending=True))
    shares_BV = said_BV.cumsum(dim=0) / torch.arange(1, len(said_BV) + 1).unsqueeze(1)
    precisions_V: Tensor = (shares_BV * said_BV).sum(dim=0) / said_BV.sum(dim=0)
    return precisions_V
