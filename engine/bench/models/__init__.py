"""The processes that benchmarks run, described once for this engine and for stock SpiffWorkflow."""

from engine.bench.models.automatic import AUTOMATIC
from engine.bench.models.instant import INSTANT
from engine.bench.models.loop10 import LOOP10
from engine.bench.models.promised import INCOMPLETE, PROMISED

__all__ = ["AUTOMATIC", "INCOMPLETE", "INSTANT", "LOOP10", "MODELS", "PROMISED"]

MODELS = {model.id: model for model in (AUTOMATIC, INSTANT, PROMISED, LOOP10)}
