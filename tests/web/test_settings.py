"""Settings: file, environment, and clear errors."""

from __future__ import annotations

import pytest

from web.settings import SettingsError, load


def test_the_environment_wins_over_the_file(tmp_path):
    file = tmp_path / "x.ini"
    file.write_text("[rongyidui]\nport = 9000\nworkers = 4\n")
    found = load({"RONGYIDUI_SETTINGS": str(file), "RONGYIDUI_PORT": "9001"})
    assert (found.port, found.workers) == (9001, 4)


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"RONGYIDUI_PROT": "1"}, "prot"),
        ({"RONGYIDUI_PORT": "many"}, "port"),
        ({"RONGYIDUI_SERVE_SAMPLE_PUBLICLY": "maybe"}, "serve_sample_publicly"),
        ({"RONGYIDUI_SETTINGS": "/nowhere.ini"}, "nowhere"),
    ],
)
def test_a_wrong_setting_is_an_error_that_names_it(environment, words):
    with pytest.raises(SettingsError, match=words):
        load(environment)


def test_a_made_key_is_kept_private(tmp_path):
    found = load({"RONGYIDUI_DATA_FOLDER": str(tmp_path)})
    assert found.secret("secret_key") == found.secret("secret_key")
    assert (tmp_path / "secret_key.txt").stat().st_mode & 0o077 == 0
