"""Reading answers: chatter is taken off or refused, and yes and no are what they are."""

import pytest

from rewardmodel.perturbations.writer_answers import rewritten_caption, yes_or_no

CAPTION = "A dog runs."


@pytest.mark.parametrize(
    "answer",
    [
        "A cat runs.",
        "  A cat runs.\n\n",
        "Answer: A cat runs.",
        '"A cat runs."',
        "\u201cA cat runs.\u201d",
        "<caption>A cat runs.</caption>",
        "Answer: <caption>A cat runs.</caption>",
        "```\nA cat runs.\n```",
        "Sure! Here is the new caption:\n\nA cat runs.",
        'Here is the rewritten caption:\n"A cat runs."',
        "<think>The dog\nbecomes a cat.</think>\n\nA cat runs.",
    ],
)
def test_what_stands_around_the_caption_is_taken_off(answer):
    assert rewritten_caption(answer, CAPTION) == "A cat runs."


@pytest.mark.parametrize(
    "answer",
    [
        "",
        " \n",
        "Sure, I can help you with that!",
        "I'm sorry, but I cannot do that.",
        "Here is the caption: A cat runs.",
        "A cat runs.\n\nNote: I changed the dog.",
        "A cat runs.\nA cow runs.",
        "A \x00cat runs.",
        "<think>Only thoughts</think>",
    ],
)
def test_answers_without_one_caption_are_refused(answer):
    assert rewritten_caption(answer, CAPTION) is None


@pytest.mark.parametrize(
    ("caption", "answer"),
    [
        ('"STOP" says the sign', '"GO" says the sign"'),
        ("Sure hands hold a cup.", "Sure hands hold a jug."),
        ("Caption: a dog.", "Caption: a cat."),
        ("One dog.\n\nTwo cats.", "One dog.\nTwo cows."),
    ],
)
def test_what_the_caption_has_itself_stays(caption, answer):
    assert rewritten_caption(answer, caption) == answer


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        ("yes", True), ("No", False), ("YES.", True), ("**No**", False), (" no, because", False), ("<think>yes</think>no", False),
        ("", None), ("Maybe", None), ("Yesterday", None), ("It is not", None), ("none", None),
    ],
)  # fmt: skip
def test_yes_or_no_is_the_first_word(answer, meaning):
    assert yes_or_no(answer) is meaning
