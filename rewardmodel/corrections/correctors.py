"""Correctors: whoever answers a case with a corrected caption."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Protocol

from rewardmodel.answer_cache import AnswerCache, key_of
from rewardmodel.asking import ask_all
from rewardmodel.corrections.cases import Case, Guidance
from rewardmodel.corrections.prompts import prompt_of
from rewardmodel.endpoint import Endpoint, image_part, said

MOST_TOKENS = 2_048  # and as many as the caption has characters: some models think first; the others stop when they are done


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
        """The answer, empty where it was cut off. Its name in the cache is made of all that the model is shown."""
        prompt, image = prompt_of(case, guidance), image_part(case.record.image)
        key = key_of(self._endpoint.model, prompt, sha256(repr(image).encode()).hexdigest())
        cached = self._cache.get(key)
        if cached is not None:
            return cached
        tokens = MOST_TOKENS + len(case.record.response)
        answer = self._endpoint.chat([said(image, prompt)], max_tokens=tokens)
        text = "" if answer.is_cut else answer.text
        self._cache.put(key, text, question=guidance, caption=case.record.response)
        return text
