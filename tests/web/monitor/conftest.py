"""The example process behind the site, waiting for the reviewer of JFJ."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from engine import definitions, instances
from engine.actor import SYSTEM
from tests.engine.example import EXAMPLE, FILES, prepare


@pytest.fixture
def runtime(runtime):
    prepare(runtime.database)
    found = dataclasses.replace(runtime, registry=EXAMPLE)
    found.run(SYSTEM, lambda work: definitions.publish(work, FILES))
    return found


@pytest.fixture
def start(runtime):
    """Starts an example; returns the instance's id."""

    def act(key="2026-0001", owner="JFJ"):
        data = {"owner": owner, "price": Decimal("19.90"), "secret_note": "不给浏览器"}
        return runtime.run(SYSTEM, lambda work: instances.start(work, "example", data, key))

    return act
