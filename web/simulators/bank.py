"""A bank to practise with: speaks docs/bank-contract.md over HTTP and keeps its own books.

It stands for the bank, not for us: its books are an SQLite file of its own. What it does with a line
follows the last four digits of the account number, unless `/control` says otherwise.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request
from werkzeug.serving import make_server

# The last four digits of an account number → what happens to a payment to it.
BEHAVIOURS = {
    "9001": "closed",
    "9002": "name_mismatch",
    "9003": "timeout",
    "9004": "late",
    "9005": "late_failure",
    "9006": "lost",
}
MESSAGES = {
    "closed": "账户已销户",
    "name_mismatch": "户名与账号不符",
    "late_failure": "收款行退回: 账户状态异常",
}
KNOWN = ("pay", *BEHAVIOURS.values())
_TABLES = """
create table if not exists line (
    key text primary key, batch text not null, amount text not null, holder text not null,
    tail text not null, memo text not null, result text not null, serial text not null,
    message text not null, asked integer not null default 0, received integer not null default 1);
create table if not exists payment (
    serial text primary key, key text not null, amount text not null, holder text not null,
    tail text not null, memo text not null);
create table if not exists control (tail text primary key, behaviour text not null);
"""


def create_bank(path: Path) -> Flask:
    """The simulator as a site of its own."""
    app = Flask("bank_simulator")
    app.register_blueprint(bank_simulator(path))
    return app


def bank_simulator(path: Path) -> Blueprint:
    """The simulator as a blueprint; `path` is the file of its books."""
    books = Books(path)
    blueprint = Blueprint("bank_simulator", __name__)

    @blueprint.post("/batches")
    def take_batch() -> Response | tuple[Response, int]:
        content = request.get_json(silent=True)
        if fault := _fault(content):
            return jsonify({"message": fault}), 400
        answers, silent = books.take(content["batch"], content["lines"])
        return (jsonify({}), 504) if silent else jsonify({"answers": answers})

    @blueprint.post("/questions")
    def answer_questions() -> Response:
        content = request.get_json(silent=True) or {}
        return jsonify({"answers": books.answer(list(content.get("keys") or []))})

    @blueprint.get("/statement")
    def statement() -> Response:
        return jsonify({"payments": books.payments()})

    @blueprint.post("/control")
    def control() -> Response | tuple[Response, int]:
        content = request.get_json(silent=True) or {}
        if content.get("behaviour") not in KNOWN or len(str(content.get("tail"))) != 4:
            return jsonify({"message": f"behaviour: {', '.join(KNOWN)}; tail: 4 digits"}), 400
        books.control(str(content["tail"]), content["behaviour"])
        return jsonify({})

    return blueprint


class Books:
    """The bank's own books: lines taken, payments made. One file, one writer at a time."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        with self._open() as connection:
            connection.executescript(_TABLES)

    def take(self, batch: str, lines: list[dict[str, Any]]) -> tuple[list[dict[str, str]], bool]:
        """Takes a batch; returns the answers, and whether the bank then keeps silent about it."""
        with self._open() as connection:
            behaviours = [self._take_line(connection, batch, line) for line in lines]
            keys = [line["key"] for line in lines]
            answers = [self._answer_of(connection, key, asked=False) for key in keys]
        silent = any(behaviour in ("timeout", "lost") for behaviour in behaviours)
        return answers, silent

    def answer(self, keys: list[str]) -> list[dict[str, str]]:
        """What became of these lines."""
        with self._open() as connection:
            return [self._answer_of(connection, key, asked=True) for key in keys]

    def payments(self) -> list[dict[str, str]]:
        """What was really paid, in order."""
        with self._open() as connection:
            return [dict(row) for row in connection.execute("select * from payment order by rowid")]

    def control(self, tail: str, behaviour: str) -> None:
        """Changes what happens to accounts with this tail from now on."""
        with self._open() as connection:
            connection.execute("insert or replace into control values (?, ?)", (tail, behaviour))

    def _take_line(self, connection: sqlite3.Connection, batch: str, line: dict[str, Any]) -> str:
        """Does what is to be done with a line once; a known key changes nothing and says so."""
        tail = line["number"][-4:]
        row = connection.execute("select 1 from line where key = ?", (line["key"],)).fetchone()
        if row is not None:
            return "known"
        behaviour = self._behaviour(connection, tail)
        if behaviour == "lost":
            # It comes through when it is sent again.
            connection.execute("insert or replace into control values (?, 'pay')", (tail,))
            return "lost"
        result = {"closed": "failed", "name_mismatch": "failed"}.get(behaviour, "success")
        if behaviour in ("late", "late_failure"):
            result = "pending"
        serial = self._pay(connection, line) if behaviour in ("pay", "timeout", "late") else ""
        connection.execute(
            "insert into line (key, batch, amount, holder, tail, memo, result, serial, message) "
            "values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                line["key"],
                batch,
                line["amount"],
                line["holder"],
                tail,
                line.get("memo", ""),
                result,
                serial,
                MESSAGES.get(behaviour, ""),
            ),
        )
        return behaviour

    def _behaviour(self, connection: sqlite3.Connection, tail: str) -> str:
        row = connection.execute("select behaviour from control where tail = ?", (tail,)).fetchone()
        return row["behaviour"] if row else BEHAVIOURS.get(tail, "pay")

    def _pay(self, connection: sqlite3.Connection, line: dict[str, Any]) -> str:
        count = connection.execute("select count(*) as n from payment").fetchone()["n"]
        serial = f"SIM{count + 1:08d}"
        connection.execute(
            "insert into payment values (?, ?, ?, ?, ?, ?)",
            (
                serial,
                line["key"],
                line["amount"],
                line["holder"],
                line["number"][-4:],
                line.get("memo", ""),
            ),
        )
        return serial

    def _answer_of(self, connection: sqlite3.Connection, key: str, asked: bool) -> dict[str, str]:
        row = connection.execute("select * from line where key = ?", (key,)).fetchone()
        if row is None:
            return {"key": key, "result": "not_received", "serial": "", "message": ""}
        result = row["result"]
        if result == "pending" and asked:
            result = "success" if row["serial"] else "failed"
            connection.execute("update line set result = ? where key = ?", (result, key))
        shown = result == "success" or result == "failed"
        return {
            "key": key,
            "result": result,
            "serial": row["serial"] if shown else "",
            "message": row["message"] if shown else "处理中",
        }

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        connection.row_factory = sqlite3.Row
        try:
            connection.execute("begin immediate")
            yield connection
            connection.commit()
        finally:
            connection.close()


def _fault(content: Any) -> str:
    """Why a batch is refused as a whole, before anything of it is done; empty if it is not."""
    if not isinstance(content, dict) or not content.get("batch"):
        return "batch is missing"
    lines = content.get("lines")
    if not isinstance(lines, list) or not 0 < len(lines) <= 200:
        return "lines: 1 to 200"
    for line in lines:
        missing = [n for n in ("key", "amount", "holder", "number", "cnaps") if not line.get(n)]
        if missing:
            return f"missing: {', '.join(missing)} in {json.dumps(line.get('key'))}"
        try:
            if Decimal(line["amount"]) <= 0:
                return "amount must be positive"
        except InvalidOperation:
            return "amount is not a number"
    return ""


def serve_bank(path: Path, port: int) -> None:
    """Serves the simulator on loopback until the process is stopped."""
    make_server("127.0.0.1", port, create_bank(path), threaded=True).serve_forever()
