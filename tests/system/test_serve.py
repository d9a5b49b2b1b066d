"""`redeem serve` brings everything up, keeps it up, and stops cleanly."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.system.site import running_site, until


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
    with running_site(tmp_path / "数据 var") as found:
        yield found


def alive(pid):
    """Whether a process lives; a zombie that nobody has buried yet does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def test_ctrl_c_stops_every_process(site):
    server_pid = site.server.postmaster_pid()
    children = children_of(site.process.pid)
    assert len(children) == 4
    site.process.send_signal(signal.SIGINT)
    assert site.process.wait(40) == 0
    assert not any(alive(pid) for pid in children)
    assert site.server.postmaster_pid() is None
    assert not alive(server_pid)


def test_a_killed_process_and_a_killed_database_come_back(site):
    for pid, command in children_of(site.process.pid).items():
        if "web" in command or "worker" in command:
            os.kill(pid, signal.SIGKILL)
    until(site.is_healthy, "the site after its kill")
    os.kill(site.server.postmaster_pid(), signal.SIGKILL)
    time_of_death = time.monotonic()
    until(site.is_healthy, "the site after its database was killed")
    assert time.monotonic() > time_of_death


def test_no_process_is_left_behind_when_the_supervisor_is_killed(site):
    children = children_of(site.process.pid)
    site.process.kill()
    site.process.wait()
    until(
        lambda: not any(alive(pid) for pid in children),
        "the children to end",
    )
    if pid := site.server.postmaster_pid():
        os.kill(pid, signal.SIGINT)
