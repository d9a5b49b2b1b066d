"""What lies in the repository belongs there, and works on any machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# A person's or a machine's folder, and where packages are fetched.
FOREIGN = re.compile(
    rb"/(?:root|home/\w+|Users/\w+)/|registry\.npmjs|files\.pythonhosted|npmmirror"
)
LINK = "120000"

pytestmark = pytest.mark.skipif(
    not (ROOT / ".git").exists(), reason="WHAT GIT KEEPS IS NOT CHECKED: this is no clone"
)


def listed(*arguments: str) -> list[str]:
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", *arguments]
    return [
        one
        for one in subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        .stdout.decode()
        .split("\0")
        if one
    ]


def test_nothing_that_is_made_is_kept():
    assert listed("--cached", "--ignored", "--exclude-standard") == []


def test_there_are_no_links():
    assert [one for one in listed("--stage") if one.startswith(LINK)] == []


def test_no_file_names_a_machine_or_a_registry():
    files = [ROOT / one for one in listed()]
    this = Path(__file__)
    assert files
    assert [
        f"{path.relative_to(ROOT)}: {found.group().decode()}"
        for path in files
        if path.is_file() and path != this
        for found in FOREIGN.finditer(path.read_bytes())
    ] == []
