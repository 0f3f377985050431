"""Which arm comes next: permuted blocks, drawn from a seed. No database here.

A person's items are cut into blocks, in the order in which they are handed out. In every whole block each arm comes equally
often, in an order that the seed draws, so that each person meets every arm, and neither growing practice nor a tiring afternoon
favours one. Items are handed out by doubt, the most doubtful first: the items of a block are of about the same doubt, which makes
each block a stratum of it as well.
"""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

PER_BLOCK = 2  # how often each arm comes in a block: with 1, whoever has seen all arms but one would know the next


def block_size(arms: Sequence[str]) -> int:
    """How many items of one person make a block."""
    return PER_BLOCK * len(arms)


def block_start(place: int, arms: Sequence[str]) -> int:
    """The first place of the block that a place is in."""
    return place - place % block_size(arms)


def next_arm(
    arms: Sequence[str], *, seed: int, person: int, place: int, used: Sequence[str] = (), others: Sequence[str] = ()
) -> str:
    """The arm of the item that the person gets at a place, counted from 0.

    `used` are the arms that the block has had so far, in any order. `others` are those that other people were given for the same
    item: of what is left in the block, the arms that the item had least often come first, so that people who judge it see it
    differently. The same arguments give the same arm.
    """
    left = Counter(dict.fromkeys(arms, PER_BLOCK)) - Counter(used)
    had = Counter(others)
    least = min(had[arm] for arm in left)
    open_arms = [arm for arm in arms for _ in range(left[arm]) if had[arm] == least]
    drawn = int.from_bytes(sha256(f"{seed}:{person}:{place}".encode()).digest()[:8])
    return open_arms[drawn % len(open_arms)]
