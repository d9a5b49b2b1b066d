"""What an operator does to an instance: shown before it is done, with a reason, in the history.

shown = operations.preview(work, instance_id, Move(to="Task_Review"))
operations.apply(work, instance_id, Move(to="Task_Review"), reason="…",
                 expected_version=shown.version)
"""

from __future__ import annotations

from engine.operations.back import Back, steps_to_go_back_to
from engine.operations.cancel import Cancel
from engine.operations.migrate import Migrate
from engine.operations.move import Move
from engine.operations.perform import Operation, apply, preview
from engine.operations.preview import Item, Preview
from engine.operations.reading import OPERATIONS, read, written
from engine.operations.restart import Restart
from engine.operations.retry import Retry
from engine.operations.skip import Skip
from engine.operations.suspend import Resume, Suspend

__all__ = [
    "OPERATIONS",
    "Back",
    "Cancel",
    "Item",
    "Migrate",
    "Move",
    "Operation",
    "Preview",
    "Restart",
    "Resume",
    "Retry",
    "Skip",
    "Suspend",
    "apply",
    "preview",
    "read",
    "steps_to_go_back_to",
    "written",
]
