"""Joins that a changed set of tokens would leave waiting for ever."""

from __future__ import annotations

from engine.operations.perform import Scene
from engine.spiff import tokens


def warn_of_joins(scene: Scene) -> None:
    """Warns of each join that has got, or will get, a token while another branch can never come."""
    for name in tokens.starved_joins(scene.run):
        scene.warn(
            f"汇合处“{name}”的另一条分支已没有令牌,流程到那里会一直等待;"
            "请先恢复那条分支,或把流程移到汇合之后。",
            f"Nothing is left on another branch into the join “{name}”: it would wait there for "
            "ever. Restore that branch, or move past the join.",
        )
