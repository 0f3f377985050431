"""Commands of the model house that are more than a few lines: each adds its flags to a parser and does its work."""

import argparse

DATA_HELP = "picturebook:SPLIT, dusk:SPLIT (SPLIT is train, validation or test), or a file of records (.jsonl, .parquet)"


def how_many(text: str) -> int:
    """What a flag says that counts: a whole number, not below 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"give a whole number of at least 0, not {text!r}")
    return int(text)


def response(text: str) -> str:
    """What a flag says that is to be judged: at least one word."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it must have at least one word")
    return text
