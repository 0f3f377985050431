"""From a caption and its rewritten form to the exact words that changed."""

from difflib import SequenceMatcher
from typing import NamedTuple

from rewardmodel.perturbations.perturbed import Edit, Perturbed, edited
from rewardmodel.records import words
from rewardmodel.taxonomy import Kind

ARTICLES = {"an": "a"}  # which of the two stands follows from the next word, so neither is wrong by itself
NOWHERE = -9  # the place in the caption of a word that is not there: beside no other place
QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'})


class Change(NamedTuple):
    """The code points `[start, end)` of the caption, whole words, became `new`. An empty range inserts, an empty text deletes.

    `words` are how many were taken out or put in, whichever are more.
    """

    start: int
    end: int
    new: str
    words: int


class Difference:
    """A word-level difference between a caption and its rewritten form, and the text that both make.

    Words count as equal whatever their capitals, quotes and a or an; what surrounds them is no word. The text takes the changed
    words, with all that touches them, from the rewritten form, and everything else, white space and stops included, from the
    caption: a writer who tidies up elsewhere leaves no trace.
    """

    def __init__(self, caption: str, rewritten: str) -> None:
        self._old, self._new = caption, rewritten
        self._old_words, self._new_words = _lettered(caption), _lettered(rewritten)
        self._old_keys, self._new_keys = _keys(caption, self._old_words), _keys(rewritten, self._new_words)
        self._blocks = SequenceMatcher(None, self._old_keys, self._new_keys, autojunk=False).get_opcodes()

    @property
    def changed_words(self) -> int:
        """How many words were taken out or put in, whichever are more, summed over the places."""
        return sum(max(old_end - old, new_end - new) for tag, old, old_end, new, new_end in self._blocks if tag != "equal")

    @property
    def share(self) -> float:
        """Changed words by the words of the longer text; 0 to 1."""
        return self.changed_words / max(len(self._old_words), len(self._new_words), 1)

    @property
    def is_rearranged(self) -> bool:
        """Whether both have the same words, each as often."""
        return sorted(self._old_keys) == sorted(self._new_keys)

    def changes(self) -> list[Change]:
        """What became of the caption's words, in order of the text."""
        return [self._change(*block[1:]) for block in self._blocks if block[0] != "equal"]

    def _change(self, old: int, old_end: int, new: int, new_end: int) -> Change:
        if old < old_end:
            start, end = self._old_words[old][0], self._old_words[old_end - 1][1]
        else:
            start = end = self._old_words[old][0] if old < len(self._old_words) else len(self._old.rstrip())
        text = self._new[self._new_words[new][0] : self._new_words[new_end - 1][1]] if new < new_end else ""
        return Change(start, end, text, max(old_end - old, new_end - new))

    @property
    def text(self) -> str:
        """The text of both. The caption itself where no word changed, or none is left."""
        return self._woven()[0] if self.changed_words and self._new_words else self._old

    def marked(self, kind: Kind | None) -> Perturbed | None:
        """The text of both with the changed words marked, deletions on their seam; None where no word changed."""
        if not self.changed_words or not self._new_words:
            return None
        text, places = self._woven()
        return edited(text, self._edits(text, places), kind)

    def _woven(self) -> tuple[str, list[tuple[int, int]]]:
        """The text of both, and where each word of the rewritten form stands in it."""
        source = self._equal_words()
        pieces = [self._gap(0, source)]
        places: list[tuple[int, int]] = []
        length = len(pieces[0])
        for number in range(len(self._new_words)):
            word, gap = self._word(number, source), self._gap(number + 1, source)
            places.append((length, length + len(word)))
            pieces += [word, gap]
            length += len(word) + len(gap)
        return "".join(pieces), places

    def _equal_words(self) -> dict[int, int]:
        """Which word of the caption each kept word of the rewritten form is."""
        blocks = [block for block in self._blocks if block[0] == "equal"]
        return {new + step: old + step for _, old, old_end, new, _ in blocks for step in range(old_end - old)}

    def _word(self, number: int, source: dict[int, int]) -> str:
        """A word of the rewritten form, as the caption has it unless a change beside it asks for a capital or another article."""
        start, end = self._new_words[number]
        new = self._new[start:end]
        if number not in source:
            return new
        start, end = self._old_words[source[number]]
        old = self._old[start:end]
        is_inside = all(self._is_beside(number, other, source) for other in (number - 1, number + 1))
        may_differ = old[1:] == new[1:] or new.casefold() in {"a", "an"}
        return new if may_differ and not is_inside else old

    def _is_beside(self, number: int, other: int, source: dict[int, int]) -> bool:
        """Whether neighbours in the rewritten form were so in the caption; the edges of the text are neighbours too."""
        return self._place(other, source) == self._place(number, source) + other - number

    def _place(self, number: int, source: dict[int, int]) -> int:
        if number == -1:
            return -1
        if number == len(self._new_words):
            return len(self._old_words)
        return source.get(number, NOWHERE)

    def _gap(self, number: int, source: dict[int, int]) -> str:
        """What stands before the word of this number: as in the caption where the same stood before or after a word there."""
        gap, is_last = _gap_before(self._new, self._new_words, number), number == len(self._new_words)
        before, after = self._place(number - 1, source) + 1, self._place(number, source)
        for place in (before, after):
            is_alike = (place == 0, place == len(self._old_words)) == (number == 0, is_last)
            old = _gap_before(self._old, self._old_words, place) if place >= 0 and is_alike else None
            if old is not None and (before == after or "".join(old.split()) == "".join(gap.split())):
                return old
        return _closed(gap, _gap_before(self._old, self._old_words, len(self._old_words))) if is_last else gap

    def _edits(self, text: str, places: list[tuple[int, int]]) -> list[Edit]:
        """The changes as edits of the finished text that leave it as it is, so that all spans are made by one rule."""
        edits: list[Edit] = []
        for tag, _, _, new, new_end in self._blocks:
            if tag == "delete":
                seam = places[new - 1][1] if new else places[0][0]
                edits.append(Edit(seam, seam, ""))
            elif tag != "equal":
                start, end = places[new][0], places[new_end - 1][1]
                end += _leaves_quote_open(text[start:end], text[end : end + 1])
                edits.append(Edit(start, end, text[start:end]))
        return edits


def _lettered(text: str) -> list[tuple[int, int]]:
    """The words that have a letter or a digit: a stop that stands alone is no word to be changed."""
    return [(start, end) for start, end in words(text) if any(map(str.isalnum, text[start:end]))]


def _keys(text: str, places: list[tuple[int, int]]) -> list[str]:
    plain = [text[start:end].translate(QUOTES).casefold() for start, end in places]
    return [ARTICLES.get(word, word) for word in plain]


def _gap_before(text: str, places: list[tuple[int, int]], number: int) -> str:
    start = places[number - 1][1] if number else 0
    return text[start : places[number][0] if number < len(places) else len(text)]


def _leaves_quote_open(piece: str, following: str) -> bool:
    """Whether a quotation begins in the piece and ends with the character that follows it."""
    if following == '"':
        return piece.count('"') % 2 == 1
    return following == "\u201d" and piece.count("\u201c") > piece.count("\u201d")


def _closed(tail: str, old_tail: str) -> str:
    """What follows the last word, closed as the caption is: with its stop, and the space before it, or without."""
    stop = old_tail.strip() or "."
    return tail.rstrip().removesuffix(stop).rstrip() + old_tail
