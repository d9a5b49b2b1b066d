"""The small district as a fixture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.runtime import Runtime
from tests.handlers.scene import Scene, build


@pytest.fixture
def scene(runtime: Runtime, tmp_path: Path) -> Iterator[Scene]:
    found = build(runtime, tmp_path)
    yield found
    found.close()
