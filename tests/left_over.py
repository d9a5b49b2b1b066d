"""Root's test servers keep their data outside of pytest's folders: they are removed after the run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from engine.postgres import BELONGS_TO, ELSEWHERE


def remove_left_over(base: Path) -> None:
    """Removes the data of stopped servers that belong to a test run's folder, or to one that is gone."""
    for mark in ELSEWHERE.glob(f"*/{BELONGS_TO}"):
        folder = Path(mark.read_text().strip())
        ours = folder.is_relative_to(base) or not folder.parent.exists()
        if ours and not _runs(mark.parent / "data"):
            shutil.rmtree(mark.parent, ignore_errors=True)


def _runs(data: Path) -> bool:
    try:
        os.kill(int((data / "postmaster.pid").read_text().splitlines()[0]), 0)
    except (FileNotFoundError, ProcessLookupError, ValueError, IndexError):
        return False
    return True
