"""How much faster than the plain way is scoring, and how far from what the machine can do? `python benchmarks/scoring.py`.

The plain way is that of transformers' documentation: its processor and one forward pass of the same model a caption, the image
encoded each time, nothing batched. Ours is `Scorer`: one row an image with all its captions, rows of similar length together.
Live is a caption that was edited, on an image that was read before. The model has random weights: what it says means nothing,
what it costs is that of a trained one.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import torch
from transformers import PaliGemmaProcessor, PreTrainedConfig

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.throwaway import PeakMemory, machine, publish
from rewardmodel.backbones import Processor, small_backbone, small_processor
from rewardmodel.checkpoints import Card
from rewardmodel.config import Attention, SmallBackbone
from rewardmodel.data import corpus
from rewardmodel.devices import best_device, has_fast_bf16
from rewardmodel.model import TokenRewardModel
from rewardmodel.presets import FOLDER
from rewardmodel.records import opened
from rewardmodel.scenes import PICTURE_BOOK, describe, draw
from rewardmodel.scenes.samples import scene_of
from rewardmodel.scoring import Request, Scorer, keep_in_bf16
from rewardmodel.sizes import backbone_of, configuration

RESULTS = Path(__file__).parent / "results"
LAPTOP = SmallBackbone(224, 14, vision_layers=12, vision_width=384, decoder_layers=12, decoder_width=512, heads=8)
PUBLISHED = FOLDER / "paligemma-3b-mix-448.json"
LIVE_REPEATS = 15  # times as many as of the others: these take milliseconds
CONFIGURATIONS: dict[str, SmallBackbone | Path] = {"laptop": LAPTOP, "3b": PUBLISHED}


def make_parts(source: SmallBackbone | Path) -> tuple[Processor, PreTrainedConfig]:
    """The configuration of a PaliGemma by its sizes or from the file of a published one, and a processor that fits it.

    The tokenizer is a small one in both cases: its ids lie in the published vocabulary, and what they are costs nothing.
    """
    if isinstance(source, SmallBackbone):
        processor = small_processor(corpus(500), source)
        with torch.device("meta"):
            return processor, small_backbone(processor, source).config
    config = configuration(source)
    vision = config.vision_config
    processor = small_processor(corpus(500), SmallBackbone(vision.image_size, vision.patch_size))
    config.image_token_index = processor.image_token_id
    return processor, config


def make_scorer(processor: Processor, config: PreTrainedConfig, device: torch.device, *, is_precise: bool = False) -> Scorer:
    """A scorer with random weights, as `Scorer.load` makes it, or with matrix products in 32 bits."""
    torch.manual_seed(0)
    scorer = Scorer(TokenRewardModel(backbone_of(config), Attention.LOOKAHEAD), processor, Card(), device)
    scorer.in_bf16 = scorer.in_bf16 and not is_precise
    if scorer.in_bf16:
        keep_in_bf16(scorer.model)
    return scorer


def make_requests(images: int, captions: int, pixels: int) -> list[Request]:
    """True captions of picture-book scenes, one to four sentences each."""
    requests = []
    for number in range(images):
        scene = scene_of("test", number, PICTURE_BOOK)
        picture = draw(scene, pixels)
        requests += [Request(picture, "", describe(scene, 100 * number + turn).text) for turn in range(captions)]
    return requests


def plain(scorer: Scorer, requests: Sequence[Request]) -> list[list[float]]:
    """The value of every token, were the model causal, by nothing but the library: one caption at a time, its image each time."""
    parts, model = cast("Any", scorer.processor), scorer.model
    processor = PaliGemmaProcessor(parts.image_processor, parts.tokenizer)  # type: ignore[no-untyped-call]
    values = []
    for request in requests:
        text = {"text": f"<image>{request.prompt}", "suffix": request.response}
        inputs = processor(images=opened(request.image), **text, return_tensors="pt").to(scorer.device)
        pixels, count = inputs["pixel_values"], int(inputs["token_type_ids"].sum()) - 1  # the last is <eos>
        tokens = {name: inputs[name][:, :-1] for name in ("input_ids", "token_type_ids")}
        with torch.inference_mode(), torch.autocast(scorer.device.type, torch.bfloat16, enabled=scorer.in_bf16):
            hidden_LD = model.backbone(**tokens, pixel_values=pixels).last_hidden_state[0, -count:]
            values.append(torch.sigmoid(model.head(hidden_LD)).squeeze(-1).float().tolist())
    return values


def seconds(act: Callable[[], Any], device: torch.device, repeats: int) -> float:
    """The best of some runs, after one that warms up."""
    times = []
    for _ in range(repeats + 1):
        began = time.perf_counter()
        act()
        if device.type == "cuda":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - began)
    return min(times[1:])


def flops(config: PreTrainedConfig, rows: Sequence[tuple[int, Sequence[int]]]) -> float:
    """Multiplications and additions that rows (tokens of the block, of each response) need; embeddings and norms left out."""
    vision, text = config.vision_config, config.text_config
    patches = (vision.image_size // vision.patch_size) ** 2
    weights = 4 * vision.hidden_size**2 + 2 * vision.hidden_size * vision.intermediate_size
    seen = vision.num_hidden_layers * (2 * weights * patches + 4 * patches**2 * vision.hidden_size)
    projection = 2 * vision.hidden_size * config.projection_dim * patches
    queries, keys = text.num_attention_heads * text.head_dim, text.num_key_value_heads * text.head_dim
    weights = text.hidden_size * (2 * queries + 2 * keys + 3 * text.intermediate_size)
    total = 0.0
    for block, responses in rows:
        looked_at = block**2 + sum(tokens * (block + tokens) for tokens in responses)  # no response sees another
        decoder = text.num_hidden_layers * (2 * weights * (block + sum(responses)) + 4 * looked_at * queries)
        total += seen + projection + decoder
    return total


def peak_flops(device: torch.device) -> float:
    """Multiplications and additions a second of large matrix products, in the precision that scoring uses."""
    side = 8_192 if device.type == "cuda" else 2_048
    kind = torch.bfloat16 if has_fast_bf16(device) else torch.float32
    left, right = (torch.randn(side, side, device=device).to(kind) for _ in range(2))
    return 2 * side**3 / seconds(lambda: left @ right, device, 5)


def peak_memory(act: Callable[[], Any], device: torch.device) -> float:
    """Most memory that the process, or on a GPU its tensors, hold while something is done, in MiB."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
        act()
        return torch.cuda.max_memory_allocated() / 1024**2
    with PeakMemory() as memory:
        act()
    return memory.peak


def measure(scorer: Scorer, images: int, captions: int, peak: float, repeats: int) -> dict[str, Any]:
    """Ours against the plain way at so many captions an image."""
    requests = make_requests(images, captions, scorer.processor.image_size)
    tokens = [len(scorer.processor.response(request.response).ids) for request in requests]
    ours = seconds(lambda: scorer.score(requests), scorer.device, repeats)
    slow = seconds(lambda: plain(scorer, requests), scorer.device, repeats)
    block = len(scorer.processor.block("", requests[0].image).ids)
    work = flops(
        scorer.model.backbone.config,
        [(block, tokens[first : first + captions]) for first in range(0, len(tokens), captions)],
    )
    result = {
        "captions_an_image": captions, "images": images, "plain_seconds": round(slow, 3), "ours_seconds": round(ours, 3),
        "ratio": round(slow / ours, 2), "captions_per_second": round(len(requests) / ours, 1),
        "tokens_per_second": round(sum(tokens) / ours), "of_peak": round(work / ours / peak, 3),
        "ours_MiB": round(peak_memory(lambda: scorer.score(requests), scorer.device)),
        "plain_MiB": round(peak_memory(lambda: plain(scorer, requests[:captions]), scorer.device)),
    }  # fmt: skip
    print(json.dumps(result), flush=True)
    return result


def measure_live(scorer: Scorer, repeats: int) -> dict[str, Any]:
    """An edited caption on an image that was read, against a full pass of ours and one the plain way."""
    request, *_ = make_requests(1, 1, scorer.processor.image_size)
    block = scorer.read(request.image, request.prompt)
    full = seconds(lambda: scorer.score([request]), scorer.device, LIVE_REPEATS * repeats)
    slow = seconds(lambda: plain(scorer, [request]), scorer.device, LIVE_REPEATS * repeats)
    live = seconds(partial(scorer.score_after, block, request.response), scorer.device, LIVE_REPEATS * repeats)
    result = {
        "full_ms": round(1000 * full, 1), "plain_ms": round(1000 * slow, 1), "live_ms": round(1000 * live, 1),
        "live_of_full": round(live / full, 3), "live_of_plain": round(live / slow, 3),
    }  # fmt: skip
    print(json.dumps(result), flush=True)
    return result


def table(report: dict[str, Any]) -> str:
    """The figures for people."""
    live = report["live"]
    head = f"Configuration {report['configuration']}, {report['parameters'] / 1e6:.0f} M parameters, on {report['device']}; "
    lines = [
        f"{head}matrix products reach {report['peak_gflops']:,.0f} GFLOP/s here.",
        "",
        "| captions an image | plain | ours | ratio | captions/s | response tokens/s | of the peak | memory, plain | ours |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['captions_an_image']} | {row['plain_seconds']:.2f} s | {row['ours_seconds']:.2f} s | {row['ratio']:.1f}x "
        f"| {row['captions_per_second']:.0f} | {row['tokens_per_second']:,} | {row['of_peak']:.0%} "
        f"| {row['plain_MiB']:,} MiB | {row['ours_MiB']:,} MiB |"
        for row in report["results"]
    ]
    usual, precise = (
        f"{one['live_ms']} ms; a full pass takes {one['full_ms']} ms ({one['live_of_full']:.2f} of it), "
        f"one the plain way {one['plain_ms']} ms ({one['live_of_plain']:.2f})"
        for one in live.values()
    )
    lines += ["", f"Live: {usual}. With weights and matrix products in 32 bits: {precise}."]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--configuration", choices=list(CONFIGURATIONS), default="laptop")
    parser.add_argument("--captions", type=int, nargs="+", default=[1, 4, 8], help="an image")
    parser.add_argument("--images", type=int, default=16)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for scoring-CONFIGURATION.json and .md")
    options = parser.parse_args()
    device = best_device()
    parts = make_parts(CONFIGURATIONS[options.configuration])
    scorer, peak = make_scorer(*parts, device), peak_flops(device)
    report: dict[str, Any] = {
        "configuration": options.configuration, "device": device.type, "machine": machine(),
        "parameters": sum(weights.numel() for weights in scorer.model.parameters()), "peak_gflops": round(peak / 1e9),
        "results": [measure(scorer, options.images, count, peak, options.repeats) for count in options.captions],
        "live": {
            "usual": measure_live(scorer, options.repeats),
            "precise": measure_live(make_scorer(*parts, device, is_precise=True), options.repeats),
        },
    }  # fmt: skip
    publish(report, table(report), options.results, f"scoring-{options.configuration}")


if __name__ == "__main__":
    main()
