"""An empty database for the folder, with a key for account numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.fernet import Fernet

from engine.postgres import Server
from engine.runtime import Runtime
from tests.handlers.one_database import rolled_back, runtime_over


@pytest.fixture(scope="module")
def enterprises_runtime(server: Server, template: str) -> Iterator[Runtime]:
    with runtime_over(server, template, "test_enterprises") as runtime:
        yield runtime


@pytest.fixture
def runtime(enterprises_runtime: Runtime) -> Runtime:
    enterprises_runtime.outside["field_key"] = Fernet.generate_key().decode()
    return enterprises_runtime


@pytest.fixture
def do(runtime: Runtime) -> Iterator[Callable[..., Any]]:
    with rolled_back(runtime) as run:
        yield run
