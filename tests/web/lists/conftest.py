"""The small district as a fixture."""

from tests.web.district import district

__all__ = ["district"]
