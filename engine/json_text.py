"""JSON as text: by orjson, and by Python's encoder for the little that orjson refuses.

Both write the same text; `tests/engine/test_json_text.py` holds it. orjson needs a tenth of the time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import orjson


def json_text(value: object, default: Callable[[Any], Any] | None = None) -> str:
    """Compact JSON. `default` gives the form of what JSON does not know; a UUID goes as its text.

    Raises TypeError for anything else.
    """
    try:
        return orjson.dumps(value, default, _STRICT).decode()
    except TypeError:
        return _encoder(default).encode(value)


def sorted_json(value: object) -> bytes:
    """Compact JSON in UTF-8 with the keys of every object in the order of their code points."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        # Nested deeper than orjson goes, or a key of a class derived from str.
        return _SORTED.encode(value).encode()


def _encoder(default: Callable[[Any], Any] | None) -> json.JSONEncoder:
    return json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=default)


_STRICT = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
_SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
