"""How usual a text is among captions: a trigram model of their words."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator

WORD = re.compile(r"\w+(?:['\u2019-]\w+)*|[^\w\s]")
EDGE = ""  # stands twice before a text and once behind it
STRENGTH = 2.0  # how many times a longer context must have been met to count as much as the shorter one
Gram = tuple[str | None, ...]


class Usage:
    """A trigram model that is smoothed by pairs, those by words (Dirichlet; MacKay and Peto 1995)."""

    def __init__(self, captions: Iterable[str]) -> None:
        self._counts: Counter[Gram] = Counter()
        for caption in captions:
            self._counts.update(_grams(caption))
        self._words = sum(len(gram) == 1 for gram in self._counts)  # how many there are to choose from

    def log_ratio(self, old: str, new: str) -> float:
        """By how many nats a text is likelier than another, which is left out if it was learned from."""
        own = Counter(_grams(old))
        return self._log_probability(new, own) - self._log_probability(old, own)

    def _log_probability(self, text: str, own: Counter[Gram]) -> float:
        def count(gram: Gram) -> int:
            return max(0, self._counts[gram] - own[gram])

        total = 0.0
        for first, second, word in _triples(text):
            likely = (count((word,)) + 1 / 2) / (count(()) + (self._words + 1) / 2)
            for context in ((second,), (first, second)):
                likely = (count((*context, word)) + STRENGTH * likely) / (count((*context, None)) + STRENGTH)
            total += math.log(likely)
        return total


def _triples(text: str) -> Iterator[tuple[str, str, str]]:
    words = [EDGE, EDGE, *(match[0].lower() for match in WORD.finditer(text)), EDGE]
    return zip(words, words[1:], words[2:], strict=False)


def _grams(text: str) -> Iterator[Gram]:
    """Every word, pair and triple, and every context as often as something follows it: a context ends in None."""
    for first, second, word in _triples(text):
        yield from ((), (word,), (second, None), (second, word), (first, second, None), (first, second, word))
