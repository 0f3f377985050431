"""The eight kinds of error that the paper distinguishes (section 4 and appendix A.3)."""

from enum import StrEnum


class Kind(StrEnum):
    """What is wrong with a span. The order is the one people see and the one of the number keys 1-8."""

    SPATIAL = "spatial"
    ATTRIBUTE = "attribute"
    BINDING = "binding"
    OBJECT = "object"
    COUNTING = "counting"
    SMALL_OBJECT = "small-object"
    TEXT = "text"
    COUNTERFACTUAL = "counterfactual"


KINDS: tuple[Kind, ...] = tuple(Kind)
