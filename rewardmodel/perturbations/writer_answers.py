"""Reading what a language model says: the caption out of its chatter, and yes or no."""

import re

THOUGHTS = re.compile(r"\A.*?</think(?:ing)?>", re.DOTALL)  # reasoning models behind some servers say them aloud
TAGS = re.compile(r"\A<(?P<tag>caption|answer|right|wrong|paragraph)>(?P<text>.*?)</(?P=tag)>\Z", re.DOTALL)
FENCE = re.compile(r"\A```\w*\n(?P<text>.*?)\n?```\Z", re.DOTALL)
LABEL = re.compile(r"\A(?:(?:wrong )?answer|paragraph|(?:(?:new|rewritten|corrected) )?caption)\s*:\s*(?P<text>)", re.IGNORECASE)
CHATTER = re.compile(
    r"(?:sure|certainly|of course|okay|ok|here is|here's|here you|i'm sorry|i am sorry|sorry|i cannot|i can't|as an ai"
    r"|unfortunately|note|explanation|hello|hi|the (?:new|rewritten|modified|corrected) caption)\b",
    re.IGNORECASE,
)
YES_OR_NO = re.compile(r"\A\W*(yes|no)\b", re.IGNORECASE)
QUOTES = ('"', "'", "\u201c\u201d", "`")


def rewritten_caption(answer: str, caption: str) -> str | None:
    """The caption that an answer holds, without greeting, labels, tags and quotes around it; None where it holds none.

    An answer with other lines than the caption, or that still begins like talk where the caption does not, holds none.
    """
    text = _unwrapped(THOUGHTS.sub("", answer).strip(), caption)
    first, _, rest = text.partition("\n")
    if CHATTER.match(first) and first.rstrip().endswith(":") and rest.strip():
        text = _unwrapped(rest.strip(), caption)
    is_talk = CHATTER.match(text) is not None and CHATTER.match(caption.strip()) is None
    has_controls = any(not character.isprintable() and not character.isspace() for character in text)
    if not text or is_talk or has_controls or _line_count(text) != _line_count(caption):
        return None
    return text


def yes_or_no(answer: str) -> bool | None:
    """Whether an answer begins with yes or with no; None for anything else."""
    match = YES_OR_NO.match(THOUGHTS.sub("", answer))
    return match[1].lower() == "yes" if match else None


def _unwrapped(text: str, caption: str) -> str:
    """The text without what the caption does not have around it either."""
    for pattern in (FENCE, LABEL, TAGS):
        match = pattern.match(text)
        if match and not pattern.match(caption.strip()):
            text = (match["text"] or text[match.end() :]).strip()
    for pair in QUOTES:
        is_quoted = len(text) > 2 and text[0] == pair[0] and text[-1] == pair[-1]
        if is_quoted and caption.strip()[:1] != pair[0]:
            text = text[1:-1].strip()
    return text


def _line_count(text: str) -> int:
    return sum(1 for line in text.splitlines() if line.strip())
