"""Where the published cases lie; they are not part of this repository."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest

VARIABLE = "CONFORMANCE_CASES"


def folder(name: str) -> Path:
    """The folder of one suite; skips the test, with a warning, if it is not on this machine."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "conformance"
    found = Path(os.environ.get(VARIABLE, beside)) / name
    if not found.is_dir():
        text = f"conformance cases not found at {found}: set {VARIABLE} to run them"
        warnings.warn(text, stacklevel=2)
        pytest.skip(text)
    return found
