"""The built wheel holds everything a site needs, and no tests."""

from __future__ import annotations

import os
import site
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

PAGE = """
import pathlib, sys
sys.path[:] = [p for p in sys.path if p != {root!r}]
import web, engine, bpmn, forms
assert {root!r} not in web.__file__, web.__file__
from sqlalchemy import make_url
from web.application import create_app
from web.commands.district import shipped_files
from web.settings import Settings
from web.system import make_runtime, prepare_database
url = make_url({url!r})
prepare_database(url)
settings = Settings(data_folder=pathlib.Path({folder!r}))
app = create_app(settings, make_runtime(settings, url))
page = app.test_client().get("/")
assert page.status_code == 200, page.status_code
text = page.get_data(as_text=True)
script = text.split('type="module" src="')[1].split('"')[0]
assert app.test_client().get(script).status_code == 200, script
files = shipped_files()
assert any(f.endswith(".bpmn") for f in files) and any(f.endswith(".form") for f in files)
assert any(f.endswith(".dmn") for f in files)
print("opened")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_no_tests_and_no_sources_of_the_front_end(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert not [n for n in names if n.startswith(("tests/", "script/", "web/frontend"))]
    assert [n for n in names if n.startswith("web/static/app/")]


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    """An empty virtual environment into which pip has put the wheel; returns its folder.

    The dependencies come from this environment by a path entry, so that nothing is fetched.
    """
    place = tmp_path_factory.mktemp("空 environment")
    venv.create(place, with_pip=False)
    packages = next((place / "lib").glob("python*")) / "site-packages"
    run = [sys.executable, "-m", "pip", "--python", place / "bin" / "python", "install", "--quiet"]
    subprocess.run([*run, "--no-index", "--no-deps", wheel], check=True, capture_output=True)
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    return place


def alone(arguments, folder):
    """Runs a program far from our checkout."""
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "RONGYIDUI"))}
    return subprocess.run(
        arguments, cwd=folder, env=variables, capture_output=True, text=True, check=False
    )


def test_a_page_opens_from_the_wheel_in_an_empty_environment(environment, server, tmp_path):
    server.create_database("from_wheel")
    url = server.url("from_wheel").render_as_string(hide_password=False)
    program = PAGE.format(root=str(ROOT), url=url, folder=str(tmp_path))
    done = alone([environment / "bin" / "python", "-c", program], tmp_path)
    server.drop_database("from_wheel")
    assert done.stdout.strip().endswith("opened"), done.stderr[-3000:]


def test_the_command_of_the_wheel_runs_and_is_the_wheels_own(environment, tmp_path):
    redeem = environment / "bin" / "redeem"
    done = alone([redeem, "--help"], tmp_path)
    assert done.returncode == 0 and "serve" in done.stdout, done.stderr
    (tmp_path / "broken.bpmn").write_text("<not-bpmn/>", encoding="utf-8")
    refused = alone([redeem, "lint", tmp_path / "broken.bpmn"], tmp_path)
    assert refused.returncode == 1 and "broken.bpmn" in refused.stdout + refused.stderr
