"""A whole site, as `script/server` starts it: web, worker, scheduler, bank simulator, PostgreSQL."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from engine.postgres import Server

ROOT = Path(__file__).parent.parent.parent
Found = TypeVar("Found")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def until(condition: Callable[[], Found], what: str, seconds: float = 60) -> Found:
    """Asks until the answer is true; fails after some seconds, saying what was waited for."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            found = condition()
        except OSError:
            found = None
        if found:
            return found
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.1)


@dataclass
class Site:
    """The supervisor's process, the port of the web, and the embedded server."""

    process: subprocess.Popen[bytes]
    port: int
    server: Server

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def is_healthy(self) -> bool:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.address}/health", timeout=5) as answer:
            return bool(json.load(answer)["status"] == "ok")


@contextlib.contextmanager
def running_site(folder: Path, *arguments: str, seconds: float = 120) -> Iterator[Site]:
    """Starts `redeem serve` with data in a folder, waits until it answers, ends it at the end."""
    port = free_port()
    environment = {
        **os.environ,
        "RONGYIDUI_DATA_FOLDER": str(folder),
        "RONGYIDUI_PORT": str(port),
        "RONGYIDUI_BANK_SIMULATOR_PORT": str(free_port()),
        "RONGYIDUI_WEB_WORKERS": "1",
        "RONGYIDUI_WORKERS": "1",
        "RONGYIDUI_LOG_LEVEL": "WARNING",
    }
    environment.pop("DATABASE_URL", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "web.commands", "serve", *arguments], env=environment, cwd=ROOT
    )
    site = Site(process, port, Server.at(folder / "postgres"))
    try:
        until(site.is_healthy, "the site", seconds)
        yield site
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
