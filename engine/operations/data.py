"""What an operation changes in the data, noted for the preview and the history."""

from __future__ import annotations

from typing import Any

from engine.operations.perform import Scene


def corrected(scene: Scene, before: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The data with the changes; what differs is noted."""
    after = {**before, **changes}
    replaced(scene, before, after)
    return after


def replaced(scene: Scene, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Notes what differs between the data before and after."""
    shown = scene.preview
    shown.changed |= {k: v for k, v in after.items() if k not in before or before[k] != v}
    shown.dropped = sorted({*shown.dropped, *(k for k in before if k not in after)})
