"""The paper's way with answered questions (section 4): wrong answers, and captions made of the right ones, by a language model.

It sees no picture. What is right of one it knows by a paragraph that is made of all answers about it.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from rewardmodel.answer_cache import AnswerCache
from rewardmodel.asking import ask_once
from rewardmodel.endpoint import Endpoint, said
from rewardmodel.perturbations.perturbed import Perturbed
from rewardmodel.perturbations.question_prompts import (
    Answered,
    answers,
    paragraph_prompt,
    still_right_prompt,
    wrong_answer_prompt,
)
from rewardmodel.perturbations.writer import WRITING_TEMPERATURE, Reason, is_too_different
from rewardmodel.perturbations.writer_answers import rewritten_caption, yes_or_no
from rewardmodel.perturbations.writer_diff import Difference

# a caption that speaks of the picture as such would tell by its first words that it was made of answers
OF_A_PICTURE = re.compile(
    r"(?:(?:in|on|this is|there is|here is) )?(?:(?:the|this) (?:picture|photo|photograph|image)\b"
    r"|an? (?:picture|photo|photograph|image) (?:of|shows|showing)\b)",
    re.IGNORECASE,
)
ONE_LINE = "a"  # a text of one line


class Asked(NamedTuple):
    """A question about a picture, its right answer, and what is told of the picture otherwise."""

    question: str
    answer: str
    told: str


class QuestionWriter:
    """Writes by a model behind an endpoint. May be used from many threads at once. Raises EndpointError as `Writer` does."""

    def __init__(self, endpoint: Endpoint, cache: AnswerCache) -> None:
        self._endpoint = endpoint
        self._cache = cache

    def paragraph(self, pairs: Sequence[Answered]) -> str | Reason:
        """A caption that says what the answers about a picture say, or NONSENSE."""
        answer = self._ask("paragraph", paragraph_prompt(pairs), about=answers(pairs))
        paragraph = rewritten_caption(answer, ONE_LINE)
        return Reason.NONSENSE if paragraph is None or OF_A_PICTURE.match(paragraph) else paragraph

    def wrong_answer(self, asked: Asked) -> Perturbed | Reason:
        """A wrong answer with its wrong words marked, of no kind; or why there is none."""
        prompt = wrong_answer_prompt(asked.question, asked.answer)
        rewritten = rewritten_caption(
            self._ask("answer", prompt, about=asked.answer, temperature=WRITING_TEMPERATURE), asked.answer
        )
        if rewritten is None:
            return Reason.NONSENSE
        if rewritten.split() == asked.answer.split():
            return Reason.ESCAPED
        difference = Difference(asked.answer, rewritten)
        perturbed = difference.marked(None)
        if perturbed is None:
            return Reason.UNCHANGED
        if is_too_different(difference):
            return Reason.TOO_DIFFERENT
        is_right = yes_or_no(
            self._ask("right", still_right_prompt(asked.told, asked.question, perturbed.text), about=asked.answer)
        )
        if is_right is None:
            return Reason.NONSENSE
        return Reason.PARAPHRASE if is_right else perturbed

    def _ask(self, question: str, prompt: str, *, about: str, temperature: float = 0.0) -> str:
        return ask_once(
            self._endpoint, self._cache, said(prompt), f"{temperature}", question, prompt,
            longest=len(about), temperature=temperature, question=question, about=about,
        )  # fmt: skip
