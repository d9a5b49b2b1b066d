"""Arrows go one way: web → handlers → engine; SpiffWorkflow is known in one place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "engine": {"engine"},
    "handlers": {"engine", "handlers"},
    "web": {"engine", "handlers", "web"},
}
OURS = {"engine", "handlers", "web", "tests", "bpmn", "forms"}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_no_module_imports_against_the_arrows(folder):
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(folder)
        for name in imports(path)
        if name.split(".")[0] in OURS - MAY_IMPORT[folder]
    ]
    assert wrong == []


def test_spiffworkflow_is_imported_in_one_subpackage_only():
    """And by the stock side of the benchmarks, which is what this engine is compared with."""
    bench = ROOT / "engine" / "bench"
    stock = {bench / name for name in ("stock.py", "stock_diagrams.py", "repairs.py")}
    wrong = [
        str(path.relative_to(ROOT))
        for folder in MAY_IMPORT
        for path in modules(folder)
        if ROOT / "engine" / "spiff" not in path.parents
        and path not in stock
        and any(name.split(".")[0] == "SpiffWorkflow" for name in imports(path))
    ]
    assert wrong == []


def test_feel_imports_nothing_else_of_ours():
    wrong = [
        f"{path.name} imports {name}"
        for path in modules("engine/feel")
        for name in imports(path)
        if name.split(".")[0] in OURS and not name.startswith("engine.feel")
    ]
    assert wrong == []


def test_floats_stay_away_from_money():
    """Money is Decimal: no float type, no float literal with a yuan in sight, in handlers."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules("handlers")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    ]
    assert wrong == []
