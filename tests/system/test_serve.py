"""`redeem serve` brings everything up, keeps it up, and stops cleanly."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from engine.postgres import Server

ROOT = Path(__file__).parent.parent.parent


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def until(condition, what, seconds=60):
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


def health(port):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
        return json.load(answer)["status"] == "ok"


def children_of(pid):
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
                command = (entry / "cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if int(parent) == pid:
                found[int(entry.name)] = command
    return found


@pytest.fixture
def site(tmp_path):
    port = free_port()
    environment = {
        **os.environ,
        "RONGYIDUI_DATA_FOLDER": str(tmp_path / "数据 var"),
        "RONGYIDUI_PORT": str(port),
        "RONGYIDUI_BANK_SIMULATOR_PORT": str(free_port()),
        "RONGYIDUI_WEB_WORKERS": "1",
        "RONGYIDUI_WORKERS": "1",
    }
    environment.pop("DATABASE_URL", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "web.commands", "serve"], env=environment, cwd=ROOT
    )
    process.port = port
    process.server = Server.at(tmp_path / "数据 var" / "postgres")
    until(lambda: health(port), "the site")
    yield process
    if process.poll() is None:
        process.kill()
        process.wait()


def alive(pid):
    """Whether a process lives; a zombie that nobody has buried yet does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def test_ctrl_c_stops_every_process(site):
    server_pid = site.server.postmaster_pid()
    children = children_of(site.pid)
    assert len(children) == 4
    site.send_signal(signal.SIGINT)
    assert site.wait(40) == 0
    assert not any(alive(pid) for pid in children)
    assert site.server.postmaster_pid() is None
    assert not alive(server_pid)


def test_a_killed_process_and_a_killed_database_come_back(site):
    for pid, command in children_of(site.pid).items():
        if "web" in command or "worker" in command:
            os.kill(pid, signal.SIGKILL)
    until(lambda: health(site.port), "the site after its kill")
    os.kill(site.server.postmaster_pid(), signal.SIGKILL)
    time_of_death = time.monotonic()
    until(lambda: health(site.port), "the site after its database was killed")
    assert time.monotonic() > time_of_death


def test_no_process_is_left_behind_when_the_supervisor_is_killed(site):
    children = children_of(site.pid)
    site.kill()
    site.wait()
    until(
        lambda: not any(alive(pid) for pid in children),
        "the children to end",
    )
    if pid := site.server.postmaster_pid():
        os.kill(pid, signal.SIGINT)
