"""A checkpoint's metrics as a table: itself beside its parent, overall and by kind."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from annotator.models import Checkpoint

OVERALL = (
    ("map_neg", _("mAP(neg): finds wrong words")),
    ("map_pos", _("mAP(pos): trusts right words")),
    ("token_accuracy", _("Token accuracy")),
    ("sentence_accuracy", _("Sentence accuracy")),
    ("response_accuracy", _("Response accuracy")),
)

MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class Row:
    """One measure; a missing value was not measured."""

    label: str
    parent: float | None
    child: float | None
    is_kind: bool = False

    @property
    def change(self) -> float | None:
        """How much better the child is."""
        return None if self.parent is None or self.child is None else self.child - self.parent


def comparison(checkpoint: Checkpoint) -> list[Row]:
    """The measures that are known of a checkpoint, and of its parent on the same items."""
    return rows_of(checkpoint.metrics.get("parent") or {}, checkpoint.metrics.get("child") or {})


def rows_of(parent: dict[str, Any], child: dict[str, Any]) -> list[Row]:
    """What was measured of two checkpoints, of which the first may be none."""
    rows = [Row(gettext(label), parent.get(name), child.get(name)) for name, label in OVERALL]
    kinds = sorted({*(child.get("by_kind") or {}), *(parent.get("by_kind") or {})})
    rows += [Row(gettext(kind), _of_kind(parent, kind), _of_kind(child, kind), is_kind=True) for kind in kinds]
    return [row for row in rows if row.parent is not None or row.child is not None]


def mostly_missed(checkpoint: Checkpoint | None) -> list[str]:
    """The kinds of error of which the checkpoint caught less than half when it was measured."""
    measured = (checkpoint.metrics.get("child") or {}) if checkpoint else {}
    kinds = (measured.get("by_kind") or {}).items()
    return sorted(kind for kind, row in kinds if isinstance(row, dict) and row.get("caught", 1.0) < MOSTLY)


def _of_kind(metrics: dict[str, Any], kind: str) -> float | None:
    value = (metrics.get("by_kind") or {}).get(kind)
    if isinstance(value, dict):
        value = value.get("map_neg")
    return value if isinstance(value, int | float) else None
