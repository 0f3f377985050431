"""Lists of words, written as one text."""


def listed(text: str, separator: str | None = None) -> frozenset[str]:
    """The words of a text; white space separates them unless told otherwise."""
    return frozenset(text.split(separator))
