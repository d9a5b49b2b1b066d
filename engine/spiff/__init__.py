"""The only place that knows SpiffWorkflow: parser, task specs, workflow, state codec, repairs."""

from engine.spiff.parser import Library, Process, parse_library
from engine.spiff.run import Run, Waiting
from engine.spiff.script import Services

__all__ = ["Library", "Process", "Run", "Services", "Waiting", "parse_library"]
