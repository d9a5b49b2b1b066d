"""Former home of names that live in `values`, `comparison`, `syntax` and `moments` now."""

from engine.feel.comparison import compare as compare
from engine.feel.comparison import equal as equal
from engine.feel.moments import add_months as add_months
from engine.feel.syntax import mentions_input as mentions_input
from engine.feel.values import is_number as is_number
from engine.feel.values import kind as kind
