"""The tables, one module a noun."""

from annotator.models.annotation import Act, Annotation, Arm, Event, Lease
from annotator.models.audit import AuditEntry
from annotator.models.check import Check, CheckResult, Retake
from annotator.models.checkpoint import Checkpoint, Snapshot
from annotator.models.detection import Detection, ScoringFailure
from annotator.models.item import FreeNumber, Image, Item, ItemState
from annotator.models.project import Membership, Project, Role
from annotator.models.review import Review
from annotator.models.run import Run
from annotator.models.session import Session
from annotator.models.study import Assignment, Study
from annotator.models.user import User

__all__ = [
    "Act", "Annotation", "Arm", "Assignment", "AuditEntry", "Check", "CheckResult", "Checkpoint", "Detection", "Event",
    "FreeNumber", "Image", "Item", "ItemState", "Lease", "Membership", "Project", "Retake", "Review", "Role", "Run",
    "ScoringFailure", "Session", "Snapshot", "Study", "User",
]  # fmt: skip
