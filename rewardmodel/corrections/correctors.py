"""Correctors: whoever answers a case with a corrected caption."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Protocol

from rewardmodel.answer_cache import AnswerCache
from rewardmodel.asking import ask_all, ask_once
from rewardmodel.corrections.cases import Case, Guidance
from rewardmodel.corrections.prompts import prompt_of
from rewardmodel.endpoint import Endpoint, image_part, said


class Corrector(Protocol):
    """Answers cases with captions, corrected as a whole."""

    def answers(self, cases: Iterable[Case], guidance: Guidance) -> Iterator[str | None]:
        """One answer a case, in order; None where there is none."""


class EndpointCorrector:
    """A vision model behind an endpoint. Every answer is kept in the cache and asked for once."""

    def __init__(self, endpoint: Endpoint, cache: AnswerCache) -> None:
        self._endpoint = endpoint
        self._cache = cache

    def answers(self, cases: Iterable[Case], guidance: Guidance) -> Iterator[str | None]:
        """One answer a case, several asked for at the same time. Raises EndpointError as `ask_all` does."""
        for _, answer in ask_all(self._endpoint, lambda case: self._ask(case, guidance), cases):
            yield answer

    def _ask(self, case: Case, guidance: Guidance) -> str:
        prompt, image, caption = prompt_of(case, guidance), image_part(case.record.image), case.record.response
        return ask_once(
            self._endpoint, self._cache, said(image, prompt), prompt, sha256(repr(image).encode()).hexdigest(),
            longest=len(caption), question=guidance, caption=caption,
        )  # fmt: skip
