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


def test_a_page_opens_from_the_wheel_in_an_empty_environment(wheel, server, tmp_path):
    """The dependencies come from this environment by a path entry, which hides our own checkout."""
    place = tmp_path / "空 environment"
    venv.create(place, with_pip=False)
    packages = next((place / "lib").glob("python*")) / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    server.create_database("from_wheel")
    url = server.url("from_wheel").render_as_string(hide_password=False)
    program = PAGE.format(root=str(ROOT), url=url, folder=str(tmp_path))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        [place / "bin" / "python", "-c", program],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    server.drop_database("from_wheel")
    assert done.stdout.strip().endswith("opened"), done.stderr[-3000:]
