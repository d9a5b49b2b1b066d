"""The example process behind the interface, as behind the monitor."""

from tests.web.monitor.conftest import runtime, start

__all__ = ["runtime", "start"]
