"""The model's own guesses at a passage: it learned to guess masked tokens of true captions by looking at the image.

Only a checkpoint whose card says so has learned it: a pretrained tokenizer may have a mask that no training ever used. Of another
there are no guesses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from rewardmodel.backbones import Block
from rewardmodel.model import cloze_logits
from rewardmodel.packing import EncodedResponse, encode_response
from rewardmodel.perturbations.alternatives import agreed, applied, distinct
from rewardmodel.perturbations.perturbed import Edit
from rewardmodel.scoring import Scorer

LONGEST = 4  # tokens of a guess: "to the left of"
BEAMS = 3  # guesses of one length that are followed up while they have masks left
WORD_MARK = "\u2581"  # stands for a space in the pieces of a tokenizer


@dataclass(frozen=True, slots=True)
class _Gap:
    """The tokens on both sides of a passage, and whether a space stands before it."""

    before: list[int]
    after: list[int]
    is_after_space: bool


@dataclass(frozen=True, slots=True)
class _Beam:
    ids: tuple[int, ...]  # guessed so far, from the left
    length: int  # tokens of the whole guess
    log_share: float  # logarithm of its share of the guesses of this length


@dataclass(frozen=True, slots=True)
class _Blank:
    masked: tuple[int, ...]  # the tokens of a text, some of them masked
    hidden: dict[int, int]  # what is under each mask, by place


def can_guess(scorer: Scorer) -> bool:
    """Whether the checkpoint has learned to guess masked words."""
    return scorer.card.guesses and scorer.processor.tokenizer.mask_token_id is not None


def guesses(scorer: Scorer, block: Block, text: str, passage: tuple[int, int], *, count: int = 12) -> list[Edit]:
    """At most `count` edits that put into the half-open passage of a text what the model takes for likeliest, best first.

    `block` is what `scorer.read` gave for the image. In the place of one token one is guessed; in the place of several, one to
    LONGEST, compared by the mean log share of a token. Empty where the checkpoint cannot guess.
    """
    tokenizer, (start, end) = scorer.processor.tokenizer, passage
    if not can_guess(scorer):
        return []
    tokens = encode_response(tokenizer, text)
    touched = [number for number, (first, last) in enumerate(tokens.offsets) if first < last and first < end and start < last]
    gap = _Gap(tokens.ids[: touched[0]], tokens.ids[touched[-1] + 1 :], start > 0 and text[start - 1].isspace())
    found = _searched(scorer, block, gap, [1] if len(touched) == 1 else range(1, min(len(touched), LONGEST) + 1), count)
    pieces = [tokenizer.convert_ids_to_tokens(list(beam.ids)) for beam in found]
    wordings = ("".join(some).replace(WORD_MARK, " ").strip() for some in pieces)
    return distinct(text, (agreed(text, Edit(start, end, wording)) for wording in wordings))[:count]


def log_shares(scorer: Scorer, block: Block, text: str, edits: Sequence[Edit]) -> list[float]:
    """For each edit of a text the mean log share of its new tokens among the guesses at their places, at most 0.

    The new tokens are masked all at once, so that edits which put as many into one place share a masked text: few texts are read.
    0 for a deletion. All 0 where the checkpoint cannot guess.
    """
    tokenizer = scorer.processor.tokenizer
    if not can_guess(scorer):
        return [0.0] * len(edits)
    old = encode_response(tokenizer, text).ids
    blanks = [_blank(tokenizer, old, text, edit) for edit in edits]
    masked = {blank.masked: EncodedResponse(list(blank.masked), [(0, 0)] * len(blank.masked)) for blank in blanks if blank.hidden}
    states = dict(zip(masked, scorer.states_after(block, list(masked.values())), strict=True))
    return [_mean_log_share(scorer, states[blank.masked], blank.hidden) if blank.hidden else 0.0 for blank in blanks]


def _blank(tokenizer: PreTrainedTokenizerBase, old: Sequence[int], text: str, edit: Edit) -> _Blank:
    """An edited text whose new tokens are masked; where the edit only takes some away, all that it leaves in its place."""
    tokens, end = encode_response(tokenizer, applied(text, edit)), edit.start + len(edit.text)
    placed = {n for n, (start, last) in enumerate(tokens.offsets) if start < last and start < end and edit.start < last}
    same = SequenceMatcher(None, old, tokens.ids, autojunk=False).get_matching_blocks()
    kept = {n for run in same for n in range(run.b, run.b + run.size)}
    asked = placed - kept or placed
    masked = tuple(tokenizer.mask_token_id if n in asked else token for n, token in enumerate(tokens.ids))
    return _Blank(masked, {n: tokens.ids[n] for n in sorted(asked)})


def _mean_log_share(scorer: Scorer, states_LD: Tensor, hidden: dict[int, int]) -> float:
    log_shares_NV = _guess_logits(scorer, states_LD[list(hidden)]).log_softmax(dim=1)
    return float(log_shares_NV[torch.arange(len(hidden)), torch.tensor(list(hidden.values()))].mean())


def _searched(scorer: Scorer, block: Block, gap: _Gap, lengths: Sequence[int], count: int) -> list[_Beam]:
    """Whole guesses of all lengths, best first: each pass fills the first mask of every beam."""
    may_begin_V, may_follow_V = _allowed(scorer.processor.tokenizer, is_after_space=gap.is_after_space)
    beams, done = [_Beam((), length, 0.0) for length in lengths], list[_Beam]()
    for place in range(max(lengths)):
        allowed_V = may_follow_V if place else may_begin_V
        grown: list[_Beam] = []
        for beam, logits_V in zip(beams, _logits(scorer, block, gap, beams), strict=True):
            log_shares_V = torch.where(allowed_V, logits_V.log_softmax(dim=0), -torch.inf)
            best, ids = log_shares_V.topk(count if beam.length == place + 1 else BEAMS)
            grown += [
                _Beam((*beam.ids, token), beam.length, beam.log_share + share)
                for share, token in zip(best.tolist(), ids.tolist(), strict=True)
            ]
        done += [beam for beam in grown if beam.length == place + 1]
        beams = _best_of_each_length([beam for beam in grown if beam.length > place + 1])
    return sorted(done, key=lambda beam: -beam.log_share / beam.length)


def _best_of_each_length(beams: Sequence[_Beam]) -> list[_Beam]:
    ordered = sorted(beams, key=lambda beam: (beam.length, -beam.log_share))
    return [beam for _, some in groupby(ordered, key=lambda beam: beam.length) for beam in list(some)[:BEAMS]]


def _logits(scorer: Scorer, block: Block, gap: _Gap, beams: Sequence[_Beam]) -> list[Tensor]:
    """For each beam the logits of the tokens that may stand in its first mask, (V,)."""
    mask = scorer.processor.tokenizer.mask_token_id
    masked = [gap.before + list(beam.ids) + [mask] * (beam.length - len(beam.ids)) + gap.after for beam in beams]
    states = scorer.states_after(block, [EncodedResponse(ids, [(0, 0)] * len(ids)) for ids in masked])
    places = (len(gap.before) + len(beam.ids) for beam in beams)
    return list(_guess_logits(scorer, torch.stack([states_LD[place] for states_LD, place in zip(states, places, strict=True)])))


@torch.inference_mode()
def _guess_logits(scorer: Scorer, states_ND: Tensor) -> Tensor:
    embeddings_VD = torch.as_tensor(scorer.model.backbone.get_input_embeddings().weight)
    return cloze_logits(states_ND.float(), embeddings_VD.float()).cpu()


def _allowed(tokenizer: PreTrainedTokenizerBase, *, is_after_space: bool) -> tuple[Tensor, Tensor]:
    """Which tokens may begin a guess and which may go on with it, both boolean, (V,): letters and digits only."""
    spoken_V, opening_V = spoken_pieces(tokenizer)
    return spoken_V & (opening_V if is_after_space else ~opening_V), spoken_V


def spoken_pieces(tokenizer: PreTrainedTokenizerBase) -> tuple[Tensor, Tensor]:
    """Which tokens are letters and digits alone, and which bring the space before a word along, both boolean, (V,)."""
    pieces = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))
    special = set(tokenizer.all_special_tokens)
    spoken = [piece.strip(WORD_MARK).isalnum() and piece not in special for piece in pieces]
    return torch.tensor(spoken), torch.tensor([piece.startswith(WORD_MARK) for piece in pieces])
