"""The embedded server starts, survives a kill, and refuses politely."""

from __future__ import annotations

import os
import signal

import psycopg
import pytest

from engine.postgres import Server, ServerRefused
from tests.left_over import remove_left_over


def ask(server):
    with psycopg.connect(server._conninfo("postgres")) as connection:
        return connection.execute("select '蓉易兑'").fetchone()[0]


@pytest.fixture
def own(tmp_path):
    server = Server.at(tmp_path / "数据 文件夹")
    server.start()
    yield server
    server.start()
    server.stop_if_last()


def test_it_starts_in_a_path_with_spaces_and_chinese_characters(own):
    assert ask(own) == "蓉易兑"


def test_it_starts_again_after_kill_9(own):
    os.kill(own.postmaster_pid(), signal.SIGKILL)
    own.start()
    assert ask(own) == "蓉易兑"


def test_a_second_user_keeps_it_running(own):
    second = Server.at(own.folder)
    second.start()
    assert second.stop_if_last() is False
    assert ask(own) == "蓉易兑"


def test_nobody_reaches_it_without_the_password(own):
    wrong = own._conninfo("postgres").replace(own._password(), "guess")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(wrong)
    assert own.socket.stat().st_mode & 0o077 == 0
    assert own.data.stat().st_mode & 0o077 == 0


def test_data_that_lie_elsewhere_name_their_folder_and_go_with_it(tmp_path):
    server = Server.at(tmp_path / "scratch")
    server.start()
    elsewhere = server.home != server.folder
    remove_left_over(tmp_path)
    assert server.data.exists()  # it runs
    server.stop_if_last()
    remove_left_over(tmp_path)
    assert server.data.exists() is not elsewhere


def test_a_data_folder_of_another_major_version_is_refused(tmp_path):
    server = Server.at(tmp_path / "old")
    server.start()
    server.stop_if_last()
    (server.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(ServerRefused, match="PostgreSQL 15"):
        server.start()


def test_a_data_folder_in_use_by_a_foreign_server_is_refused(own, tmp_path):
    """Another server holds the folder, on a socket that is not ours."""
    stranger = Server.at(tmp_path / "elsewhere")
    stranger.home.mkdir()
    stranger._password_file().symlink_to(own._password_file())
    stranger.data = own.data
    with pytest.raises(ServerRefused, match="使用"):
        stranger.start()
