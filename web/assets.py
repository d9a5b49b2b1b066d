"""Links to the built front end, through Vite's manifest."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import url_for
from markupsafe import Markup, escape

FOLDER = Path(__file__).parent / "static" / "app"


@lru_cache(maxsize=1)
def manifest() -> dict[str, Any]:
    """Vite's manifest. Raises FileNotFoundError with what to do if the front end is not built."""
    path = FOLDER / "manifest.json"
    if not path.exists():
        raise FileNotFoundError("前端还没有构建,请先运行 script/bootstrap")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


@lru_cache(maxsize=50)
def _files(entry: str) -> tuple[list[str], list[str], str]:
    styles: list[str] = []
    modules: list[str] = []
    seen: set[str] = set()

    def walk(key: str) -> None:
        if key in seen:
            return
        seen.add(key)
        item = manifest()[key]
        for imported in item.get("imports", []):
            walk(imported)
        styles.extend(c for c in item.get("css", []) if c not in styles)
        if key != entry:
            modules.append(item["file"])

    walk(entry)
    return styles, modules, manifest()[entry]["file"]


def vite(entry: str) -> Markup:
    """The tags that load a page's script and styles; `entry` is such as src/pages/site.js."""
    styles, modules, script = _files(entry)

    def url(name: str) -> Markup:
        return escape(url_for("static", filename=f"app/{name}"))

    tags = [f'<link rel="stylesheet" href="{url(name)}">' for name in styles]
    tags += [f'<link rel="modulepreload" href="{url(name)}">' for name in modules]
    tags.append(f'<script type="module" src="{url(script)}"></script>')
    return Markup("\n".join(tags))
