"""The processes that benchmarks run, described once for this engine and for stock SpiffWorkflow."""

from engine.bench.models.automatic import AUTOMATIC
from engine.bench.models.instant import INSTANT
from engine.bench.models.list_line import LIST_LINE
from engine.bench.models.loop10 import LOOP10
from engine.bench.models.promised import INCOMPLETE, PROMISED

__all__ = ["AUTOMATIC", "INCOMPLETE", "INSTANT", "LIST_LINE", "LOOP10", "MODELS", "PROMISED"]

MODELS = {model.id: model for model in (AUTOMATIC, INSTANT, PROMISED, LOOP10, LIST_LINE)}
