"""Which device computes, and in how many processes."""

import os

import torch


def best_device(wanted: str | None = None) -> torch.device:
    """The named device, or what the environment variable DEVICE names, or CUDA where it is, else the CPU."""
    name = wanted or os.environ.get("DEVICE") or ("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(name)


def processes() -> int:
    """How many processes a launcher, torchrun or accelerate, started for this training; 1 without one."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_main_process() -> bool:
    """Whether this one speaks for all of them."""
    return os.environ.get("RANK", "0") == "0"


def has_fast_bf16(device: torch.device) -> bool:
    """Whether bfloat16 is faster than float32 there: CUDA since Ampere, CPUs with AVX-512 BF16 or AMX."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
