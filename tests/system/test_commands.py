"""`redeem init`, and the refusal to show known passwords to other machines."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from sqlalchemy import text

from engine.actor import SYSTEM
from engine.database import connect
from handlers.accounts import sign_in
from tests.engine.dmn.tables import dmn, table
from tests.system.site import ROOT
from web.settings import Settings
from web.system import make_runtime, prepare_database


@pytest.fixture
def url(server):
    server.drop_database("commands")
    server.create_database("commands")
    yield server.url("commands")
    server.drop_database("commands")


def redeem(url, folder, *arguments, **settings):
    environment = {
        **os.environ,
        **settings,
        "DATABASE_URL": url.render_as_string(hide_password=False),
        "RONGYIDUI_DATA_FOLDER": str(folder),
    }
    return subprocess.run(
        [sys.executable, "-m", "web.commands", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_init_makes_an_empty_district_whose_first_administrator_signs_in(url, tmp_path):
    done = redeem(url, tmp_path, "init", "--login", "first")
    assert done.returncode == 0, done.stderr
    password = re.search(r"password: (\S+?)\(", done.stdout).group(1)
    runtime = make_runtime(Settings(data_folder=tmp_path), url)
    row = runtime.run(SYSTEM, lambda w: sign_in.check(w, "first", password, "127.0.0.1"))
    assert row.login == "first" and row.must_change_password
    with runtime.database.connect() as connection:
        assert connection.scalar(text("select count(*) from department")) > 8
        assert connection.scalar(text("select count(*) from policy")) == 0
        assert connection.scalar(text("select count(*) from database_mark")) == 0
    runtime.database.dispose()
    again = redeem(url, tmp_path, "init")
    assert again.returncode == 1 and "已经初始化" in again.stderr


def test_a_sample_database_is_not_served_to_other_machines(url, tmp_path):
    prepare_database(url)
    database = connect(url, pooled=False)
    with database.begin() as connection:
        connection.execute(text("insert into database_mark (kind) values ('sample')"))
    database.dispose()
    refused = redeem(url, tmp_path, "web", RONGYIDUI_HOST="0.0.0.0", RONGYIDUI_PORT="1")
    assert refused.returncode == 1 and "示例数据库" in refused.stderr


def test_an_unknown_setting_stops_every_command_with_its_name(url, tmp_path):
    wrong = redeem(url, tmp_path, "migrate", RONGYIDUI_PROT="1")
    assert wrong.returncode == 1 and "prot" in wrong.stderr


def test_a_table_with_a_gap_is_not_deployed_and_the_values_that_fall_through_are_said(
    url, tmp_path
):
    rules = [["< 100", "1"], ["> 100", "2"]]
    content = dmn(table("grade", "UNIQUE", [("产值(元)", "output", "")], ["amount"], rules))
    file = tmp_path / "bpmn" / "grade.dmn"
    file.parent.mkdir()
    file.write_bytes(content)
    done = redeem(url, tmp_path, "deploy", str(file), "--lang", "en")
    assert done.returncode == 1
    assert "no rule fires when 产值 is 100 yuan" in done.stdout
