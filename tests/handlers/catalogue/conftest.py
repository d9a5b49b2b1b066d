"""The sample catalogue, loaded once for the folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine.actor import SYSTEM
from engine.postgres import Server
from engine.runtime import Runtime, Work
from handlers.catalogue.import_policies import import_policies
from handlers.sample.load import sample_policies
from handlers.sample.people import add_departments
from tests.handlers.one_database import rolled_back, runtime_over


@pytest.fixture(scope="module")
def catalogue_runtime(server: Server, template: str) -> Iterator[Runtime]:
    def load(work: Work) -> None:
        add_departments(work)
        import_policies(work, sample_policies())

    with runtime_over(server, template, "test_catalogue") as runtime:
        runtime.run(SYSTEM, load)
        yield runtime


@pytest.fixture
def catalogue(catalogue_runtime: Runtime) -> Iterator[Callable[..., Any]]:
    """Runs a use case over a database that holds the sample catalogue."""
    with rolled_back(catalogue_runtime) as run:
        yield run
